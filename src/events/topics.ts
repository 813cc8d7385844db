import type { JsonValue } from './event-bus.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'

/** The subscribers of this process, by topic. */
export interface Topics {
  /** Adds a subscriber, until its queue ends or the signal aborts. Throws after `close()`. */
  open(topic: string, signal?: AbortSignal): EventQueue
  /** Throws after `close()`. */
  deliver(topic: string, event: JsonValue): void
  has(topic: string): boolean
  names(): readonly string[]
  close(): void
}

export interface TopicsOptions {
  /**
   * How many events wait for one subscriber. One more ends its subscription.
   * @default 1000
   */
  readonly maxQueuedEvents?: number | undefined
  /** Called when the last subscriber of a topic has left. */
  readonly onDeserted?: (topic: string) => void
}

export function createTopics({ maxQueuedEvents = 1000, onDeserted }: TopicsOptions = {}): Topics {
  const topics = new Map<string, Set<EventQueue>>()
  let closed = false

  function checkOpen(): void {
    if (closed) throw new Error('The event bus is closed.')
  }

  function join(topic: string, queue: EventQueue): void {
    const queues = topics.get(topic)
    if (queues === undefined) topics.set(topic, new Set([queue]))
    else queues.add(queue)
  }

  function leave(topic: string, queue: EventQueue): void {
    const queues = topics.get(topic)
    if (!queues?.delete(queue) || queues.size > 0) return
    topics.delete(topic)
    onDeserted?.(topic)
  }

  return {
    open(topic, signal) {
      checkOpen()
      const queue = createEventQueue({
        topic,
        maxQueuedEvents,
        onEnd() {
          signal?.removeEventListener('abort', queue.end)
          leave(topic, queue)
        },
      })
      if (signal?.aborted) queue.end()
      else {
        join(topic, queue)
        signal?.addEventListener('abort', queue.end)
      }
      return queue
    },
    deliver(topic, event) {
      checkOpen()
      for (const queue of topics.get(topic) ?? []) queue.push(event)
    },
    has: (topic) => topics.has(topic),
    names: () => [...topics.keys()],
    close() {
      closed = true
      for (const queues of topics.values()) for (const queue of queues) queue.end()
    },
  }
}
