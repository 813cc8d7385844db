import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Client } from '../../../../src/accounts/client.ts'
import { createEventCharging } from '../../../../src/admission/subscriptions/payment/event-charging.ts'
import type { BudgetStore, TakeRequest } from '../../../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../../../src/budget/memory/memory-budget-store.ts'
import { seats, testBudget } from '../../../support/describe-budget-store.ts'
import { type TestApiOptions, testPolicy } from '../../../support/test-api.ts'

const ada: Client = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false }
const bob: Client = { ...ada, id: 'bob' }
const use = { cost: 4, responseBytes: 30, selections: (field: string) => (field === 'Subscription.news' ? 1 : 0) }

function open(options: TestApiOptions = {}) {
  const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
  const takes: TakeRequest[] = []
  const settleFailures: unknown[] = []
  const recording: BudgetStore = {
    ...store,
    take(request) {
      takes.push(request)
      return store.take(request)
    },
  }
  const policy = testPolicy({ budgets: [testBudget({ capacity: 10 })], ...options })
  const charging = createEventCharging({
    ...{ store: recording, policy: () => policy, newId: () => `take-${takes.length}` },
    onSettleFailure: (cause) => settleFailures.push(cause),
  })
  /** What each take asked of each budget. */
  const amounts = () =>
    takes.map(({ charges }) => Object.fromEntries(charges.map(({ budget, amount }) => [budget.name, amount])))
  const left = async () => {
    const charges = [{ budget: testBudget({ capacity: 10 }), subject: 'ada', amount: 0 }]
    const result = await store.take({ id: 'look', tenant: 'acme', charges, ttlMs: 0 })
    return result.admitted ? result.states[0]?.remaining : undefined
  }
  return { charging, takes, amounts, left, store: recording, settleFailures }
}

describe('what events cost', () => {
  test('is taken at once for those of one client in one turn that are alike, and apart for others', async () => {
    const { charging, takes, amounts } = open()
    await Promise.all([
      charging.take(ada, use),
      charging.take(bob, use),
      charging.take(ada, use),
      charging.take(ada, { ...use, cost: 1 }),
    ])
    expect(amounts()).toEqual([{ burst: 8 }, { burst: 4 }, { burst: 1 }])
    await charging.take(ada, { ...use, cost: 1 })
    expect(takes).toHaveLength(4)
  })

  test('is taken for as many as fit, the first ones first', async () => {
    const { charging, amounts } = open({ budgets: [testBudget({ capacity: 100 })] })
    const kinds = await Promise.all(Array.from({ length: 40 }, () => charging.take(ada, use)))
    expect(kinds.map(({ kind }) => kind)).toEqual([...Array(25).fill('charged'), ...Array(15).fill('denied')])
    // However many they are, it takes no more looks at the store.
    expect(amounts()).toEqual([{ burst: 160 }, { burst: 100 }, { burst: 60 }, { burst: 4 }])
  })

  test('is taken from each budget by its meter, and no request and no place is', async () => {
    const { charging, amounts } = open({
      budgets: [
        testBudget(),
        testBudget({ name: 'requests', meter: 'requests' }),
        testBudget({ name: 'bytes', meter: 'responseBytes' }),
        { ...seats(1) },
        { ...testBudget({ name: 'of news' }), level: 'operation', field: 'Subscription.news' },
        { ...testBudget({ name: 'of others' }), level: 'operation', field: 'Subscription.others' },
      ],
    })
    await Promise.all([charging.take(ada, use), charging.take(ada, use)])
    expect(amounts()).toEqual([{ burst: 8, bytes: 60, 'of news': 8 }])
  })

  test('is nothing where it costs nothing, and the store is not asked', async () => {
    const { charging, takes } = open()
    expect(await charging.take(ada, { ...use, cost: 0 })).toMatchObject({ kind: 'charged', delayMs: 0, states: [] })
    expect(takes).toEqual([])
  })

  test('is not to be had from a client whose tier is gone', async () => {
    const { charging, takes } = open()
    const gone = { ...ada, tier: 'gone' }
    expect(await Promise.all([charging.take(gone, use), charging.take(gone, use)])).toEqual(
      Array(2).fill({ kind: 'no-tier' }),
    )
    expect(await charging.takeSeveral(gone, use, 2)).toEqual({ kind: 'no-tier' })
    expect(takes).toEqual([])
  })

  test('is denied to all where the store does not answer, and rejected for all where it fails', async () => {
    const budget = testBudget()
    const answers: BudgetStore['take'][] = [
      async () => ({ admitted: false, reason: 'store-unavailable', budget }),
      async () => {
        throw new Error('a bug')
      },
    ]
    for (const [index, take] of answers.entries()) {
      let calls = 0
      const store: BudgetStore = {
        ...createMemoryBudgetStore(),
        take(request) {
          calls += 1
          return take(request)
        },
      }
      const charging = createEventCharging({
        ...{ store, policy: () => testPolicy({}), newId: () => `take-${calls}` },
        onSettleFailure: (cause) => expect.fail(String(cause)),
      })
      const all = await Promise.allSettled(Array.from({ length: 5 }, () => charging.take(ada, use)))
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set([index === 0 ? 'fulfilled' : 'rejected']))
      expect(calls).toBeLessThanOrEqual(2)
    }
  })

  test('is taken together all or none, and not at all where some would have to wait for their turn', async () => {
    const { charging, takes } = open()
    expect(await charging.takeSeveral(ada, use, 3)).toMatchObject({ kind: 'denied' })
    expect(await charging.takeSeveral(ada, use, 2)).toMatchObject({ kind: 'charged', states: [{ remaining: 2 }] })
    expect(takes).toHaveLength(2)
    const leaky = open({
      budgets: [{ ...testBudget(), algorithm: 'leaky-bucket', capacity: 4, refillPerSecond: 2, maxDelayMs: 60_000 }],
    })
    expect(await leaky.charging.takeSeveral(ada, use, 1)).toBeUndefined()
    expect(leaky.takes).toEqual([])
    const charges = await Promise.all([leaky.charging.take(ada, use), leaky.charging.take(ada, use)])
    expect(charges.map(({ kind }) => kind)).toEqual(['charged', 'charged'])
  })

  test('comes back for those who were not told after all, however many of a take they are', async () => {
    const { charging, left } = open()
    const charges = await Promise.all([1, 2, 3].map(() => charging.take(ada, { ...use, cost: 3 })))
    expect(await left()).toBe(1)
    for (const charge of charges.slice(1)) if (charge.kind === 'charged') charge.giveBack(1)
    await setImmediate()
    expect(await left()).toBe(7)
    const together = await charging.takeSeveral(ada, { ...use, cost: 2 }, 3)
    if (together?.kind === 'charged') together.giveBack(3)
    await setImmediate()
    expect(await left()).toBe(7)
  })

  test('stays charged where it cannot be given back, and whoever runs the server is told', async () => {
    const { charging, left, store, settleFailures } = open()
    const failure = new Error('connection refused')
    store.settle = () => Promise.reject(failure)
    const charge = await charging.take(ada, use)
    if (charge.kind === 'charged') charge.giveBack(1)
    await setImmediate()
    expect([await left(), settleFailures]).toEqual([6, [failure]])
  })
})
