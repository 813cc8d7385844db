import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TokenBucket, tokenBucket } from '../../../src/budget/algorithms/token-bucket.ts'
import type { Limits } from '../../../src/budget/limits.ts'

const START_MS = 1_700_000_000_000

/** A charge, and when it begins. */
interface Begun {
  readonly beginMs: number
  readonly amount: number
}

/** Of all stretches of time, the most by which more begins in one than the capacity and what refills. */
function excess(begun: readonly Begun[], { capacity, refillPerSecond }: Limits): number {
  const inOrder = begun.toSorted((a, b) => a.beginMs - b.beginMs)
  let most = 0
  inOrder.forEach((first, index) => {
    let sum = 0
    for (const { beginMs, amount } of inOrder.slice(index)) {
      sum += amount
      most = Math.max(most, sum - capacity - ((beginMs - first.beginMs) * refillPerSecond) / 1000)
    }
  })
  return most
}

describe('a leaky bucket', () => {
  test('lets no more begin than its capacity and its refill, whoever of those who wait goes away', () => {
    const step = fc.record({ afterMs: fc.nat(300), amount: fc.integer({ min: 1, max: 10 }), leaves: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 100 }), (steps, refillPerSecond) => {
        const limits = { capacity: 10, refillPerSecond, maxDelayMs: 5_000, windowMs: 0, windowMonths: 0 }
        const bucket: TokenBucket = tokenBucket.fresh(START_MS)
        let nowMs = START_MS
        let begun: readonly (Begun & { readonly hold: ReturnType<typeof tokenBucket.charge> })[] = []
        for (const { afterMs, amount, leaves } of steps) {
          nowMs += afterMs
          const leaver = begun.filter(({ beginMs }) => beginMs > nowMs)[leaves]
          if (leaver !== undefined) {
            tokenBucket.settle(bucket, leaver.hold, 0, limits, nowMs)
            begun = begun.filter((one) => one !== leaver)
          }
          if (tokenBucket.waitMs(bucket, amount, limits, nowMs) > 0) continue
          const hold = tokenBucket.charge(bucket, amount, limits, nowMs, nowMs)
          const delayMs = tokenBucket.delayMs?.(bucket, limits, nowMs) ?? 0
          expect(delayMs).toBeLessThanOrEqual(limits.maxDelayMs)
          begun = [...begun, { beginMs: nowMs + delayMs, amount, hold }]
        }
        // Turns are at whole milliseconds.
        expect(excess(begun, limits)).toBeLessThan(refillPerSecond / 1000)
      }),
      { numRuns: 1_000 },
    )
  })
})
