import { topicSource } from '../../execution/topic-source.ts'
import { changeEvents } from '../change-events.ts'
import { argument } from '../checks/coordinates.ts'
import type {
  ResolversTypes,
  SubscriptionResolverObject,
  SubscriptionReviewAddedArgs,
} from '../generated/storefront-resolvers.ts'
import type { StorefrontContext } from '../storefront-context.ts'
import { loadReview } from './catalogue-loaders.ts'
import { knownProduct } from './known-product.ts'

/** `Subscription.reviewAdded`. */
export const reviewAdded: SubscriptionResolverObject<
  ResolversTypes['Review'],
  unknown,
  StorefrontContext,
  SubscriptionReviewAddedArgs
> = {
  async subscribe(_, { productId }, context, info) {
    const id = await knownProduct(context, productId, argument(info, 'productId'))
    return topicSource([changeEvents.review.topic(id)], { sharedBy: 'role', overflow: 'close' })
  },
  resolve(event: unknown, _, context) {
    const { reviewId } = changeEvents.review.read(event)
    return loadReview(context, reviewId)
  },
}
