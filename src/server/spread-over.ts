import { setTimeout } from 'node:timers/promises'

/** However few there are, they come no faster than this. */
const LEAST_MS = 10

/** Does something to each of several in turn, evenly over a time, so that what they do thereupon does not come at once. */
export async function spreadOver<Item>(
  items: Iterable<Item>,
  overMs: number,
  act: (item: Item) => void,
): Promise<void> {
  const all = [...items]
  const spanMs = Math.min(overMs, all.length * LEAST_MS)
  const startedAtMs = performance.now()
  for (const [index, item] of all.entries()) {
    const dueMs = startedAtMs + (index * spanMs) / all.length - performance.now()
    if (dueMs >= 1) await setTimeout(dueMs)
    act(item)
  }
}
