import type { EventBus } from '../event-bus.ts'
import { createTopics, type TopicsOptions } from '../topics.ts'

export type MemoryEventBusOptions = Pick<TopicsOptions, 'maxQueuedEvents'>

/** Events within one process. */
export function createMemoryEventBus({ maxQueuedEvents }: MemoryEventBusOptions = {}): EventBus {
  const topics = createTopics({ maxQueuedEvents })
  return {
    async publish(topic, payload) {
      // What a subscriber gets is what it would get from another process, and nothing the publisher still holds.
      topics.deliver(topic, JSON.parse(JSON.stringify(payload)))
    },
    async subscribe(topic, { signal } = {}) {
      return topics.open(topic, signal).stream
    },
    async close() {
      topics.close()
    },
  }
}
