import { describe, expect, test } from 'vitest'
import { settled } from '../../../src/admission/report/operation-report.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { takeOf, testBudget } from '../../support/describe-budget-store.ts'

const estimate = { cost: 57, fieldCost: 26, typeCost: 31, unbounded: false }

describe('a report after settling', () => {
  test.each([
    { name: 'less than the estimate', actual: 31 },
    { name: 'nothing', actual: 0 },
    { name: 'the estimate', actual: 57 },
    { name: 'more than the estimate', actual: 80 },
    { name: 'more than there was', actual: 150 },
  ])('tells what the store will say next, for an operation that cost $name', async ({ actual }) => {
    const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
    const cost = testBudget({ capacity: 100, refillPerSecond: 5 })
    const requests = testBudget({ name: 'requests', meter: 'requests', refillPerSecond: 5 })
    const taken = await store.take(
      takeOf([
        [cost, 57],
        [requests, 1],
      ]),
    )
    if (!taken.admitted) throw new Error('the take was denied')
    const { states } = settled({ estimate, states: taken.states }, actual)
    await store.settle(taken.reservation, [actual, 1])
    const peek = takeOf([
      [cost, 0],
      [requests, 0],
    ])
    expect(await store.take(peek)).toMatchObject({ states })
  })
})
