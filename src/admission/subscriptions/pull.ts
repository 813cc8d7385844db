import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import { type EventResult, messageOf } from './event-message.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * Has a subscriber told of the events of a source that is its own: the next event is asked for when the one
 * before has been delivered.
 */
export async function pull(
  source: AsyncIterable<unknown>,
  subscriber: Subscriber,
  execute: (payload: unknown) => Promise<EventResult>,
): Promise<void> {
  try {
    const events = source[Symbol.asyncIterator]()
    // A source that does not end is not waited for, and whether it can is nothing to the client.
    void subscriber.ended.then(() => events.return?.()).catch(() => undefined)
    while (!subscriber.hasEnded) {
      const event = await events.next()
      if (event.done === true) return subscriber.finish()
      subscriber.push(messageOf(await execute(event.value)))
      await subscriber.idle()
    }
  } catch (thrown) {
    subscriber.end(asGraphQLError(thrown))
  }
}
