/**
 * Told of what happens to open subscriptions, with the tier of their client: an event that is `delivered` to so many,
 * and what that cost each; one that is `paused` because its client's budget is used up; one that ends because its client reads too slowly
 * (`overflow`); one that is `resumed`. Must not throw.
 */
export type SubscriptionObserver = (
  event: 'delivered' | 'paused' | 'overflow' | 'resumed',
  tier: string,
  cost: number,
  times: number,
) => void
