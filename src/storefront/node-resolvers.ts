import { findCategory, findProduct, findReview } from './catalogue/catalogue-loaders.ts'
import { requireKey } from './checks/access.ts'
import { argument, field } from './checks/coordinates.ts'
import { parseAnyId } from './checks/global-id.ts'
import type { Resolvers } from './generated/storefront-resolvers.ts'
import { findCustomer, findOrder } from './orders/order-loaders.ts'

/** `Query.node`: any object by its id, under the same rules as where the object has a field of its own. */
export const nodeResolvers = {
  Query: {
    node: async (_, args, context, info) => {
      const { type, id } = parseAnyId(args.id, argument(info, 'id'))
      switch (type) {
        case 'Product':
          return typed(type, await findProduct(context, id))
        case 'Category':
          return typed(type, await findCategory(context, id))
        case 'Review':
          return typed(type, await findReview(context, id))
        case 'Customer':
          return typed(type, await findCustomer(context, id))
        case 'Order':
          requireKey(context.client, `${field(info)} with the id of an order`)
          return typed(type, await findOrder(context, id))
      }
    },
  },
  Node: { __resolveType: ({ type }) => type },
} satisfies Resolvers

function typed<Name extends string, Row extends object>(type: Name, row: Row | null) {
  return row === null ? null : { ...row, type }
}
