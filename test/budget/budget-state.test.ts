import { describe, expect, test } from 'vitest'
import { later } from '../../src/budget/budget-state.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { meteredBudgets, takeOf } from '../support/describe-budget-store.ts'

describe('a state some time later', () => {
  test.each(meteredBudgets().map((budget) => ({ algorithm: budget.algorithm, budget })))(
    'is no better than what the store tells then, and full when that is: $algorithm',
    async ({ budget }) => {
      const clock = { ms: 1_700_000_000_000 }
      const store = createMemoryBudgetStore({ now: () => clock.ms })
      const taken = await store.take(takeOf([[budget, 90]]))
      const [state] = 'states' in taken ? taken.states : []
      if (state === undefined) throw new Error('a take has states')
      for (const ms of [1, 10_000_000, state.fullInMs - 1, state.fullInMs]) {
        clock.ms = 1_700_000_000_000 + ms
        const told = await store.take(takeOf([[budget, 0]]))
        const [then] = 'states' in told ? told.states : []
        expect(later(state, ms).fullInMs).toBe(state.fullInMs - ms)
        expect(later(state, ms).remaining).toBeLessThanOrEqual(then?.remaining ?? -1)
      }
      expect(later(state, state.fullInMs)).toMatchObject({ remaining: 100, debt: 0, fullInMs: 0 })
    },
  )
})
