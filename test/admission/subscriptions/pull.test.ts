import { setImmediate } from 'node:timers/promises'
import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import type { EventResult } from '../../../src/admission/subscriptions/event-message.ts'
import { pull } from '../../../src/admission/subscriptions/pull.ts'
import { createSubscriber } from '../../../src/admission/subscriptions/subscriber.ts'
import { PAID } from './test-subscriber.ts'

const execute = async (payload: unknown): Promise<EventResult> => ({
  json: JSON.stringify({ data: payload }).slice(0, -1),
  use: { cost: 1, responseBytes: 1, selections: () => 0 },
})

function open(write: (message: string) => Promise<void> | undefined = () => undefined) {
  const sent: string[] = []
  const controller = new AbortController()
  const subscriber = createSubscriber(
    {
      client: { id: 'ada', tenant: 'acme', tier: 'free', role: 'client', anonymous: false },
      ...{ mode: 'headers', report: undefined, overflow: 'close', signal: controller.signal },
      sink: {
        isClosed: false,
        write(message) {
          sent.push(message)
          return write(message)
        },
      },
    },
    {
      ...{ maxQueuedEvents: 1, maxQueuedBytes: 1_048_576 },
      payment: { pay: async () => PAID },
      show: (errors) => ({ errors }),
      observe: () => undefined,
    },
  )
  return { subscriber, sent, controller }
}

describe('a source of its own', () => {
  test('is asked for the next event when the one before has been delivered, and ends its subscriber with it', async () => {
    let let1: (() => void) | undefined
    const asked: number[] = []
    async function* source() {
      for (let number = 1; number <= 2; number++) {
        asked.push(number)
        yield number
      }
    }
    const { subscriber, sent } = open(() => new Promise((resolve) => (let1 = resolve)))
    void pull(source(), subscriber, execute)
    await setImmediate()
    expect([asked, sent]).toEqual([[1], ['{"data":1}']])
    let1?.()
    await setImmediate()
    expect(sent).toEqual(['{"data":1}', '{"data":2}'])
    let1?.()
    expect(await subscriber.ended).toBeUndefined()
  })

  test('that fails ends its subscriber with the error', async () => {
    async function* source() {
      yield 1
      throw new GraphQLError('gone')
    }
    const { subscriber, sent } = open()
    await pull(source(), subscriber, execute)
    expect((await subscriber.ended)?.message).toBe('gone')
    expect(sent).toEqual(['{"data":1}'])
  })

  test('is told when its subscriber has left, and is not waited for', async () => {
    let returned = 0
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: async () => {
          returned += 1
          throw new Error('cannot stop')
        },
      }),
    }
    const { subscriber, controller } = open()
    void pull(source, subscriber, execute)
    controller.abort()
    await subscriber.ended
    await setImmediate()
    expect(returned).toBe(1)
  })

  test.each([
    [
      'gives no iterator',
      {
        [Symbol.asyncIterator]() {
          throw new GraphQLError('no iterator')
        },
      },
      'no iterator',
    ],
    [
      'throws as it is told to end',
      {
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new GraphQLError('no event')),
          return() {
            throw new Error('cannot stop')
          },
        }),
      },
      'no event',
    ],
  ])('that %s ends its subscriber with the error, and nothing else', async (_, source, message) => {
    const unhandled: unknown[] = []
    const onUnhandled = (error: unknown) => void unhandled.push(error)
    process.on('unhandledRejection', onUnhandled)
    try {
      const { subscriber } = open()
      await pull(source, subscriber, execute).catch(onUnhandled)
      expect(subscriber.hasEnded).toBe(true)
      expect((await subscriber.ended)?.message).toBe(message)
      await setImmediate()
      await setImmediate()
    } finally {
      process.off('unhandledRejection', onUnhandled)
    }
    expect(unhandled).toEqual([])
  })
})
