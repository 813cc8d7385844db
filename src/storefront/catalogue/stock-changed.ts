import { topicSource } from '../../execution/topic-source.ts'
import { changeEvents } from '../change-events.ts'
import { badInput } from '../checks/bad-input.ts'
import { argument } from '../checks/coordinates.ts'
import type {
  ResolversTypes,
  SubscriptionResolverObject,
  SubscriptionStockChangedArgs,
} from '../generated/storefront-resolvers.ts'
import type { StorefrontContext } from '../storefront-context.ts'
import { loadProduct } from './catalogue-loaders.ts'
import { knownProduct } from './known-product.ts'

const MAX_PRODUCTS = 20

/**
 * `Subscription.stockChanged`. The quantity is that of the event. Who reads too slowly may miss what was in between: the
 * latest quantity of each product is what counts.
 */
export const stockChanged: SubscriptionResolverObject<
  ResolversTypes['StockChange'],
  unknown,
  StorefrontContext,
  SubscriptionStockChangedArgs
> = {
  async subscribe(_, { productIds }, context, info) {
    const where = argument(info, 'productIds')
    if (productIds.length < 1 || productIds.length > MAX_PRODUCTS) {
      throw badInput(`${where} has ${productIds.length} ids; 1 to ${MAX_PRODUCTS} are allowed.`)
    }
    const ids = await Promise.all([...new Set(productIds)].map((id) => knownProduct(context, id, where)))
    return topicSource(ids.map(changeEvents.stock.topic), { sharedBy: 'role', overflow: 'coalesce' })
  },
  async resolve(event: unknown, _, context) {
    const { productId, quantity } = changeEvents.stock.read(event)
    return { product: await loadProduct(context, productId), quantity }
  },
}
