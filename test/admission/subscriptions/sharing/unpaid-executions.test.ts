import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Payer } from '../../../../src/admission/subscriptions/payment/event-payment.ts'
import { createMemoryEventLog } from '../../../../src/events/memory/memory-event-log.ts'
import { createGate, PAID, testSubscriber } from '../test-subscriber.ts'
import { append, counting, share, upTo } from './share.ts'

/** A client whose budget is used up until the test refills it, by one event each time. */
function poorClient() {
  const gate = createGate()
  return {
    async pay({ onDenied }: Payer) {
      onDenied()
      await gate.pass()
      return PAID
    },
    refill: gate.open,
  }
}

async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}

const DENIED = async () => undefined

describe('a shared execution', () => {
  test.each(['close', 'dropOldest', 'coalesce'] as const)(
    'executes nothing more for clients that cannot pay: %s',
    async (overflow) => {
      const log = createMemoryEventLog()
      const { executed, execute } = counting()
      const { pay } = poorClient()
      const execution = await share({ log, overflow, execute, takeSeveral: DENIED })
      for (const _ of upTo(3)) execution.join(testSubscriber({ overflow, pay }).created, undefined)
      for (const number of upTo(50)) {
        await append(log, 'a', [number])
        await turns(2)
      }
      expect(executed).toEqual([1])
    },
  )

  test('executes what has waited once somebody can pay, each event once and in order', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const { pay, refill } = poorClient()
    const execution = await share({ log, execute, takeSeveral: DENIED })
    const all = [testSubscriber({ pay }), testSubscriber({ pay })]
    for (const { created } of all) execution.join(created, undefined)
    await append(log, 'a', upTo(50))
    for (const paid of upTo(50)) {
      await turns()
      // Those that came together were begun together, before anybody was known to be unable to pay.
      expect(executed.length).toBeLessThanOrEqual(Math.max(paid, 9))
      refill()
    }
    await turns()
    expect(executed).toEqual(upTo(50))
    for (const { texts } of all) expect(texts()).toEqual(upTo(50))
  })

  test('tells who begins meanwhile of what happens from then on, at once', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const { pay, refill } = poorClient()
    const execution = await share({ log, execute, takeSeveral: DENIED })
    const poor = testSubscriber({ pay, client: 'bob' })
    execution.join(poor.created, undefined)
    await append(log, 'a', upTo(20))
    await turns()
    const rich = testSubscriber()
    execution.join(rich.created, undefined)
    await append(log, 'a', [21])
    await turns()
    // The first nine were begun together, before it was known that nobody can pay.
    expect([rich.texts(), executed]).toEqual([[21], [...upTo(9), 21]])
    for (const _ of upTo(21)) {
      refill()
      await turns()
    }
    expect(poor.texts()).toEqual(upTo(21))
    expect(executed).toHaveLength(21)
  })

  test.each(['dropOldest', 'coalesce'] as const)(
    'executes as many events as may wait for one that reads slowly, and no more until it reads: %s',
    async (overflow) => {
      const log = createMemoryEventLog()
      const { executed, execute } = counting()
      const gate = createGate()
      const execution = await share({ log, overflow, execute })
      execution.join(testSubscriber({ overflow, maxQueuedEvents: 32, write: gate.pass }).created, undefined)
      for (const number of upTo(50)) {
        await append(log, 'a', [number])
        await turns(2)
      }
      expect(executed).toEqual(upTo(33))
    },
  )

  test('leaves unexecuted what nobody has come to in time', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const { pay, refill } = poorClient()
    const execution = await share({ log, topics: ['a', 'b'], overflow: 'coalesce', execute, takeSeveral: DENIED })
    const { created, texts } = testSubscriber({ overflow: 'coalesce', pay })
    execution.join(created, undefined)
    for (const number of upTo(10)) await append(log, number % 2 === 0 ? 'a' : 'b', [number])
    for (const _ of upTo(5)) {
      await turns()
      refill()
    }
    expect([texts(), executed]).toEqual([
      [1, 9, 10],
      [1, 9, 10],
    ])
  })

  test('executes nothing for who comes back and cannot pay, but the first event', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const { position } = await log.follow('a', { onEvent: () => undefined, onEnd: () => undefined })
    await append(log, 'a', upTo(80))
    const execution = await share({ log, execute })
    execution.join(testSubscriber(poorClient()).created, new Map([['a', position]]))
    await turns(200)
    expect(executed).toEqual([1])
  })
})
