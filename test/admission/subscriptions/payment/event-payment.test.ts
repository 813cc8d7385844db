import { describe, expect, test } from 'vitest'
import type { Client } from '../../../../src/accounts/client.ts'
import { tierOf } from '../../../../src/admission/policy.ts'
import { createEventCharging } from '../../../../src/admission/subscriptions/payment/event-charging.ts'
import { createEventPayment } from '../../../../src/admission/subscriptions/payment/event-payment.ts'
import { createPauses } from '../../../../src/admission/subscriptions/payment/pauses.ts'
import type { Tier } from '../../../../src/admission/tier.ts'
import { createMemoryBudgetStore } from '../../../../src/budget/memory/memory-budget-store.ts'
import type { Refusal } from '../../../../src/errors/refusal.ts'
import { testBudget } from '../../../support/describe-budget-store.ts'
import { createGatedStore } from '../../../support/gated-store.ts'
import { type TestApiOptions, testPolicy } from '../../../support/test-api.ts'

const ada: Client = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false }
const use = { cost: 4, responseBytes: 100, selections: () => 0 }

/** Payments from a budget of ten points that refills by one a second, on a clock of the test. */
function open(options: TestApiOptions = {}) {
  let nowMs = 1_700_000_000_000
  let timers: { readonly atMs: number; readonly callback: () => void }[] = []
  const store = createGatedStore(createMemoryBudgetStore({ now: () => nowMs }))
  const budgets = [testBudget({ capacity: 10, refillPerSecond: 1 })]
  let policy = testPolicy({ budgets, ...options })
  const charging = createEventCharging({
    ...{ store, policy: () => policy, newId: () => `take-${store.calls}` },
    onSettleFailure: (cause) => expect.fail(String(cause)),
  })
  const pauses = createPauses((ms, callback) => {
    const timer = { atMs: nowMs + ms, callback }
    timers.push(timer)
    return () => {
      timers = timers.filter((other) => other !== timer)
    }
  })
  const waits: number[] = []
  const payment = createEventPayment({
    admission: { events: charging, tierOf: (client): Tier | undefined => tierOf(policy, client) },
    pauses,
    wait: async (ms) => waits.push(ms),
    now: () => nowMs,
  })
  const told: { readonly reason: Refusal; readonly until: number }[] = []
  const controller = new AbortController()
  function pay(client = ada, cost = use) {
    return payment.pay(
      {
        client,
        signal: controller.signal,
        onDenied: () => undefined,
        onPause: (reason, until) => void told.push({ reason, until: until.getTime() - nowMs }),
      },
      cost,
    )
  }
  async function elapse(ms: number): Promise<void> {
    nowMs += ms
    const due = timers.filter(({ atMs }) => atMs <= nowMs)
    timers = timers.filter(({ atMs }) => atMs > nowMs)
    for (const { callback } of due) callback()
    await new Promise((resolve) => setImmediate(resolve))
  }
  async function left(): Promise<number | undefined> {
    const charges = budgets.map((budget) => ({ budget, subject: 'ada', amount: 0 }))
    const result = await store.take({ id: 'look', tenant: 'acme', charges, ttlMs: 0 })
    return result.admitted ? result.states[0]?.remaining : undefined
  }
  function removeTiers(): void {
    policy = { ...policy, tiers: new Map() }
  }
  return { store, pay, told, elapse, left, waits, controller, removeTiers, timers: () => timers.length }
}

describe('an event', () => {
  test('that its client cannot pay for waits until the budget has refilled, and says until when, once', async () => {
    const { pay, told, elapse, left, timers } = open()
    await Promise.all([pay(), pay()])
    const paid = pay()
    await elapse(0)
    expect(told).toMatchObject([
      { until: 2_000, reason: { code: 'SUBSCRIPTION_PAUSED', extensions: { cost: 4, remaining: 2 } } },
    ])
    await elapse(1_999)
    expect([await left(), timers()]).toEqual([3, 1])
    await elapse(1)
    expect(await paid).toMatchObject({ kind: 'paid', states: [{ remaining: 0 }] })
    expect([told.length, timers()]).toEqual([1, 0])
  })

  test('waits without a word where little is missing, and then as long as any: 100 ms', async () => {
    const { pay, told, elapse, store } = open({ budgets: [testBudget({ capacity: 4, refillPerSecond: 1_000 })] })
    await pay()
    const paid = pay()
    await elapse(0)
    const before = store.calls
    for (let ms = 0; ms < 99; ms += 1) await elapse(1)
    expect(store.calls).toBe(before)
    await elapse(1)
    expect((await paid).kind).toBe('paid')
    expect([told, store.calls]).toEqual([[], before + 1])
  })

  test('costs nothing where its client leaves while it is taken', async () => {
    const { pay, elapse, left, controller, store } = open()
    store.gate = 'late'
    const all = [pay(), pay()]
    await elapse(0)
    controller.abort()
    store.gate = 'open'
    expect(await Promise.all(all)).toEqual([{ kind: 'unpaid' }, { kind: 'unpaid' }])
    await elapse(0)
    expect(await left()).toBe(10)
  })

  test('that is given back costs nothing', async () => {
    const { pay, elapse, left } = open()
    const [one, other] = await Promise.all([pay(), pay()])
    expect([one.kind, other.kind]).toEqual(['paid', 'paid'])
    if (one.kind === 'paid') one.giveBack()
    await elapse(0)
    expect(await left()).toBe(6)
  })

  test('takes nothing for a client that leaves while it waits', async () => {
    const { pay, elapse, left, controller, store, timers } = open()
    await Promise.all([pay(), pay()])
    const paid = pay()
    await elapse(0)
    const before = store.calls
    controller.abort()
    expect(await paid).toEqual({ kind: 'unpaid' })
    expect(store.calls).toBe(before)
    expect([await left(), timers()]).toEqual([2, 0])
  })

  test('ends its subscription where the tier says so, where it can never be paid for, and where there is no tier', async () => {
    const closing = open({ subscriptions: { outOfBudget: 'close' } })
    await Promise.all([closing.pay(), closing.pay()])
    expect(await closing.pay()).toMatchObject({ error: { extensions: { code: 'RATE_LIMITED', retryAfterMs: 2_000 } } })
    const { pay, told, left } = open()
    expect(await pay(ada, { ...use, cost: 11 })).toMatchObject({
      error: { extensions: { code: 'RATE_LIMITED', retryAfterMs: null } },
    })
    expect(await pay({ ...ada, tier: 'gone' })).toMatchObject({ error: { extensions: { code: 'FORBIDDEN' } } })
    expect([told, await left()]).toEqual([[], 10])
  })

  test('ends its subscription where its tier is gone when the pause is over', async () => {
    const { pay, elapse, removeTiers } = open()
    await Promise.all([pay(), pay()])
    const paid = pay()
    await elapse(0)
    removeTiers()
    await elapse(2_000)
    expect(await paid).toMatchObject({ kind: 'unpaid', error: { extensions: { code: 'FORBIDDEN' } } })
  })

  test('waits for its turn in a leaky bucket', async () => {
    const { pay, waits, told } = open({
      budgets: [{ ...testBudget(), algorithm: 'leaky-bucket', capacity: 4, refillPerSecond: 2, maxDelayMs: 60_000 }],
    })
    await pay()
    expect((await pay()).kind).toBe('paid')
    expect([waits, told]).toEqual([[2_000], []])
  })

  test('cannot be paid for while the store fails, which its subscriber learns', async () => {
    const { pay, store } = open()
    store.gate = 'refusing'
    await expect(pay()).rejects.toThrow('connection refused')
  })
})
