import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createRemoteBudgetStore } from '../../src/budget/remote-budget-store.ts'
import { describeBudgetStore, meteredBudgets, takeOf, testBudget } from '../support/describe-budget-store.ts'
import { twoEnds } from '../support/two-ends.ts'

function open() {
  const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
  const { here, close } = twoEnds({}, store)
  onTestFinished(close)
  return createRemoteBudgetStore(here.call)
}

describeBudgetStore('remote', async () => open())

describe('a remote budget store', () => {
  test('answers with the very budgets it was asked about', async () => {
    const store = open()
    const budgets = meteredBudgets().map((budget, index) => ({ ...budget, name: `budget ${index}` }))
    const admitted = await store.take(takeOf(budgets.map((budget) => [budget, 60])))
    if (!admitted.admitted) throw new Error('This take has room')
    for (const [index, { budget }] of admitted.states.entries()) expect(budget).toBe(budgets[index])
    expect(admitted.reservation.charges[0]?.budget).toBe(budgets[0])
    const denied = await store.take(takeOf(budgets.map((budget) => [budget, 60])))
    if (denied.admitted || denied.reason !== 'exhausted') throw new Error('This take has no room')
    expect(denied.denials.map(({ budget }) => budgets.indexOf(budget))).toEqual([0, 1, 2, 3, 4])
    expect(denied.states.map(({ budget }) => budgets.indexOf(budget))).toEqual([0, 1, 2, 3, 4])
  })

  test('tells shadow budgets of the same name from those that are enforced', async () => {
    const store = open()
    const enforced = testBudget()
    const shadow = testBudget({ mode: 'shadow', capacity: 10 })
    const { states } = {
      states: [],
      ...(await store.take(
        takeOf([
          [enforced, 5],
          [shadow, 5],
        ]),
      )),
    }
    expect(states.map(({ budget }) => budget)).toEqual([enforced, shadow])
  })
})
