import { describe, expect, test } from 'vitest'
import { settledAmount } from '../../../src/admission/charging/charges.ts'
import { settled, tightest } from '../../../src/admission/report/operation-report.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { meteredBudgets, seats, takeOf, testBudget } from '../../support/describe-budget-store.ts'

const estimate = { cost: 57, fieldCost: 26, typeCost: 31, unbounded: false }

describe('a report after settling', () => {
  const requests = testBudget({ name: 'requests', meter: 'requests', refillPerSecond: 5 })
  const traffic = testBudget({ name: 'traffic', meter: 'responseBytes', capacity: 1_000, refillPerSecond: 5 })
  const others = [
    [requests, 1],
    [traffic, 1],
    [seats(3), 1],
  ] as const

  const uses = [
    { name: 'less than the estimate', cost: 31, responseBytes: 900 },
    { name: 'nothing', cost: 0, responseBytes: undefined },
    { name: 'the estimate', cost: 57, responseBytes: 1 },
    { name: 'more than the estimate', cost: 80, responseBytes: 1_001 },
    { name: 'more than there was', cost: 150, responseBytes: 1_900 },
  ]

  test.each(
    [testBudget({ refillPerSecond: 5 }), ...meteredBudgets()].flatMap((budget) =>
      uses.map((use) => ({ budget, algorithm: budget.algorithm, ...use })),
    ),
  )('tells what the store will say next of a $algorithm, for an operation that cost $name', async (use) => {
    const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
    const taken = await store.take(takeOf([[use.budget, 57], ...others]))
    if (!taken.admitted) throw new Error('the take was denied')
    const { charges } = taken.reservation
    const { states, actualCost } = settled({ estimate, states: taken.states }, charges, use)
    expect(actualCost).toBe(use.cost)
    await store.settle(
      taken.reservation,
      charges.map((charge) => settledAmount(charge, use)),
    )
    const peek = takeOf([use.budget, ...others.map(([budget]) => budget)].map((budget) => [budget, 0]))
    expect(await store.take(peek)).toMatchObject({ states })
  })
})

describe('the tightest budget', () => {
  const state = (budget: ReturnType<typeof testBudget>, remaining: number) => ({
    budget,
    remaining,
    debt: 0,
    fullInMs: 0,
  })
  const burst = state(testBudget(), 50)
  const daily = state(testBudget({ name: 'daily' }), 40)

  test.each([
    { name: 'has the least left', states: [burst, daily], least: daily },
    { name: 'counts cost', states: [burst, state(testBudget({ meter: 'requests' }), 1)], least: burst },
    { name: 'is enforced, where one is', states: [burst, state(testBudget({ mode: 'shadow' }), 1)], least: burst },
    { name: 'is not what all clients share', states: [burst, state(testBudget({ level: 'global' }), 1)], least: burst },
  ])('$name', ({ states, least }) => {
    expect(tightest(states)).toBe(least)
  })
})
