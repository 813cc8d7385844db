/** Told of what happens to open subscriptions. Must not throw. */
export type SubscriptionObserver = (event: SubscriptionEvent) => void

export interface SubscriptionEvent {
  /**
   * `delivered`: subscribers were told of an event. `paused`: a client's budget is used up. `overflow`: a
   * subscription ends, because its client reads too slowly or cannot pay. `resumed`: a client goes on after
   * what it has seen.
   */
  readonly kind: 'delivered' | 'paused' | 'overflow' | 'resumed'
  /** Of the client. */
  readonly tier: string
  /** What an event that was delivered has cost each subscriber; else 0. */
  readonly cost: number
  /** To how many subscriptions it has happened. */
  readonly times: number
}
