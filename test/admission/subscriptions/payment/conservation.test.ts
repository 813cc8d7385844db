import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Client } from '../../../../src/accounts/client.ts'
import { tierOf } from '../../../../src/admission/policy.ts'
import { deliverToAll } from '../../../../src/admission/subscriptions/deliver-to-all.ts'
import { messageOf } from '../../../../src/admission/subscriptions/event-message.ts'
import { createEventCharging } from '../../../../src/admission/subscriptions/payment/event-charging.ts'
import { createEventPayment } from '../../../../src/admission/subscriptions/payment/event-payment.ts'
import { createPauses } from '../../../../src/admission/subscriptions/payment/pauses.ts'
import type { SubscriptionEvent } from '../../../../src/admission/subscriptions/subscription-observer.ts'
import type { BudgetStore } from '../../../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../../../src/budget/memory/memory-budget-store.ts'
import { testBudget } from '../../../support/describe-budget-store.ts'
import { testPolicy } from '../../../support/test-api.ts'
import { createGate, eventResult, testSubscriber } from '../test-subscriber.ts'

type Action =
  | { readonly do: 'event' | 'answer' | 'read' | 'resume'; readonly count: number }
  | { readonly do: 'leave'; readonly who: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constantFrom('event', 'answer', 'read', 'resume'), count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('leave'), who: fc.nat(5) }),
)

const run = fc.record({
  capacity: fc.constantFrom(3, 12, 1000),
  actions: fc.array(action, { minLength: 3, maxLength: 40 }),
})

const CLIENTS = ['ada', 'ada', 'ada', 'bob', 'bob', 'eve']

/**
 * Whoever leaves, overflows or pauses while its event is being paid for: a client has paid for what it was
 * sent.
 */
async function play({ capacity, actions }: typeof run extends fc.Arbitrary<infer R> ? R : never): Promise<void> {
  const [answers, reads, ends] = [createGate(), createGate(), createGate()]
  const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
  const slow: BudgetStore = {
    ...store,
    async take(request) {
      const result = await store.take(request)
      await answers.pass()
      return result
    },
  }
  const budget = testBudget({ capacity })
  const policy = testPolicy({ budgets: [budget] })
  const events = createEventCharging({
    ...{ store: slow, policy: () => policy, newId: () => `take-${ids++}` },
    onSettleFailure: (cause) => expect.fail(String(cause)),
  })
  const pauses = createPauses((_, callback) => {
    void ends.pass().then(callback)
    return () => undefined
  })
  const payment = createEventPayment({
    ...{ admission: { events, tierOf: (client: Client) => tierOf(policy, client) }, pauses },
    ...{ wait: async () => undefined, now: () => 0 },
  })
  let observed = 0
  function observe({ kind, times }: SubscriptionEvent): void {
    if (kind === 'delivered') observed += times
  }
  const all = CLIENTS.map((client) => {
    const controller = new AbortController()
    const { created, texts } = testSubscriber({
      ...{ client, maxQueuedEvents: 2, pay: payment.pay, signal: controller.signal },
      ...{ write: () => reads.pass(), observe },
    })
    /** What it was told of, without pauses. */
    const told = () => texts().filter((data) => data !== undefined).length
    return { client, created, controller, told }
  })
  for (const step of actions) {
    if (step.do === 'leave') all[step.who]?.controller.abort()
    else
      for (let left = step.count; left > 0; left--) {
        if (step.do === 'event') {
          void deliverToAll(
            messageOf(eventResult(1)),
            all.map(({ created }) => created),
            { takeSeveral: events.takeSeveral, observe },
          )
        } else (step.do === 'answer' ? answers : step.do === 'read' ? reads : ends).waiting.shift()?.()
      }
    await setImmediate()
  }
  for (const { controller } of all) controller.abort()
  for (let turn = 0; turn < 50; turn++) {
    for (const { open } of [answers, reads, ends]) open()
    await setImmediate()
  }
  for (const client of new Set(CLIENTS)) {
    const told = all.filter((one) => one.client === client).reduce((sum, one) => sum + one.told(), 0)
    const charges = [{ budget, subject: client, amount: 0 }]
    const look = await store.take({ id: 'look', tenant: 'acme', charges, ttlMs: 0 })
    expect([client, look.admitted && look.states[0]?.remaining]).toEqual([client, capacity - told])
  }
  expect(observed).toBe(all.reduce((sum, { told }) => sum + told(), 0))
}

let ids = 0

test('a client has paid for the events that it was told of, and for no other, whoever leaves and when', async () => {
  await fc.assert(fc.asyncProperty(run, play), { numRuns: 500 })
}, 60_000)
