import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { debt, hasRoom, remaining, usedAt, waitMs } from '../../src/budget/token-bucket.ts'
import { playTokenBucket, tokenBucketCases } from '../support/token-bucket-cases.ts'

describe('a token bucket', () => {
  test.each(tokenBucketCases)('$name', ({ limits, steps, admitted, bucket }) => {
    expect(playTokenBucket(limits, steps)).toEqual({ admitted, bucket })
  })

  test.each([
    { used: 0, remaining: 100, debt: 0 },
    { used: 0.25, remaining: 99, debt: 0 },
    { used: 99.5, remaining: 0, debt: 0 },
    { used: 100, remaining: 0, debt: 0 },
    { used: 100.25, remaining: 0, debt: 1 },
    { used: 200, remaining: 0, debt: 100 },
  ])('with $used of 100 used has $remaining left and a debt of $debt', ({ used, ...expected }) => {
    expect({ remaining: remaining(used, 100), debt: debt(used, 100) }).toEqual(expected)
  })

  test('tells the exact wait: after it the amount fits, a millisecond before it does not', () => {
    fc.assert(
      fc.property(
        fc.record({
          capacity: fc.integer({ min: 1, max: 1_000_000 }),
          refillPerSecond: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
          usedShare: fc.double({ min: 0, max: 2, noNaN: true }),
          amountShare: fc.double({ min: 0, max: 1, noNaN: true }),
          aheadMs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
        }),
        ({ capacity, refillPerSecond, usedShare, amountShare, aheadMs }) => {
          const now = 1_700_000_000_000
          const amount = Math.max(1, Math.floor(capacity * amountShare))
          const fill = { used: capacity * usedShare, at: now + aheadMs }
          const fits = (ms: number) => hasRoom(usedAt(fill, refillPerSecond, now + ms), amount, capacity)
          const wait = waitMs(fill, amount, { capacity, refillPerSecond }, now)
          expect(Number.isSafeInteger(wait)).toBe(true)
          expect(fits(wait)).toBe(true)
          if (wait > 0) expect(fits(wait - 1)).toBe(false)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
