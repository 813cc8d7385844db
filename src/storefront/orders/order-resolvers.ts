import { loadProduct } from '../catalogue/catalogue-loaders.ts'
import { requireKey, requireStaff } from '../checks/access.ts'
import { argument, field } from '../checks/coordinates.ts'
import { globalId, parseId } from '../checks/global-id.ts'
import type { PlaceOrderInput, Resolvers } from '../generated/storefront-resolvers.ts'
import { money } from '../money.ts'
import { connectionResolvers } from '../pages/connection-resolvers.ts'
import { pageRequest } from '../pages/page-request.ts'
import { advanceOrder } from './advance-order.ts'
import { findCustomer, findOrder, loadCustomer, loadLines, loadOrderPage } from './order-loaders.ts'
import { orderStatusChanged } from './order-status-changed.ts'
import { newestOrders, orderPage } from './orders.ts'
import { type OrderDraft, placeOrder } from './place-order.ts'

/** Everything in schema/storefront/orders.graphql. */
export const orderResolvers = {
  Query: {
    customer: (_, { id }, context, info) => findCustomer(context, parseId('Customer', id, argument(info, 'id'))),
    order: (_, { id }, context, info) => {
      requireKey(context.client, field(info))
      return findOrder(context, parseId('Order', id, argument(info, 'id')))
    },
    orders: (_, { status, ...args }, { client, reads }, info) => {
      requireKey(client, field(info))
      const request = pageRequest(info, args, { sort: newestOrders, maxFirst: 100 })
      return orderPage(reads.db, status ?? undefined, request)
    },
  },
  Mutation: {
    placeOrder: async (_, { input }, { client, reads, onEventsRecorded, now }, info) => {
      requireKey(client, field(info))
      const outcome = await placeOrder(reads.db, draft(input), now())
      reads.forget()
      if (outcome.order !== null) onEventsRecorded()
      return outcome
    },
    advanceOrder: async (_, { id }, { client, reads, onEventsRecorded }, info) => {
      requireStaff(client, field(info))
      const outcome = await advanceOrder(reads.db, parseId('Order', id, argument(info, 'id')))
      reads.forget()
      if (outcome.order !== null) onEventsRecorded()
      return outcome
    },
  },
  Subscription: { orderStatusChanged },
  Customer: {
    id: ({ id }) => globalId('Customer', id),
    email: ({ email }, _, { client }) => (client.role === 'staff' ? email : null),
    orders: ({ id }, args, context, info) => {
      requireKey(context.client, field(info))
      return loadOrderPage(context, id, pageRequest(info, args, { sort: newestOrders, maxFirst: 50 }))
    },
  },
  Order: {
    id: ({ id }) => globalId('Order', id),
    customer: ({ customerId }, _, context) => loadCustomer(context, customerId),
    lines: ({ id }, _, context) => loadLines(context, id),
    total: ({ totalCents }) => money(totalCents),
  },
  OrderLine: {
    product: ({ productId }, _, context) => loadProduct(context, productId),
    unitPrice: ({ unitPriceCents }) => money(unitPriceCents),
  },
  OrderConnection: connectionResolvers,
} satisfies Resolvers

function draft({ customerId, lines }: PlaceOrderInput): OrderDraft {
  return {
    customerId: parseId('Customer', customerId, 'PlaceOrderInput.customerId'),
    lines: lines.map(({ productId, quantity }) => ({
      productId: parseId('Product', productId, 'OrderLineInput.productId'),
      quantity,
    })),
  }
}
