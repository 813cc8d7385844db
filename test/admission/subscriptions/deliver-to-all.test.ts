import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { deliverToAll } from '../../../src/admission/subscriptions/deliver-to-all.ts'
import { messageOf } from '../../../src/admission/subscriptions/event-message.ts'
import type { EventCharging } from '../../../src/admission/subscriptions/payment/event-charging.ts'
import type { SubscriptionEvent } from '../../../src/admission/subscriptions/subscription-observer.ts'
import { createGate, eventResult, testSubscriber } from './test-subscriber.ts'

const message = (data: number) => messageOf(eventResult(data), { topic: 'a', position: `${data}-0` }, `cursor-${data}`)

/** Takes of clients that last until the test lets them go on; and what they have given back. */
function slowTakes(slow: readonly string[]) {
  const gate = createGate()
  const takes: { readonly client: string; readonly events: number }[] = []
  let givenBack = 0
  const takeSeveral: EventCharging['takeSeveral'] = async ({ id }, _use, events) => {
    takes.push({ client: id, events })
    if (slow.includes(id)) await gate.pass()
    return { kind: 'charged', delayMs: 0, states: [], giveBack }
  }
  function giveBack(events: number): void {
    givenBack += events
  }
  const observed: SubscriptionEvent[] = []
  const options = { takeSeveral, observe: (event: SubscriptionEvent) => void observed.push(event) }
  return { options, takes, observed, open: gate.open, givenBack: () => givenBack }
}

describe('an event that is told to many', () => {
  test('is paid for by each client with one take', async () => {
    const { options, takes, observed } = slowTakes([])
    const all = ['ada', 'bob', 'ada', 'ada'].map((client) => testSubscriber({ client }))
    await deliverToAll(
      message(1),
      all.map(({ created }) => created),
      options,
    )
    expect(takes).toEqual([
      { client: 'ada', events: 3 },
      { client: 'bob', events: 1 },
    ])
    expect(all.map(({ texts }) => texts())).toEqual([[1], [1], [1], [1]])
    expect(observed.map(({ times }) => times).toSorted()).toEqual([1, 3])
  })

  test('is delivered to, and paid by, those alone that are still there when it has been taken', async () => {
    const { options, open, observed, givenBack } = slowTakes(['ada'])
    const leaving = new AbortController()
    const [stays, leaves, closes] = [testSubscriber(), testSubscriber({ signal: leaving.signal }), testSubscriber()]
    const all = [stays, leaves, closes].map(({ created }) => created)
    const delivered = deliverToAll(message(1), all, options)
    await setImmediate()
    leaving.abort()
    closes.created.end()
    open()
    await delivered
    expect([stays.texts(), leaves.texts(), closes.texts()]).toEqual([[1], [], []])
    expect([observed, givenBack()]).toEqual([[{ kind: 'delivered', tier: 'free', cost: 1, times: 1 }], 2])
  })

  test('waits for no client whose take lasts, nor does the next one, and each client has both in order', async () => {
    const { options, open } = slowTakes(['bob'])
    const [ada, bob] = [testSubscriber({ client: 'ada' }), testSubscriber({ client: 'bob' })]
    const all = [bob.created, ada.created]
    await deliverToAll(message(1), all, options)
    await deliverToAll(message(2), all, options)
    expect([ada.texts(), bob.texts()]).toEqual([[1, 2], []])
    open()
    await setImmediate()
    expect([ada.texts(), bob.texts()]).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(bob.created.isReady).toBe(true)
  })

  test('comes after the one before for a client whose take was denied, which then pays for itself', async () => {
    const gate = createGate()
    const all = [testSubscriber(), testSubscriber()]
    const takeSeveral: EventCharging['takeSeveral'] = async () => {
      await gate.pass()
      return undefined
    }
    const options = { takeSeveral, observe: () => undefined }
    const created = all.map((one) => one.created)
    const first = deliverToAll(message(1), created, options)
    void deliverToAll(message(2), created, options)
    gate.open()
    await first
    await setImmediate()
    for (const { texts } of all) expect(texts()).toEqual([1, 2])
  })

  test('is not waited for where all have left while it was executed', async () => {
    const { options } = slowTakes([])
    const { created, texts } = testSubscriber()
    const execute = async () => {
      created.end()
      return message(1)
    }
    await deliverToAll({ place: { topic: 'a', position: '1-0' }, bytes: 1, execute }, [created], options)
    expect(texts()).toEqual([])
  })
})
