import {
  chargeable,
  charged,
  drained,
  emptyBucket,
  type Hold,
  hasRoom,
  hold,
  settled,
  type TokenBucket,
  type TokenBucketLimits,
} from '../../src/budget/token-bucket.ts'

/** What happens to one bucket. A `settle` names the step whose charge it replaces, by its place in the list. */
export type Step =
  | { readonly at: number; readonly take: number }
  | { readonly at: number; readonly count: number }
  | { readonly at: number; readonly settle: number; readonly actual: number }

export interface TokenBucketCase extends Played {
  readonly name: string
  readonly limits: TokenBucketLimits
  readonly steps: readonly Step[]
}

/** What came of the steps. */
export interface Played {
  /** Which takes fitted, in their order. */
  readonly admitted: readonly boolean[]
  /** The bucket in the end. */
  readonly bucket: TokenBucket
}

const slow = { capacity: 100, refillPerSecond: 10 }
const MS = 1_700_000_000_000

/** The token bucket in numbers. Its TypeScript and its Lua form both pass. */
export const tokenBucketCases: readonly TokenBucketCase[] = [
  {
    name: 'is charged until it is full and not beyond',
    limits: slow,
    steps: [
      { at: MS, take: 60 },
      { at: MS, take: 41 },
      { at: MS, take: 40 },
      { at: MS, take: 1 },
    ],
    admitted: [true, false, true, false],
    bucket: { used: 100, at: MS, refilled: 0, refunded: 0 },
  },
  {
    name: 'drains with time, down to empty',
    limits: slow,
    steps: [
      { at: MS, take: 100 },
      { at: MS + 2_500, take: 25 },
      { at: MS + 2_500, take: 1 },
      { at: MS + 60_000, take: 7 },
    ],
    admitted: [true, true, false, true],
    bucket: { used: 7, at: MS + 60_000, refilled: 600, refunded: 0 },
  },
  {
    name: 'counts refill in steps of two to the power of -20, rounded down',
    limits: { capacity: 10, refillPerSecond: 1 / 3 },
    steps: [
      { at: MS, take: 10 },
      { at: MS + 3_001, take: 1 },
    ],
    admitted: [true, true],
    bucket: { used: 10 + 1 - 1_048_925 / 2 ** 20, at: MS + 3_001, refilled: 1_048_925 / 2 ** 20, refunded: 0 },
  },
  {
    name: 'stands still while the clock is behind',
    limits: slow,
    steps: [
      { at: MS, take: 50 },
      { at: MS - 3_600_000, take: 50 },
      { at: MS - 1, take: 1 },
      { at: MS + 100, take: 1 },
    ],
    admitted: [true, true, false, true],
    bucket: { used: 100, at: MS + 100, refilled: 1, refunded: 0 },
  },
  {
    name: 'gives back to the point what was not used',
    limits: slow,
    steps: [
      { at: MS, take: 57 },
      { at: MS + 25, settle: 0, actual: 31 },
    ],
    admitted: [true],
    bucket: { used: 30.75, at: MS + 25, refilled: 0.25, refunded: 26 },
  },
  {
    name: 'gives back in any order what was taken together',
    limits: slow,
    steps: [
      { at: MS, take: 20 },
      { at: MS, take: 30 },
      { at: MS, take: 40 },
      { at: MS, settle: 2, actual: 0 },
      { at: MS, settle: 1, actual: 10 },
      { at: MS, settle: 0, actual: 5 },
    ],
    admitted: [true, true, true],
    bucket: { used: 15, at: MS, refilled: 0, refunded: 75 },
  },
  {
    name: 'does not give back what has drained',
    limits: slow,
    steps: [
      { at: MS, take: 50 },
      { at: MS + 4_000, settle: 0, actual: 0 },
    ],
    admitted: [true],
    bucket: { used: 0, at: MS + 4_000, refilled: 40, refunded: 10 },
  },
  {
    name: 'does not give back from the charges of others what has drained of its own',
    limits: slow,
    steps: [
      { at: MS, take: 50 },
      { at: MS + 5_000, take: 90 },
      { at: MS + 5_000, settle: 0, actual: 0 },
    ],
    admitted: [true, true],
    bucket: { used: 90, at: MS + 5_000, refilled: 50, refunded: 0 },
  },
  {
    name: 'gives all back of a long operation behind which others waited',
    limits: slow,
    steps: [
      { at: MS, take: 60 },
      { at: MS, take: 40 },
      { at: MS + 5_000, settle: 1, actual: 0 },
    ],
    admitted: [true, true],
    bucket: { used: 10, at: MS + 5_000, refilled: 50, refunded: 40 },
  },
  {
    name: 'does not mint by two refunds that lean on the same charge',
    limits: slow,
    steps: [
      { at: MS, take: 30 },
      { at: MS + 1_000, take: 5 },
      { at: MS + 2_000, take: 85 },
      { at: MS + 2_000, settle: 0, actual: 0 },
      { at: MS + 2_000, settle: 1, actual: 0 },
    ],
    admitted: [true, true, true],
    bucket: { used: 85, at: MS + 2_000, refilled: 20, refunded: 15 },
  },
  {
    name: 'books what was used beyond the charge, up to twice the capacity',
    limits: slow,
    steps: [
      { at: MS, take: 90 },
      { at: MS, settle: 0, actual: 120 },
      { at: MS, take: 1 },
      { at: MS + 3_000, take: 10 },
      { at: MS + 3_000, settle: 3, actual: 1_000 },
    ],
    admitted: [true, false, true],
    bucket: { used: 200, at: MS + 3_000, refilled: 30, refunded: 0 },
  },
  {
    name: 'counts in shadow what would not fit, up to twice the capacity, and gives back no more than it counted',
    limits: slow,
    steps: [
      { at: MS, count: 150 },
      { at: MS, count: 150 },
      { at: MS, settle: 1, actual: 10 },
    ],
    admitted: [],
    bucket: { used: 160, at: MS, refilled: 0, refunded: 40 },
  },
]

/** Plays steps on the TypeScript form. */
export function playTokenBucket({ capacity, refillPerSecond }: TokenBucketLimits, steps: readonly Step[]): Played {
  let bucket = emptyBucket(steps[0]?.at ?? 0)
  const admitted: boolean[] = []
  const holds = new Map<number, Hold>()
  steps.forEach((step, index) => {
    const now = drained(bucket, refillPerSecond, step.at)
    if ('settle' in step) {
      const held = holds.get(step.settle)
      if (held !== undefined) bucket = settled(now, held, step.actual, capacity)
      return
    }
    if ('take' in step) {
      const fits = hasRoom(now.used, step.take, capacity)
      admitted.push(fits)
      if (!fits) return
    }
    const amount = chargeable(now.used, 'take' in step ? step.take : step.count, capacity)
    bucket = charged(now, amount)
    holds.set(index, hold(bucket, amount))
  })
  return { admitted, bucket }
}
