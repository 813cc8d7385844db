/** Those who wait for a seat: the highest priority first, and among equals whoever came first. */
export interface WaitingRoom<Waiter extends Waiting> {
  readonly size: number
  /** Who is next. */
  first(): Waiter | undefined
  /** Who came first, whatever their priority. */
  oldest(): Waiter | undefined
  /** The youngest of the lowest priority, if that is below this one. */
  lastBelow(priority: number): Waiter | undefined
  /** Whether somebody of this priority or a higher one waits. */
  hasAtLeast(priority: number): boolean
  /** How many of this priority or a higher one wait. */
  countAtLeast(priority: number): number
  add(waiter: Waiter): void
  /** False if it is not there any more. */
  remove(waiter: Waiter): boolean
}

export interface Waiting {
  /** A whole number from 0 to 9. */
  readonly priority: number
  readonly sinceMs: number
}

export const PRIORITIES = 10

export function createWaitingRoom<Waiter extends Waiting>(): WaitingRoom<Waiter> {
  const rows: readonly Waiter[][] = Array.from({ length: PRIORITIES }, () => [])
  let size = 0

  return {
    get size() {
      return size
    },
    first: () => (size === 0 ? undefined : rows.findLast((row) => row.length > 0)?.[0]),
    oldest() {
      if (size === 0) return undefined
      let oldest: Waiter | undefined
      for (const [waiter] of rows) {
        if (waiter !== undefined && (oldest === undefined || waiter.sinceMs < oldest.sinceMs)) oldest = waiter
      }
      return oldest
    },
    lastBelow(priority) {
      return rows.find((row, index) => index < priority && row.length > 0)?.at(-1)
    },
    hasAtLeast: (priority) => size > 0 && rows.some((row, index) => index >= priority && row.length > 0),
    countAtLeast: (priority) =>
      size === 0 ? 0 : rows.reduce((sum, row, index) => (index >= priority ? sum + row.length : sum), 0),
    add(waiter) {
      rows[waiter.priority]?.push(waiter)
      size += 1
    },
    remove(waiter) {
      const row = rows[waiter.priority] ?? []
      const index = row.indexOf(waiter)
      if (index < 0) return false
      row.splice(index, 1)
      size -= 1
      return true
    },
  }
}
