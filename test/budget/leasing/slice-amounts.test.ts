import { describe, expect, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import { createDemand } from '../../../src/budget/leasing/demand.ts'
import { sliceAmounts } from '../../../src/budget/leasing/slice-amounts.ts'
import { takeOf, testBudget } from '../../support/describe-budget-store.ts'

const budget = testBudget({ capacity: 100_000 })
const quick = testBudget({ capacity: 100_000, refillPerSecond: 3_000 })
const shadow = testBudget({ mode: 'shadow' })

/** The slice after a second of so many takes. */
function slice(
  of: Budget,
  { takes = 100, amount = 10, remaining = 100_000, expectedNodes = 1, busyTakesPerSecond = 20, afterMs = 0 } = {},
) {
  const { charges } = takeOf([[of, amount]])
  const demand = createDemand()
  for (let count = 0; count < takes; count++) demand.record(charges, 5_000)
  const states = [{ budget: of, remaining, debt: 0, fullInMs: 0 }]
  return sliceAmounts(charges, demand, states, { expectedNodes, busyTakesPerSecond }, 5_000 + afterMs)?.[0]
}

describe('a slice', () => {
  test.each([
    { what: 'is what is asked for in a second', found: slice(budget), amount: 1_000 },
    { what: 'is at most a quarter of what is left', found: slice(budget, { remaining: 3_000 }), amount: 750 },
    {
      what: 'is at most a quarter of a share of what is left',
      found: slice(budget, { remaining: 3_000, expectedNodes: 3 }),
      amount: 250,
    },
    { what: 'outweighs what drains from it in a second', found: slice(quick), amount: 3_000 },
    { what: 'of a shadow budget is not bound by what is left', found: slice(shadow, { remaining: 0 }), amount: 1_000 },
    { what: 'is none for who is not busy', found: slice(budget, { takes: 19 }), amount: undefined },
    { what: 'is none where it would serve seven takes', found: slice(budget, { remaining: 316 }), amount: undefined },
    { what: 'is one where it would serve eight', found: slice(budget, { remaining: 320 }), amount: 80 },
    { what: 'shrinks as demand fades', found: slice(budget, { afterMs: 1_250 }), amount: 750 },
    { what: 'is none two seconds after', found: slice(budget, { afterMs: 2_000 }), amount: undefined },
    {
      what: 'is none where it would drain before it serves eight takes',
      found: slice(quick, { takes: 50, remaining: 1_900 }),
      amount: undefined,
    },
  ])('$what', ({ found, amount }) => {
    expect(found).toBe(amount)
  })

  test('of several buckets lasts as long for each', () => {
    const other = testBudget({ name: 'other' })
    const { charges } = takeOf([
      [budget, 10],
      [other, 1],
      [shadow, 0],
    ])
    const demand = createDemand()
    for (let count = 0; count < 100; count++) demand.record(charges, 5_000)
    const states = [1_000, 1_000, 100].map((remaining) => ({ budget, remaining, debt: 0, fullInMs: 0 }))
    const options = { expectedNodes: 1, busyTakesPerSecond: 20 }
    expect(sliceAmounts(charges, demand, states, options, 5_000)).toEqual([250, 25, 0])
  })
})
