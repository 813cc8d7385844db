import { describe, expect, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { Charge } from '../../../src/budget/budget-store.ts'
import { createLease, type LeasedTake, type Slice } from '../../../src/budget/leasing/lease.ts'
import { reservationOf, takeOf, testBudget } from '../../support/describe-budget-store.ts'

const slow = testBudget({ capacity: 1_000 })
const quick = testBudget({ capacity: 1_000, refillPerSecond: 10 })
const daily: Budget = { ...slow, algorithm: 'fixed-window', window: { ms: 60_000 } }
const fading: Budget = { ...slow, algorithm: 'sliding-window', windowMs: 60_000 }

/** A slice of a bucket that had nothing else in it. */
function sliceOf(budget: Budget, amount: number, { sentAtMs = 1, fullInMs = 90_000 } = {}): Slice {
  const state = { budget, remaining: budget.capacity - amount, debt: 0, fullInMs }
  return { reservation: reservationOf(takeOf([[budget, amount]])), states: [state], sentAtMs }
}

function charge(budget: Budget, amount: number): readonly Charge[] {
  return takeOf([[budget, amount]]).charges
}

/** A take that the lease must have served. */
function served(take: LeasedTake | undefined): LeasedTake {
  if (take === undefined) throw new Error('The lease did not serve it')
  return take
}

const LATER_MS = 1e9

describe('a lease', () => {
  test('serves to the last point of its slices and not beyond', () => {
    const lease = createLease(sliceOf(daily, 100), 1)
    expect(lease.take(charge(daily, 60), 1, LATER_MS)).toBeDefined()
    expect(lease.take(charge(daily, 41), 1, LATER_MS)).toBeUndefined()
    lease.add(sliceOf(daily, 10), 1)
    expect(lease.take(charge(daily, 50), 1, LATER_MS)).toBeDefined()
    expect(lease.take(charge(daily, 1), 1, LATER_MS)).toBeUndefined()
  })

  test('serves a take of several buckets only if there is enough of each, and none of them pays otherwise', () => {
    const other = { ...daily, name: 'other' }
    const charges = takeOf([
      [daily, 100],
      [other, 50],
    ])
    const states = [daily, other].map((budget) => ({ budget, remaining: 900, debt: 0, fullInMs: 9_000 }))
    const lease = createLease({ reservation: reservationOf(charges), states, sentAtMs: 1 }, 1)
    const both = takeOf([
      [daily, 51],
      [other, 51],
    ])
    expect(lease.take(both.charges, 1, LATER_MS)).toBeUndefined()
    expect([lease.left(0, 1), lease.left(1, 1)]).toEqual([100, 50])
  })

  test('has back what an operation did not use, once', () => {
    const lease = createLease(sliceOf(daily, 100), 1)
    const take = served(lease.take(charge(daily, 60), 1, LATER_MS))
    for (const actual of [20, 0, 90]) lease.settle(take, [actual], 2)
    expect(lease.left(0, 2)).toBe(80)
  })

  test('loses what drains from a token bucket, from the millisecond before it was asked for', () => {
    const lease = createLease(sliceOf(quick, 100, { sentAtMs: 1_001 }), 1_101)
    expect(lease.left(0, 1_101)).toBeCloseTo(100 - 1.01, 2)
    expect(lease.left(0, 6_000)).toBeCloseTo(50, 1)
    expect(lease.left(0, 60_000)).toBe(0)
  })

  test('loses nothing to draining that operations have used already', () => {
    const lease = createLease(sliceOf(quick, 100), 1)
    lease.take(charge(quick, 60), 1, LATER_MS)
    expect(lease.left(0, 5_001)).toBeCloseTo(40, 1)
    expect(lease.left(0, 8_001)).toBeCloseTo(20, 1)
  })

  test('gives back what is left and no more, although less was used: the rest has drained from the bucket', () => {
    const lease = createLease(sliceOf(quick, 100), 1)
    // The bucket counts 50 when these 40 are used. If it counted 40 less than the slice, it would count nothing of them.
    served(lease.take(charge(quick, 40), 5_001, 5_001))
    expect(lease.settlements(5_001)).toMatchObject([{ actual: [91] }])
  })

  test('has back from a token bucket only what has not drained', () => {
    const lease = createLease(sliceOf(quick, 100), 1)
    const take = served(lease.take(charge(quick, 40), 1, LATER_MS))
    lease.settle(take, [0], 3_001)
    expect(lease.left(0, 3_001)).toBeCloseTo(70, 1)
  })

  test('serves from no window after its end, and gives back what was not used in it', () => {
    const lease = createLease(sliceOf(daily, 100, { sentAtMs: 1_001, fullInMs: 500 }), 1_010)
    expect(lease.take(charge(daily, 10), 1_499, LATER_MS)).toBeDefined()
    expect(lease.usableUntilMs).toBe(1_500)
    expect(lease.take(charge(daily, 10), 1_500, LATER_MS)).toBeUndefined()
    expect(lease.settlements(1_500)).toMatchObject([{ actual: [10] }])
  })

  test('serves from no cell of a sliding window after its end: from then on the bucket counts less than was used', () => {
    // A cell is gone one window after it has ended.
    const lease = createLease(sliceOf(fading, 100, { sentAtMs: 1_001, fullInMs: 60_500 }), 1_010)
    expect(lease.usableUntilMs).toBe(1_500)
  })

  test('settles what was used beyond it as debt', () => {
    const lease = createLease(sliceOf(daily, 100), 1)
    const take = served(lease.take(charge(daily, 60), 1, LATER_MS))
    lease.settle(take, [130], 2)
    expect(lease.take(charge(daily, 1), 2, LATER_MS)).toBeUndefined()
    expect(lease.settlements(2)).toMatchObject([{ actual: [130] }])
  })

  test('gives back from the newest slices, and leaves those alone that just keep their charge', () => {
    const [first, second] = [sliceOf(daily, 100), sliceOf(daily, 30)]
    const lease = createLease(first, 1)
    lease.add(second, 1)
    lease.take(charge(daily, 60), 1, LATER_MS)
    expect(lease.settlements(1)).toEqual([
      { reservation: second.reservation, actual: [0] },
      { reservation: first.reservation, actual: [60] },
    ])
    lease.take(charge(daily, 50), 1, LATER_MS)
    expect(lease.settlements(1)).toEqual([{ reservation: second.reservation, actual: [10] }])
  })

  test('is low at a quarter of its last slice', () => {
    const lease = createLease(sliceOf(daily, 100), 1)
    lease.take(charge(daily, 74), 1, LATER_MS)
    expect(lease.isLow(1)).toBe(false)
    lease.take(charge(daily, 1), 1, LATER_MS)
    expect(lease.isLow(1)).toBe(true)
  })

  test('counts for a shadow budget without end, and settles all of it', () => {
    const shadow = { ...daily, mode: 'shadow' } as const
    const lease = createLease(sliceOf(shadow, 10), 1)
    for (const amount of [8, 30]) expect(lease.take(charge(shadow, amount), 1, LATER_MS)).toBeDefined()
    expect(lease.isLow(1)).toBe(false)
    expect(lease.settlements(1)).toMatchObject([{ actual: [38] }])
  })

  test('is quiet when its operations are settled or cannot be any more', () => {
    const lease = createLease(sliceOf(daily, 100), 1)
    lease.take(charge(daily, 1), 1, 1)
    expect(lease.isQuiet(1)).toBe(true)
    const take = served(lease.take(charge(daily, 1), 1, 5_000))
    lease.take(charge(daily, 1), 1, 3_000)
    expect(lease.isQuiet(2_999)).toBe(false)
    lease.settle(take, [1], 2_999)
    expect(lease.isQuiet(2_999)).toBe(false)
    expect(lease.isQuiet(3_000)).toBe(true)
  })

  test('tells what the store had left and what is left here, less with every take', () => {
    const lease = createLease(sliceOf(daily, 100, { fullInMs: 40_000 }), 1)
    lease.take(charge(daily, 30), 1, LATER_MS)
    expect(lease.states(10_001)).toEqual([{ budget: daily, remaining: 970, debt: 0, fullInMs: 30_000 }])
  })
})
