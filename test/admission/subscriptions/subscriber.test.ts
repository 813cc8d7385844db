import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Client } from '../../../src/accounts/client.ts'
import { messageOf } from '../../../src/admission/subscriptions/event-message.ts'
import type { Paid, Payer } from '../../../src/admission/subscriptions/payment/event-payment.ts'
import { createSubscriber } from '../../../src/admission/subscriptions/subscriber.ts'
import { refusal } from '../../../src/errors/refusal.ts'
import { toGraphQLError } from '../../../src/errors/to-graphql-error.ts'
import { PAID } from './test-subscriber.ts'

const ada: Client = { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false }
const estimate = { cost: 9, fieldCost: 9, typeCost: 0, unbounded: false }

interface OpenOptions {
  readonly overflow?: 'close' | 'dropOldest' | 'coalesce'
  readonly mode?: 'headers' | 'report'
  readonly write?: (text: string) => Promise<void> | undefined
  readonly maxQueuedBytes?: number
}

/** A subscriber that may have two messages waiting, and whose payments the test makes. */
function open({
  overflow = 'close',
  mode = 'headers',
  write = () => undefined,
  maxQueuedBytes = 1000,
}: OpenOptions = {}) {
  const sent: string[] = []
  const observed: string[] = []
  const asked: { readonly payer: Payer; readonly settle: (paid: Paid) => void }[] = []
  const controller = new AbortController()
  const subscriber = createSubscriber(
    {
      ...{ client: ada, mode, report: { estimate, states: [] }, overflow, signal: controller.signal },
      sink: {
        isClosed: false,
        write(text) {
          sent.push(text)
          return write(text)
        },
      },
    },
    {
      ...{ maxQueuedEvents: 2, maxQueuedBytes },
      payment: { pay: (payer) => new Promise((settle) => asked.push({ payer, settle })) },
      show: (errors) => ({ errors }),
      observe: ({ kind, tier }) => void observed.push(`${kind} ${tier}`),
    },
  )
  async function pay(paid: Paid = PAID): Promise<void> {
    asked.shift()?.settle(paid)
    await setImmediate()
  }
  return { subscriber, sent, observed, asked, controller, pay }
}

function message(data: number, topic = 'a') {
  const result = { json: `{"data":${data}`, use: { cost: 4, responseBytes: 10, selections: () => 0 } }
  return messageOf(result, { topic, position: `${data}-0` })
}

const sentOf = (...data: readonly number[]) => data.map((one) => `{"data":${one}}`)

describe('a subscriber', () => {
  test('gets messages in order, each once it is paid for', async () => {
    const { subscriber, sent, observed, pay, asked } = open()
    subscriber.push(message(1))
    subscriber.push(message(2))
    await setImmediate()
    expect([sent, asked.length]).toEqual([[], 1])
    await pay()
    expect(sent).toEqual(sentOf(1))
    await pay()
    expect(sent).toEqual(sentOf(1, 2))
    expect(observed).toEqual(['delivered free', 'delivered free'])
    expect(subscriber.isReady).toBe(true)
  })

  test.each([
    { overflow: 'close', got: [], ended: 'SUBSCRIPTION_OVERFLOW' },
    { overflow: 'dropOldest', got: [1, 4, 5], ended: undefined },
    { overflow: 'coalesce', got: [1, 5], ended: undefined },
  ] as const)('that pauses has no more waiting than may: $overflow', async ({ overflow, got, ended }) => {
    const { subscriber, sent, pay, asked } = open({ overflow })
    for (const data of [1, 2, 3, 4, 5]) subscriber.push(message(data))
    for (let left = 5; left > 0 && asked.length > 0; left--) await pay()
    expect(sent).toEqual(sentOf(...got))
    expect(subscriber.hasEnded).toBe(ended !== undefined)
    if (ended !== undefined) expect((await subscriber.ended)?.extensions['code']).toBe(ended)
  })

  test.each([
    { overflow: 'close', got: [], ended: true },
    { overflow: 'dropOldest', got: [1, 4], ended: false },
    { overflow: 'coalesce', got: [1, 4], ended: false },
  ] as const)('that pauses has no more bytes waiting than may: $overflow', async ({ overflow, got, ended }) => {
    const { subscriber, sent, observed, pay, asked } = open({ overflow, maxQueuedBytes: 15 })
    for (const data of [1, 2, 3, 4]) subscriber.push(message(data))
    for (let left = 4; left > 0 && asked.length > 0; left--) await pay()
    expect(sent).toEqual(sentOf(...got))
    expect(subscriber.hasEnded).toBe(ended)
    expect(observed.includes('overflow free')).toBe(ended)
  })

  test('that is held has what comes meanwhile wait, behind the message for which it is held', async () => {
    const { subscriber, sent, pay } = open()
    subscriber.hold()
    subscriber.push(message(2))
    await setImmediate()
    expect([sent, subscriber.isReady]).toEqual([[], false])
    expect(subscriber.tell(message(1), [])).toBe(true)
    await pay()
    expect(sent).toEqual(sentOf(1, 2))
    subscriber.hold()
    subscriber.push(message(4))
    subscriber.release(message(3))
    await pay()
    await pay()
    expect([sent, subscriber.isReady]).toEqual([sentOf(1, 2, 3, 4), true])
  })

  test('that has ended while it was paid for is told of nothing, and has it given back', async () => {
    let givenBack = 0
    const { subscriber, sent, observed, pay } = open()
    subscriber.push(message(1))
    for (const data of [2, 3, 4]) subscriber.push(message(data))
    expect(subscriber.hasEnded).toBe(true)
    await pay({ ...PAID, giveBack: () => void givenBack++ })
    expect([sent, observed, givenBack]).toEqual([[], ['overflow free'], 1])
    const other = open()
    other.subscriber.hold()
    other.subscriber.end()
    expect(other.subscriber.tell(message(1), [])).toBe(false)
    expect(other.sent).toEqual([])
  })

  test('is told why nothing comes, and until when', () => {
    const { subscriber, sent, observed, asked } = open()
    subscriber.push(message(1))
    const until = new Date('2030-01-01T00:00:00Z')
    asked[0]?.payer.onPause(refusal('BAD_REQUEST', { reason: 'no points' }), until)
    expect(sent.map((text) => JSON.parse(text))).toMatchObject([
      {
        errors: [{ extensions: { code: 'BAD_REQUEST' } }],
        extensions: { budget: { pausedUntil: until.toISOString() } },
      },
    ])
    expect(JSON.parse(sent[0] ?? '')).not.toHaveProperty('data')
    expect(observed).toEqual(['paused free'])
  })

  test('is told nothing any more once it has ended, though it was just paid for', async () => {
    const { subscriber, sent, pay, asked } = open()
    subscriber.push(message(1))
    const { payer } = asked[0] ?? {}
    subscriber.end()
    payer?.onPause(refusal('BAD_REQUEST', { reason: 'no points' }), new Date(0))
    await pay()
    subscriber.push(message(2))
    subscriber.tell(message(3), [])
    expect([sent, asked.length]).toEqual([[], 0])
  })

  test('that cannot pay ends, with the reason and without what waits', async () => {
    const { subscriber, sent, pay } = open()
    subscriber.push(message(1))
    subscriber.push(message(2))
    const error = toGraphQLError(refusal('BAD_REQUEST', { reason: 'no points' }))
    await pay({ kind: 'unpaid', error })
    expect(await subscriber.ended).toBe(error)
    expect(sent).toEqual([])
    await subscriber.idle()
  })

  test('ends when its client leaves, once, and whoever waits for it goes on', async () => {
    const { subscriber, controller } = open()
    subscriber.push(message(1))
    const idle = subscriber.idle()
    controller.abort()
    subscriber.end(toGraphQLError(refusal('BAD_REQUEST', { reason: 'too late' })))
    expect(await subscriber.ended).toBeUndefined()
    await idle
    expect(subscriber.isReady).toBe(false)
  })

  test('that reads slowly gets the next message when it can, also what it is told past its queue', async () => {
    let read: (() => void) | undefined
    const write = () => new Promise<void>((resolve) => (read = resolve))
    const { subscriber, sent, pay, asked } = open({ write })
    subscriber.tell(message(1), [])
    expect([sent, subscriber.isReady]).toEqual([sentOf(1), false])
    subscriber.push(message(2))
    await setImmediate()
    expect(asked).toEqual([])
    read?.()
    await setImmediate()
    await pay()
    expect(sent).toEqual(sentOf(1, 2))
    expect(subscriber.isReady).toBe(false)
    read?.()
    await subscriber.idle()
    expect(subscriber.isReady).toBe(true)
  })

  test('ends when what waits has been delivered, where there is no more', async () => {
    const { subscriber, sent, pay } = open()
    subscriber.push(message(1))
    subscriber.finish()
    expect(subscriber.hasEnded).toBe(false)
    await pay()
    expect(await subscriber.ended).toBeUndefined()
    expect(sent).toEqual(sentOf(1))
    const { subscriber: idle } = open()
    idle.finish()
    expect(idle.hasEnded).toBe(true)
  })

  test('is told of costs where it asked for reports', async () => {
    const { subscriber, sent, pay } = open({ mode: 'report' })
    subscriber.push(message(1))
    await pay()
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      data: 1,
      extensions: { cost: { requestedQueryCost: 9, actualQueryCost: 4 } },
    })
  })

  test.each(['push', 'tell'] as const)(
    'whose messages cannot be sent ends with that, and nobody else: %s',
    async (how) => {
      const write = () => {
        throw new Error('cannot be written')
      }
      const { subscriber, pay } = open({ write })
      if (how === 'push') subscriber.push(message(1))
      else subscriber.tell(message(1), [])
      await pay()
      expect((await subscriber.ended)?.originalError?.message).toBe('cannot be written')
    },
  )
})
