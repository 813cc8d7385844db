/** Ends the stream of a subscriber that reads more slowly than events come. */
export class SubscriptionOverflowError extends Error {
  readonly topic: string

  constructor(topic: string, maxQueuedEvents: number) {
    super(
      `The subscription to "${topic}" has ended: ${maxQueuedEvents} events were waiting to be read when another came. ` +
        'Subscribe again, and read faster.',
    )
    this.name = 'SubscriptionOverflowError'
    this.topic = topic
  }
}
