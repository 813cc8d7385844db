import type { TopicSource } from '../../execution/topic-source.ts'

/** What waits for somebody who takes it more slowly than it comes: never more than it may. */
export interface DeliveryQueue<Item> {
  /** False where the item has no room and none may be left out. Then it is not in the queue, and nothing is lost from it. */
  push(item: Item): boolean
  shift(): Item | undefined
  readonly size: number
  clear(): void
}

export interface DeliveryQueueOptions<Item> {
  readonly maxItems: number
  readonly overflow: TopicSource['overflow']
  /** Of items with one key, only the latest matters where the queue coalesces. */
  readonly keyOf: (item: Item) => string
}

export function createDeliveryQueue<Item>({
  maxItems,
  overflow,
  keyOf,
}: DeliveryQueueOptions<Item>): DeliveryQueue<Item> {
  // In the order in which they were put in. Where nothing coalesces, each has a key of its own.
  const items = new Map<string | number, Item>()
  let added = 0

  function shift(): Item | undefined {
    for (const [key, item] of items) {
      items.delete(key)
      return item
    }
    return undefined
  }

  return {
    push(item) {
      const key = overflow === 'coalesce' ? keyOf(item) : added++
      // The latest goes to the end: what a subscriber sees never goes back in time.
      items.delete(key)
      if (items.size >= maxItems) {
        if (overflow === 'close') return false
        shift()
      }
      items.set(key, item)
      return true
    },
    shift,
    get size() {
      return items.size
    },
    clear: () => items.clear(),
  }
}
