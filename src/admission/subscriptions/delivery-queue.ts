import type { TopicSource } from '../../execution/topic-source.ts'

/** What waits for somebody who takes it more slowly than it comes: never more than it may. */
export interface DeliveryQueue<Item> {
  /**
   * False where the item has no room and none may be left out. Then it is not in the queue, and nothing is
   * lost from it.
   */
  push(item: Item): boolean
  shift(): Item | undefined
  /** Those that are shifted next, without taking them out: so many, or what there is. */
  peek(count: number): readonly Item[]
  readonly size: number
  clear(): void
}

export interface DeliveryQueueOptions<Item> {
  /** How many may wait. Where the queue coalesces, one of each key may, however many keys there are. */
  readonly maxItems: number
  /** How many bytes may wait together. One item may be larger. */
  readonly maxBytes: number
  readonly overflow: TopicSource['overflow']
  /** Of items with one key, only the latest matters where the queue coalesces. */
  readonly keyOf: (item: Item) => string
}

export function createDeliveryQueue<Item extends { readonly bytes: number }>({
  maxItems,
  maxBytes,
  overflow,
  keyOf,
}: DeliveryQueueOptions<Item>): DeliveryQueue<Item> {
  // In the order in which they were put in. Where nothing coalesces, each has a key of its own.
  const items = new Map<string | number, Item>()
  let added = 0
  let bytes = 0

  function shift(): Item | undefined {
    for (const [key, item] of items) {
      remove(key, item)
      return item
    }
    return undefined
  }

  function remove(key: string | number, item: Item): void {
    items.delete(key)
    bytes -= item.bytes
  }

  /** Whether one more may wait beside `others`, which take `othersBytes`. */
  function fits(item: Item, others: number, othersBytes: number): boolean {
    if (others === 0) return true
    return (overflow === 'coalesce' || others < maxItems) && othersBytes + item.bytes <= maxBytes
  }

  return {
    push(item) {
      const key = overflow === 'coalesce' ? keyOf(item) : added++
      const earlier = items.get(key)
      const others = items.size - (earlier === undefined ? 0 : 1)
      // Any key's last item may be the last that there will be: none of them is left out.
      if (overflow !== 'dropOldest' && !fits(item, others, bytes - (earlier?.bytes ?? 0))) return false
      // The latest goes to the end: what a subscriber sees never goes back in time.
      if (earlier !== undefined) remove(key, earlier)
      while (!fits(item, items.size, bytes)) shift()
      items.set(key, item)
      bytes += item.bytes
      return true
    },
    shift,
    peek(count) {
      const next: Item[] = []
      for (const item of items.values()) {
        if (next.length === count) break
        next.push(item)
      }
      return next
    },
    get size() {
      return items.size
    },
    clear() {
      items.clear()
      bytes = 0
    },
  }
}
