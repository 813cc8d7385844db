import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EventLog } from '../../../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../../../src/events/memory/memory-event-log.ts'
import { createGate, eventResult, testSubscriber } from '../test-subscriber.ts'
import { append, counting, share, upTo } from './share.ts'

describe('a shared execution', () => {
  test('executes once for each event, however many are told of it', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const execution = await share({ log, execute })
    const all = upTo(1_200).map(() => testSubscriber())
    for (const { created } of all) execution.join(created, undefined)
    await append(log, 'a', [1, 2])
    await expect.poll(() => all.filter(({ received }) => received.length === 2).length).toBe(all.length)
    expect(executed).toEqual([1, 2])
    expect(new Set(all.map(({ received }) => JSON.stringify(received))).size).toBe(1)
  })

  test('follows nothing any more once its last subscriber has left, and takes nobody', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    let ended = 0
    const execution = await share({ log: counted, topics: ['a', 'b'], onEnd: () => ended++ })
    const [one, other] = [testSubscriber(), testSubscriber()]
    execution.join(one.created, undefined)
    execution.join(other.created, undefined)
    one.created.end()
    await setImmediate()
    expect([following(), ended]).toEqual([2, 0])
    other.created.end()
    await setImmediate()
    expect([following(), ended]).toEqual([0, 1])
    expect(execution.join(testSubscriber().created, undefined)).toBe(false)
  })

  test('follows nothing any more where it ends before it has begun', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    const gate = createGate()
    let ended = 0
    const opened = share({
      log: {
        ...counted,
        async follow(topic, follower) {
          if (topic === 'b') await gate.pass()
          return counted.follow(topic, follower)
        },
      },
      topics: ['a', 'b'],
      maxQueuedEvents: 2,
      onEnd: () => ended++,
    })
    await expect.poll(following).toBe(1)
    await append(log, 'a', [1, 2, 3])
    gate.open()
    expect((await opened).join(testSubscriber().created, undefined)).toBe(false)
    expect([following(), ended]).toEqual([0, 1])
  })

  test('that cannot follow one of its topics follows none, and says so', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    let ended = 0
    const opened = share({
      log: {
        ...counted,
        follow: (topic, follower) =>
          topic === 'b' ? Promise.reject(new Error('connection refused')) : counted.follow(topic, follower),
      },
      topics: ['a', 'b', 'c'],
      onEnd: () => ended++,
    })
    await expect(opened).rejects.toThrow('connection refused')
    expect([following(), ended]).toEqual([0, 1])
  })

  test('follows nothing any more where one topic ends while another cannot be followed', async () => {
    const log = createMemoryEventLog()
    const { counted, following } = countFollowing(log)
    const gate = createGate()
    const opened = share({
      log: {
        ...counted,
        async follow(topic, follower) {
          if (topic !== 'b') return counted.follow(topic, follower)
          await gate.pass()
          throw new Error('connection refused')
        },
      },
      topics: ['a', 'b', 'c'],
      maxQueuedEvents: 2,
    })
    await expect.poll(following).toBe(2)
    await append(log, 'a', [1, 2, 3])
    gate.open()
    await expect(opened).rejects.toThrow('connection refused')
    expect(following()).toBe(0)
  })

  test('executes a few events at the same time, and tells of them in their order', async () => {
    const log = createMemoryEventLog()
    const waiting = new Map<unknown, () => void>()
    const execute = async (payload: unknown) => {
      await new Promise<void>((resolve) => waiting.set(payload, resolve))
      return eventResult(payload)
    }
    const execution = await share({ log, execute })
    const { created, texts } = testSubscriber()
    execution.join(created, undefined)
    await append(log, 'a', upTo(20))
    await setImmediate()
    // The first one, and eight that come next.
    expect([...waiting.keys()]).toEqual(upTo(9))
    for (const number of upTo(20).toReversed()) {
      waiting.get(number)?.()
      await setImmediate()
    }
    for (const number of upTo(20)) {
      await expect.poll(() => waiting.get(number)).toBeDefined()
      waiting.get(number)?.()
    }
    await expect.poll(texts).toEqual(upTo(20))
  })

  test('ends all when events come faster than they are executed and none may be left out', async () => {
    const log = createMemoryEventLog()
    const gate = createGate()
    const execute = async (payload: unknown) => {
      await gate.pass()
      return eventResult(payload)
    }
    const execution = await share({ log, execute, maxQueuedEvents: 5 })
    const all = [testSubscriber(), testSubscriber()]
    for (const { created } of all) execution.join(created, undefined)
    await append(log, 'a', upTo(7))
    for (const { created } of all) expect((await created.ended)?.extensions['code']).toBe('SUBSCRIPTION_OVERFLOW')
    gate.open()
    await setImmediate()
    expect(all.flatMap(({ received }) => received)).toEqual([])
  })

  test('ends all when more bytes wait to be executed than may', async () => {
    const log = createMemoryEventLog()
    const gate = createGate()
    const execute = async (payload: unknown) => {
      await gate.pass()
      return eventResult(payload)
    }
    const execution = await share({ log, execute, maxQueuedBytes: 10_000 })
    const { created } = testSubscriber()
    execution.join(created, undefined)
    for (const _ of upTo(5)) await append(log, 'a', ['x'.repeat(3_000)])
    expect((await created.ended)?.extensions['code']).toBe('SUBSCRIPTION_OVERFLOW')
  })

  test.each([
    { overflow: 'dropOldest', told: [1, 6, 7, 20] },
    { overflow: 'coalesce', told: [1, 7, 20] },
  ] as const)('leaves out events that come faster than they are executed: $overflow', async ({ overflow, told }) => {
    const log = createMemoryEventLog()
    const gate = createGate()
    const execute = async (payload: unknown) => {
      await gate.pass()
      return eventResult(payload)
    }
    const execution = await share({ log, topics: ['a', 'b'], execute, maxQueuedEvents: 3, overflow })
    const { created, texts } = testSubscriber()
    execution.join(created, undefined)
    await append(log, 'a', upTo(7))
    await append(log, 'b', [20])
    await expect
      .poll(() => {
        gate.open()
        return texts()
      })
      .toEqual(told)
  })

  test('ends with the log', async () => {
    const log = createMemoryEventLog()
    let ended = 0
    const execution = await share({ log, onEnd: () => ended++ })
    const { created } = testSubscriber()
    execution.join(created, undefined)
    await log.close()
    expect(await created.ended).toBeUndefined()
    expect(ended).toBe(1)
  })
})

/** A log that says how many follow it. */
function countFollowing(log: EventLog) {
  let following = 0
  const counted: EventLog = {
    ...log,
    async follow(topic, follower) {
      const { position, stop } = await log.follow(topic, follower)
      following += 1
      return {
        position,
        stop() {
          following -= 1
          stop()
        },
      }
    },
  }
  return { counted, following: () => following }
}
