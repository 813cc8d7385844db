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
        // What Redis forgets, at most all that was used, can be used again.
        expect(byStore).toBeLessThanOrEqual(chaos.loses === 'nothing' ? CAPACITY : 2 * CAPACITY)
        expect(inRedis).toBeLessThanOrEqual(Math.min(CAPACITY, byStore + dropped * ESTIMATE))
        if (chaos.loses === 'nothing') expect(inRedis).toBeGreaterThanOrEqual(byStore)
      }
    })
  })
}
