import { describe, expect, test } from 'vitest'
import { createRequestDenials } from '../../../src/admission/charging/request-denials.ts'
import type { Tier } from '../../../src/admission/tier.ts'
import type { Budget } from '../../../src/budget/budget.ts'
import type { Denial, TakeResult } from '../../../src/budget/budget-store.ts'
import { testBudget } from '../../support/describe-budget-store.ts'

const requests = testBudget({ name: 'requests', meter: 'requests', capacity: 10 })
const client = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false } as const
const tier: Tier = {
  name: 'free',
  maxCost: 1,
  timeoutMs: 1,
  priority: 0,
  maxSubscriptions: 100,
  maxSubscriptionsPerSocket: 100,
  outOfBudget: 'pause',
  budgets: [requests],
}

function denied(denial: Partial<Denial> = {}): TakeResult {
  const { budget = requests } = denial
  return {
    admitted: false,
    reason: 'exhausted',
    denials: [{ budget, amount: 1, remaining: 0, retryAfterMs: 600, ...denial }],
    states: [{ budget, remaining: 0, debt: 0, fullInMs: 5_000 }],
  }
}

function open() {
  const clock = { nowMs: 50 }
  return { clock, ...createRequestDenials(() => clock.nowMs) }
}

describe('a client without a request left', () => {
  test('is denied again, with what is left of the wait, until there is one', () => {
    const { clock, note, recall } = open()
    expect(recall(client, tier)).toBeUndefined()
    note(client, tier, denied())
    clock.nowMs += 250
    expect(recall(client, tier)).toMatchObject({ denials: [{ retryAfterMs: 350 }], states: [{ fullInMs: 4_750 }] })
    expect(recall({ ...client, id: 'bob' }, tier)).toBeUndefined()
    clock.nowMs += 350
    expect(recall(client, tier)).toBeUndefined()
  })

  test('is asked for again after a second, and when it has another tier', () => {
    const { clock, note, recall } = open()
    note(client, tier, denied({ retryAfterMs: 3_600_000 }))
    clock.nowMs += 999
    expect(recall(client, tier)).toBeDefined()
    clock.nowMs += 1
    expect(recall(client, tier)).toBeUndefined()
    note(client, tier, denied())
    expect(recall(client, { ...tier })).toBeUndefined()
  })
})

test.each<{ readonly why: string; readonly result: TakeResult }>([
  { why: 'its cost is what does not fit', result: denied({ budget: testBudget() }) },
  { why: 'it asked for several at once', result: denied({ amount: 2 }) },
  { why: 'it is out of one operation alone', result: denied({ budget: ofOneField() }) },
  { why: 'waiting does not help', result: denied({ retryAfterMs: 'never' }) },
  { why: 'the store is away', result: { admitted: false, reason: 'store-unavailable', budget: requests } },
])('a client is not denied unread where $why', ({ result }) => {
  const { note, recall } = open()
  note(client, tier, result)
  expect(recall(client, tier)).toBeUndefined()
})

function ofOneField(): Budget {
  return testBudget({ name: 'orders', meter: 'requests', level: 'operation' })
}
