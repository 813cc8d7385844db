/** Something that is worth nothing from a time on. */
export interface Expiring {
  readonly expiresAt: number
}

export interface ExpiringMap<Value extends Expiring> {
  /** The value, unless its time is over. */
  get(key: string, nowMs: number): Value | undefined
  set(key: string, value: Value, nowMs: number): void
  delete(key: string): void
  /** Looks at so many entries, those after the ones that were looked at last, and forgets those whose time is over. */
  sweep(nowMs: number, looks: number): void
  readonly size: number
}

/** How many entries each new entry makes look at: with two, at most half of all entries are over their time. */
const LOOKS = 2

/** Of how many entries a full map forgets the one nearest to its end. */
const EVICTION_SAMPLE = 8

/**
 * A map that forgets entries whose time is over, a few at a time as new ones come in: no timer, no long pause. Where no new
 * ones come, somebody has to sweep it. A map that is full forgets, of a few, the entry nearest to its end.
 */
export function createExpiringMap<Value extends Expiring>(maxEntries: number): ExpiringMap<Value> {
  const entries = new Map<string, Value>()
  let cursor = entries.entries()

  function next(): [string, Value] | undefined {
    const step = cursor.next()
    if (step.done !== true) return step.value
    cursor = entries.entries()
    return cursor.next().value
  }

  function sweep(nowMs: number, looks: number): void {
    for (let look = 0; look < looks; look++) {
      const entry = next()
      if (entry !== undefined && entry[1].expiresAt <= nowMs) entries.delete(entry[0])
    }
  }

  function evict(newest: string): void {
    let nearest: [string, Value] | undefined
    for (let look = 0; look < EVICTION_SAMPLE; look++) {
      const entry = next()
      if (entry === undefined || entry[0] === newest) continue
      if (nearest === undefined || entry[1].expiresAt < nearest[1].expiresAt) nearest = entry
    }
    if (nearest !== undefined) entries.delete(nearest[0])
  }

  return {
    get(key, nowMs) {
      const value = entries.get(key)
      return value === undefined || value.expiresAt <= nowMs ? undefined : value
    },
    set(key, value, nowMs) {
      const before = entries.size
      entries.set(key, value)
      if (entries.size === before) return
      sweep(nowMs, LOOKS)
      if (entries.size > maxEntries) evict(key)
    },
    delete: (key) => void entries.delete(key),
    sweep,
    get size() {
      return entries.size
    },
  }
}
