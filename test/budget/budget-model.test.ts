import fc from 'fast-check'
import { describe, test } from 'vitest'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { budgetHistories, drainingHistories, instantHistories } from '../support/budget-model/budget-history.ts'
import { EXPIRING_TTL_MS, playExpiry } from '../support/budget-model/play-expiry.ts'
import { playHistory, START_MS } from '../support/budget-model/play-history.ts'

function stage() {
  const clock = { ms: START_MS }
  return { clock, store: createMemoryBudgetStore({ now: () => clock.ms }) }
}

// What shrinks when the time is over is reported as far as it has shrunk.
const time = { interruptAfterTimeLimit: 40_000 }

describe('the memory budget store, for any history', { timeout: 60_000 }, () => {
  test('answers as the model does, and never admits more than a budget allows', async () => {
    await fc.assert(
      fc.asyncProperty(budgetHistories, (history) => playHistory(history, stage())),
      { numRuns: 2_000, ...time },
    )
  })

  test('gives back of a bucket no more than has not drained, and no less than has surely not', async () => {
    await fc.assert(
      fc.asyncProperty(drainingHistories, (history) => playHistory(history, stage())),
      { numRuns: 3_000, ...time },
    )
  })

  test('loses nothing where no time passes: what is left is the capacity less what was used', async () => {
    await fc.assert(
      fc.asyncProperty(instantHistories, (history) => playHistory(history, { ...stage(), isFrozen: true })),
      { numRuns: 500, ...time },
    )
  })

  test('keeps the charge of a reservation whose life is over', async () => {
    await fc.assert(
      fc.asyncProperty(budgetHistories, async (history) => {
        const { store, clock } = stage()
        await playExpiry(history, store, async () => {
          clock.ms += 2 * EXPIRING_TTL_MS
        })
      }),
      { numRuns: 200, ...time },
    )
  })
})
