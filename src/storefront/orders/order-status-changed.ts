import { topicSource } from '../../execution/topic-source.ts'
import { changeEvents } from '../change-events.ts'
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
 * `Subscription.orderStatusChanged`. The status is that of the event, so that each is seen once and in order, even where
 * the order has moved on; everything else is what the database has.
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
    if ((await findOrder(context, id)) !== null) {
      return topicSource([changeEvents.orderStatus.topic(id)], { sharedBy: 'role', overflow: 'close' })
    }
    throw badInput(`${argument(info, 'orderId')} is ${quote(orderId)}; there is no such order.`)
  },
  async resolve(event: unknown, _, context) {
    const { orderId, status } = changeEvents.orderStatus.read(event)
    return { ...(await loadOrder(context, orderId)), status }
  },
}
