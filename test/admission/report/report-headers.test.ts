import { describe, expect, test } from 'vitest'
import { reportHeaders } from '../../../src/admission/report/report-headers.ts'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetState } from '../../../src/budget/budget-store.ts'
import { seats, testBudget } from '../../support/describe-budget-store.ts'

const NOW_MS = 1_700_000_000_000
const burst = testBudget({ name: 'burst', capacity: 1_000, refillPerSecond: 20 })
const daily = testBudget({ name: 'daily', capacity: 50_000, refillPerSecond: 50_000 / 86_400 })
const requests = testBudget({ name: 'requests', meter: 'requests', capacity: 60, refillPerSecond: 2 })
const everybody = testBudget({ name: 'everybody', level: 'global' })
const common = { level: 'client', meter: 'cost', mode: 'enforce', onStoreFailure: 'local', capacity: 100 } as const
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

  test('tell a window for every algorithm, and none for a number of operations at once', () => {
    const budgets: readonly Budget[] = [
      { ...common, name: 'day', algorithm: 'fixed-window', window: { ms: 86_400_000 } },
      { ...common, name: 'month', algorithm: 'fixed-window', window: { months: 1 } },
      { ...common, name: 'hour', algorithm: 'sliding-window', windowMs: 3_600_000 },
      { ...common, name: 'blink', algorithm: 'sliding-log', windowMs: 100 },
      { ...common, name: 'queue', algorithm: 'leaky-bucket', refillPerSecond: 10, maxDelayMs: 500 },
      seats(20),
    ]
    const headers = reportHeaders({ states: budgets.map((budget) => state(budget, { fullInMs: 1_500 })) }, NOW_MS)
    expect(headers.get('ratelimit-policy')).toBe(
      '"day";q=100;w=86400;bw-unit="cost", "month";q=100;w=2592000;bw-unit="cost", "hour";q=100;w=3600;bw-unit="cost", ' +
        '"blink";q=100;w=1;bw-unit="cost", "queue";q=100;w=10;bw-unit="cost", "parallel";q=20;bw-unit="concurrency"',
    )
    expect(headers.get('ratelimit')).toBe(
      '"day";r=100;t=2, "month";r=100;t=2, "hour";r=100;t=2, "blink";r=100;t=2, "queue";r=100;t=2, "parallel";r=20',
    )
  })

  test('repeat no number of operations at once in X-RateLimit, which time does not bring back', () => {
    const states = [state(burst, { remaining: 500 }), state(seats(20), { remaining: 0 })]
    expect(reportHeaders({ states }, NOW_MS).get('x-ratelimit-limit')).toBe('1000')
  })

  test('repeat a budget of requests in X-RateLimit where there is none of cost', () => {
    expect(reportHeaders({ states: [state(requests, {})] }, NOW_MS).get('x-ratelimit-limit')).toBe('60')
  })

  test('tell no client what all of them share', () => {
    const states = [state(everybody, { remaining: 0 }), state(burst, { remaining: 500 })]
    const headers = reportHeaders({ states }, NOW_MS)
    expect([...headers.values()].join()).not.toContain('everybody')
    expect(headers.get('x-ratelimit-remaining')).toBe('500')
  })

  test('say the reset in seconds from now where that is asked for', () => {
    const states = [state(burst, { remaining: 943, fullInMs: 2_850 })]
    const headers = reportHeaders({ states }, NOW_MS, { draft: 11, resetFormat: 'delta' })
    expect(headers.get('x-ratelimit-reset')).toBe('3')
  })

  test('warn of every enforced budget whose soft threshold is passed, and of no other', () => {
    const at80 = testBudget({ ...daily, name: 'daily', softThreshold: 0.8 })
    const states = [
      state(at80, { remaining: 9_800 }),
      state(testBudget({ ...burst, softThreshold: 0.9 }), { remaining: 101 }),
      state(testBudget({ ...requests, softThreshold: 2 / 3 }), { remaining: 20 }),
      state(testBudget({ ...trial, softThreshold: 0.1 }), { remaining: 0 }),
      state(testBudget({ ...everybody, softThreshold: 0.1 }), { remaining: 0 }),
    ]
    for (const draft of [11, 7, 6] as const) {
      const headers = reportHeaders({ states }, NOW_MS, { draft, resetFormat: 'epoch' })
      expect(headers.get('ratelimit-warning')).toBe('"daily";r=9800;at=0.8, "requests";r=20;at=0.667')
    }
    expect(reportHeaders({ states: [state(burst, { remaining: 0 })] }, NOW_MS).has('ratelimit-warning')).toBe(false)
  })

  describe('of an earlier draft', () => {
    const states = [
      state(requests, { remaining: 59, fullInMs: 500 }),
      state(burst, { remaining: 943, fullInMs: 2_850 }),
      state(daily, { remaining: 48_110, fullInMs: 3_265_920 }),
      state(seats(20), { remaining: 19 }),
      state(trial, { remaining: 0, debt: 4 }),
    ]
    const x = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '943', 'x-ratelimit-reset': '1700000003' }

    test('(7) tell the tightest budget as a dictionary, and the policies of all that have a window', () => {
      expect(Object.fromEntries(reportHeaders({ states }, NOW_MS, { draft: 7, resetFormat: 'epoch' }))).toEqual({
        'ratelimit-policy': '60;w=30, 1000;w=50, 50000;w=86400',
        ratelimit: 'limit=1000, remaining=943, reset=3',
        ...x,
      })
    })

    test('(6) tell it with a header for each number', () => {
      expect(Object.fromEntries(reportHeaders({ states }, NOW_MS, { draft: 6, resetFormat: 'epoch' }))).toEqual({
        'ratelimit-policy': '60;w=30, 1000;w=50, 50000;w=86400',
        'ratelimit-limit': '1000',
        'ratelimit-remaining': '943',
        'ratelimit-reset': '3',
        ...x,
      })
    })

    test('give a quota one policy: that of the tightest budget, else the first', () => {
      const twin = testBudget({ ...burst, name: 'twin', refillPerSecond: 1 })
      const other = testBudget({ ...requests, name: 'other', refillPerSecond: 1 })
      const found = [requests, other, burst, twin].map((budget) => state(budget, {}))
      const headers = (least: Budget) => {
        const states = found.map((one) => (one.budget === least ? { ...one, remaining: 1 } : one))
        return reportHeaders({ states }, NOW_MS, { draft: 7, resetFormat: 'epoch' }).get('ratelimit-policy')
      }
      expect(headers(burst)).toBe('60;w=30, 1000;w=50')
      expect(headers(twin)).toBe('60;w=30, 1000;w=1000')
    })

    test.each([7, 6] as const)('(%d) tell nothing where no budget has a window', (draft) => {
      const report = { states: [state(seats(20), {})] }
      expect(reportHeaders(report, NOW_MS, { draft, resetFormat: 'epoch' }).size).toBe(0)
    })
  })

  test('say nothing of what is not known', () => {
    expect(reportHeaders({ states: [] }, NOW_MS).size).toBe(0)
    expect(reportHeaders({ states: [state(trial, {})] }, NOW_MS).size).toBe(0)
    const estimate = { cost: 5, fieldCost: 2, typeCost: 3, unbounded: false }
    expect(reportHeaders({ estimate, states: [] }, NOW_MS).get('graphql-cost')).toBe('estimated=5')
  })
})
