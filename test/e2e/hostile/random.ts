/** Chance that comes again with the same seed. */
export interface Random {
  /** From 0 to below `end`. */
  below(end: number): number
  /** @throws Error for an empty list */
  pick<Item>(items: readonly Item[]): Item
  bytes(length: number): Buffer
}

/** Mulberry32: a generator of 32 bits, which is enough to make a mess. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  function below(end: number): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end
  }
  return {
    below,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new Error('There is nothing to pick from')
      return item
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  }
}
