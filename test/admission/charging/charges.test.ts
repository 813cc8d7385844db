import { describe, expect, test } from 'vitest'
import { operationCharges, requestCharges, settledAmount } from '../../../src/admission/charging/charges.ts'
import type { TierBudget } from '../../../src/admission/tier.ts'
import { seats, testBudget } from '../../support/describe-budget-store.ts'
import { testPolicy } from '../../support/test-api.ts'

const ada = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false } as const

const burst = testBudget()
const shared = testBudget({ name: 'shared', level: 'tenant' })
const requests = testBudget({ name: 'requests', meter: 'requests' })
const traffic = testBudget({ name: 'traffic', meter: 'responseBytes' })
const parallel = seats(3)
const orders: TierBudget = {
  ...testBudget({ name: 'orders', level: 'operation', meter: 'requests' }),
  field: 'Mutation.placeOrder',
}
const orderCost: TierBudget = {
  ...testBudget({ name: 'orderCost', level: 'operation' }),
  field: 'Mutation.placeOrder',
}
const search: TierBudget = {
  ...testBudget({ name: 'search', level: 'operation', meter: 'requests' }),
  field: 'Query.search',
}
const everybody = testBudget({ name: 'everybody', level: 'global' })
const arrivals = testBudget({ name: 'arrivals', level: 'global', meter: 'requests' })

const budgets = [burst, shared, requests, traffic, parallel, orders, orderCost, search]
const policy = testPolicy({ budgets, globalBudgets: [everybody, arrivals] })

function tier() {
  const free = policy.tiers.get('free')
  if (free === undefined) throw new Error('there is no tier')
  return free
}

function chargesOf(selected: Readonly<Record<string, number>>) {
  const charges = operationCharges(policy, tier(), ada, { cost: 57, selections: (field) => selected[field] ?? 0 })
  return charges.map(({ budget, subject, amount }) => [budget.name, subject, amount])
}

describe('an operation', () => {
  test('is charged to its client, its tenant, and what all share, by what each budget counts', () => {
    expect(chargesOf({})).toEqual([
      ['burst', 'ada', 57],
      ['shared', 'acme', 57],
      ['requests', 'ada', 1],
      ['traffic', 'ada', 1],
      ['parallel', 'ada', 1],
      ['everybody', 'all', 57],
      ['arrivals', 'all', 1],
    ])
  })

  test('is charged to the budgets of the root fields that it selects, each client on its own', () => {
    expect(chargesOf({ 'Mutation.placeOrder': 3 }).slice(5, 7)).toEqual([
      ['orders', 'ada Mutation.placeOrder', 3],
      ['orderCost', 'ada Mutation.placeOrder', 57],
    ])
    expect(chargesOf({ 'Mutation.placeOrder': 1, 'Query.search': 2 }).slice(5, 8)).toEqual([
      ['orders', 'ada Mutation.placeOrder', 1],
      ['orderCost', 'ada Mutation.placeOrder', 57],
      ['search', 'ada Query.search', 2],
    ])
  })

  test.each([
    { name: 'of another level', budget: testBudget({ level: 'ip' }) },
    { name: 'of an operation without a field', budget: testBudget({ level: 'operation' }) },
  ])('finds a bug where its tier holds a budget $name', ({ budget }) => {
    const operation = { cost: 1, selections: () => 1 }
    expect(() => operationCharges(policy, { ...tier(), budgets: [budget] }, ada, operation)).toThrow('burst')
  })
})

test('something refused is charged a request, takes no place and looks at no budget that it is not told of', () => {
  const charges = requestCharges(policy, tier(), ada)
  expect(charges.map(({ budget, amount }) => [budget.name, amount])).toEqual([
    ['burst', 0],
    ['shared', 0],
    ['requests', 1],
    ['traffic', 0],
    ['parallel', 0],
    ['arrivals', 1],
  ])
})

describe('settling', () => {
  test.each([
    { budget: burst, amount: 57, settled: 31 },
    { budget: requests, amount: 1, settled: 1 },
    { budget: orders, amount: 3, settled: 3 },
    { budget: orderCost, amount: 57, settled: 31 },
    { budget: traffic, amount: 1, settled: 20_000 },
    { budget: parallel, amount: 1, settled: 0 },
  ])('turns $amount of $budget.meter into $settled', ({ budget, amount, settled }) => {
    expect(settledAmount({ budget, subject: 'ada', amount }, { cost: 31, responseBytes: 20_000 })).toBe(settled)
  })

  test('keeps the byte that was taken where nobody knows how many were sent', () => {
    const charge = { budget: traffic, subject: 'ada', amount: 1 }
    expect(settledAmount(charge, { cost: 31, responseBytes: undefined })).toBe(1)
  })
})
