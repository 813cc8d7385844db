import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Chaos, runChaos } from './chaos.ts'
import { CAPACITY, DEADLINE_MS, ESTIMATE } from './chaos-load.ts'

/** What a busy test machine may add to a wait. */
const SLACK_MS = 150

/** What every chaos leaves whole. `npm run chaos` in bench/ prints the numbers. */
export function describeChaos(what: string, all: readonly Chaos[]): void {
  describe(`while ${what} fails, takes are answered in time and within bounds, and numbers agree afterwards:`, () => {
    const unhandled: unknown[] = []
    const onUnhandled = (error: unknown) => unhandled.push(error)
    beforeEach(() => {
      process.on('unhandledRejection', onUnhandled)
    })
    afterEach(() => {
      process.off('unhandledRejection', onUnhandled)
      expect(unhandled.splice(0)).toEqual([])
    })

    test.each(all)('$name', async (chaos) => {
      const { budgets, worstMs, lateMs, dropped } = await runChaos(chaos)
      expect(worstMs).toBeLessThan(DEADLINE_MS + 50 + lateMs + SLACK_MS)
      // All nodes together: one more capacity under `local`, nothing under `closed`.
      expect(budgets.local.byNodes).toBeLessThanOrEqual(CAPACITY)
      expect(budgets.closed.byNodes).toBe(0)
      for (const { byStore, inRedis } of Object.values(budgets)) {
        if (chaos.loses === 'nothing') {
          expect(byStore).toBeLessThanOrEqual(CAPACITY)
          expect(inRedis).toBeGreaterThanOrEqual(byStore)
          expect(inRedis).toBeLessThanOrEqual(byStore + dropped * ESTIMATE)
        } else {
          // A charge that is forgotten can be used again; one whose refund is forgotten stands.
          expect(byStore).toBeLessThanOrEqual(2 * CAPACITY)
          expect(inRedis).toBeLessThanOrEqual(CAPACITY)
        }
      }
    })
  })
}
