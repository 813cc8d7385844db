import { describe, expect, test } from 'vitest'
import { reportHeaders } from '../../../src/admission/report/report-headers.ts'
import type { BudgetState } from '../../../src/budget/budget-store.ts'
import { testBudget } from '../../support/describe-budget-store.ts'

const NOW_MS = 1_700_000_000_000
const burst = testBudget({ name: 'burst', capacity: 1_000, refillPerSecond: 20 })
const daily = testBudget({ name: 'daily', capacity: 50_000, refillPerSecond: 50_000 / 86_400 })
const requests = testBudget({ name: 'requests', meter: 'requests', capacity: 60, refillPerSecond: 2 })
const trial = testBudget({ name: 'trial', mode: 'shadow', capacity: 10 })

function state(budget: BudgetState['budget'], rest: Partial<BudgetState>): BudgetState {
  return { budget, remaining: budget.capacity, debt: 0, fullInMs: 0, ...rest }
}

describe('the report headers', () => {
  test('tell the cost and every enforced budget as structured fields', () => {
    const headers = reportHeaders(
      {
        estimate: { cost: 57, fieldCost: 26, typeCost: 31, unbounded: false },
        actualCost: 31,
        states: [
          state(burst, { remaining: 943, fullInMs: 2_850 }),
          state(daily, { remaining: 48_110, fullInMs: 3_265_920 }),
          state(requests, { remaining: 59, fullInMs: 500 }),
          state(trial, { remaining: 0, debt: 4 }),
        ],
      },
      NOW_MS,
    )
    expect(Object.fromEntries(headers)).toEqual({
      'graphql-cost': 'estimated=57, actual=31',
      'ratelimit-policy':
        '"burst";q=1000;w=50;bw-unit="cost", "daily";q=50000;w=86400;bw-unit="cost", "requests";q=60;w=30;bw-unit="requests"',
      ratelimit: '"burst";r=943;t=3, "daily";r=48110;t=3266, "requests";r=59;t=1',
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '943',
      'x-ratelimit-reset': '1700000003',
    })
  })

  test('show debt as nothing remaining', () => {
    const headers = reportHeaders({ states: [state(burst, { remaining: 0, debt: 40, fullInMs: 52_000 })] }, NOW_MS)
    expect(headers.get('ratelimit')).toBe('"burst";r=0;t=52')
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
  })

  test('repeat the cost budget with the least left in X-RateLimit, never one of requests or in shadow', () => {
    const states = [
      state(burst, { remaining: 500 }),
      state(daily, { remaining: 499 }),
      state(requests, { remaining: 1 }),
      state(trial, { remaining: 0 }),
    ]
    expect(reportHeaders({ states }, NOW_MS).get('x-ratelimit-limit')).toBe('50000')
  })

  test('repeat a budget with nothing left in X-RateLimit, whatever it counts', () => {
    const states = [state(burst, { remaining: 500 }), state(requests, { remaining: 0, fullInMs: 30_000 })]
    expect(Object.fromEntries(reportHeaders({ states }, NOW_MS))).toMatchObject({
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '1700000030',
    })
  })

  test('say nothing of what is not known', () => {
    expect(reportHeaders({ states: [] }, NOW_MS).size).toBe(0)
    expect(reportHeaders({ states: [state(trial, {})] }, NOW_MS).size).toBe(0)
    const estimate = { cost: 5, fieldCost: 2, typeCost: 3, unbounded: false }
    expect(reportHeaders({ estimate, states: [] }, NOW_MS).get('graphql-cost')).toBe('estimated=5')
  })
})
