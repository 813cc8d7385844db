import type { Period } from './period.ts'

/** A source of numbers that look random and are the same in every run. */
export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number
  /** An id from 1 to `count`: the small ones often, the large ones seldom. */
  popular(count: number): number
  moment(period: Period): Date
  pick<Item>(items: readonly Item[]): Item
}

/** Mulberry32 (Tommy Ettinger, 2017): a few integer operations, equal on every machine, good enough for made-up data. */
export function createRandom(seed: number): Random {
  let state = seed
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  function integer(min: number, max: number): number {
    return min + Math.floor(next() * (max - min + 1))
  }
  return {
    next,
    integer,
    popular(count) {
      return 1 + Math.floor(count * next() ** 2)
    },
    moment({ fromMs, toMs }) {
      return new Date(integer(fromMs, toMs))
    },
    pick(items) {
      const item = items[integer(0, items.length - 1)]
      if (item === undefined) throw new RangeError('There is nothing to pick from')
      return item
    },
  }
}
