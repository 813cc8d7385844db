import fc from 'fast-check'
import { expect, test } from 'vitest'
import { windowEnd, windowStart } from '../../../src/budget/algorithms/window-start.ts'

const limits = { capacity: 1, refillPerSecond: 0, maxDelayMs: 0, windowMs: 0, windowMonths: 1 }
const DAY_MS = 86_400_000

test('a month begins and ends where the calendar says, on every day of 400 years', () => {
  for (let day = 0; day < 146_097; day++) {
    const date = new Date(day * DAY_MS)
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
    for (const ms of [day * DAY_MS, (day + 1) * DAY_MS - 1]) {
      if (windowStart(limits, ms) !== Date.UTC(year, month)) expect.fail(`${date.toISOString()} has a wrong start`)
      if (windowEnd(limits, ms) !== Date.UTC(year, month + 1)) expect.fail(`${date.toISOString()} has a wrong end`)
    }
  }
})

test('windows of any length meet without a gap, and each moment lies in one', () => {
  const anyLimits = fc.oneof(
    fc.record({ windowMs: fc.integer({ min: 1, max: 1_000 * 365 * DAY_MS }), windowMonths: fc.constant(0) }),
    fc.record({ windowMs: fc.constant(0), windowMonths: fc.integer({ min: 1, max: 12_000 }) }),
  )
  fc.assert(
    fc.property(anyLimits, fc.nat(4_000_000_000_000), (window, ms) => {
      const grid = { ...limits, ...window }
      const [start, end] = [windowStart(grid, ms), windowEnd(grid, ms)]
      expect(start).toBeLessThanOrEqual(ms)
      expect(end).toBeGreaterThan(ms)
      expect(windowStart(grid, start)).toBe(start)
      expect(windowEnd(grid, start)).toBe(end)
      expect(windowStart(grid, end)).toBe(end)
    }),
  )
})
