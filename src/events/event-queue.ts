import type { EventStream, JsonValue } from './event-bus.ts'
import { SubscriptionOverflowError } from './subscription-overflow-error.ts'

/** What lies between a topic and one reader of it. */
export interface EventQueue {
  readonly stream: EventStream
  push(event: JsonValue): void
  /** Drops what was not read and ends the stream. Once; then it does nothing. */
  end(): void
}

export interface EventQueueOptions {
  readonly topic: string
  /** How many events wait for the reader. One more ends the stream. */
  readonly maxQueuedEvents: number
  /** Called once, whichever way the queue ends. */
  readonly onEnd: () => void
}

export function createEventQueue({ topic, maxQueuedEvents, onEnd }: EventQueueOptions): EventQueue {
  // Readers wait only while no event does.
  let queued: JsonValue[] = []
  let readers: ((result: IteratorResult<JsonValue, undefined>) => void)[] = []
  let ended = false
  let overflow: SubscriptionOverflowError | undefined

  function end(): void {
    if (ended) return
    ended = true
    const waiting = readers
    queued = []
    readers = []
    onEnd()
    for (const resolve of waiting) resolve(DONE)
  }

  const stream: EventStream = {
    async next() {
      const event = queued.shift()
      if (event !== undefined) return { done: false, value: event }
      if (overflow !== undefined) {
        const error = overflow
        overflow = undefined
        throw error
      }
      if (ended) return DONE
      return new Promise((resolve) => readers.push(resolve))
    },
    async return() {
      overflow = undefined
      end()
      return DONE
    },
    [Symbol.asyncIterator]: () => stream,
  }

  return {
    stream,
    end,
    push(event) {
      if (ended) return
      const reader = readers.shift()
      if (reader !== undefined) reader({ done: false, value: event })
      else if (queued.length < maxQueuedEvents) queued.push(event)
      else {
        overflow = new SubscriptionOverflowError(topic, maxQueuedEvents)
        end()
      }
    },
  }
}

const DONE = { done: true, value: undefined } as const
