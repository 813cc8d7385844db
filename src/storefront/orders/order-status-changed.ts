import { requireKey } from '../checks/access.ts'
import { badInput, quote } from '../checks/bad-input.ts'
import { argument, field } from '../checks/coordinates.ts'
import { parseId } from '../checks/global-id.ts'
import type {
  ResolversTypes,
  SubscriptionOrderStatusChangedArgs,
  SubscriptionResolverObject,
} from '../generated/storefront-resolvers.ts'
import type { StorefrontContext } from '../storefront-context.ts'
import { findOrder, loadOrder } from './order-loaders.ts'

/**
 * `Subscription.orderStatusChanged`. An event says no more than that there is something new; the order is what the
 * database has then, so that the last event shows the latest status, in whatever order events arrive.
 */
export const orderStatusChanged: SubscriptionResolverObject<
  ResolversTypes['Order'],
  unknown,
  StorefrontContext,
  SubscriptionOrderStatusChangedArgs
> = {
  async subscribe(_, { orderId }, context, info) {
    requireKey(context.client, field(info))
    const id = parseId('Order', orderId, argument(info, 'orderId'))
    if ((await findOrder(context, id)) !== null) return await context.events.subscribe(id, context.signal)
    throw badInput(`${argument(info, 'orderId')} is ${quote(orderId)}; there is no such order.`)
  },
  resolve(_, { orderId }, context, info) {
    context.reads.forget()
    return loadOrder(context, parseId('Order', orderId, argument(info, 'orderId')))
  },
}
