import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { parseCursor } from '../../../../src/events/cursor.ts'
import type { EventLog } from '../../../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../../../src/events/memory/memory-event-log.ts'
import { createGate, eventResult, testSubscriber } from '../test-subscriber.ts'
import { append, counting, share, upTo } from './share.ts'

describe('a shared execution', () => {
  test('executes nothing again for who comes back soon', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const execution = await share({ log, execute })
    const stays = testSubscriber()
    execution.join(stays.created, undefined)
    await append(log, 'a', upTo(50))
    await expect.poll(() => stays.received.length).toBe(50)
    const back = testSubscriber()
    execution.join(back.created, parseCursor(stays.received[9]?.cursor ?? '', ['a']))
    await expect.poll(back.texts).toEqual(upTo(50, 11))
    expect(executed).toHaveLength(50)
  })

  test('sends who comes back all that it has missed, however few may wait for it', async () => {
    const log = createMemoryEventLog()
    const execution = await share({ log, maxQueuedEvents: 2 })
    const stays = testSubscriber()
    execution.join(stays.created, undefined)
    for (const number of upTo(100)) {
      await append(log, 'a', [number])
      await expect.poll(() => stays.received.length, { interval: 1 }).toBe(number)
    }
    const back = testSubscriber({ maxQueuedEvents: 2, write: () => setImmediate() })
    execution.join(back.created, parseCursor(stays.received[0]?.cursor ?? '', ['a']))
    await expect.poll(() => back.received.length).toBe(99)
    await append(log, 'a', [101])
    await expect.poll(() => back.received.length).toBe(100)
    expect(back.texts()).toEqual(upTo(101, 2))
    expect(back.created.hasEnded).toBe(false)
  })

  test('sends who comes back all that it has missed, when it has seen just what was there as others began, long ago', async () => {
    const log = createMemoryEventLog()
    const left = testSubscriber()
    ;(await share({ log })).join(left.created, undefined)
    await append(log, 'a', [0])
    await expect.poll(left.texts).toEqual([0])
    const execution = await share({ log })
    const stays = testSubscriber()
    execution.join(stays.created, undefined)
    for (const page of [0, 1, 2, 3]) await append(log, 'a', upTo(50 * page + 50, 50 * page + 1))
    await expect.poll(() => stays.received.length).toBe(200)
    const back = testSubscriber()
    execution.join(back.created, parseCursor(left.received[0]?.cursor ?? '', ['a']))
    await expect.poll(back.texts).toEqual(upTo(200))
  })

  test('keeps no more bytes of results than may wait, and executes again for who comes back after more', async () => {
    const log = createMemoryEventLog()
    const { executed, execute } = counting()
    const execution = await share({ log, execute, maxQueuedBytes: 100_000 })
    const stays = testSubscriber()
    execution.join(stays.created, undefined)
    for (const number of upTo(50)) {
      await append(log, 'a', [`${number} ${'x'.repeat(10_000)}`])
      await expect.poll(() => stays.received.length, { interval: 1 }).toBe(number)
    }
    const back = testSubscriber({ maxQueuedBytes: 100_000, write: () => setImmediate() })
    execution.join(back.created, parseCursor(stays.received[0]?.cursor ?? '', ['a']))
    await expect.poll(() => back.received.length).toBe(49)
    expect(back.texts()).toEqual(stays.texts().slice(1))
    // Some ten of them are kept.
    expect(executed.length).toBeGreaterThan(50 + 35)
  })

  test('executes no further for somebody who came back and has left', async () => {
    const log = createMemoryEventLog()
    const first = testSubscriber()
    const before = await share({ log })
    before.join(first.created, undefined)
    await append(log, 'a', [0])
    await expect.poll(() => first.received.length).toBe(1)
    await append(log, 'a', upTo(80))
    const gate = createGate()
    const executed: unknown[] = []
    const execution = await share({
      log,
      execute: async (payload) => {
        executed.push(payload)
        await gate.pass()
        return eventResult(payload)
      },
    })
    const stays = testSubscriber()
    execution.join(stays.created, undefined)
    const leaves = testSubscriber()
    execution.join(leaves.created, parseCursor(first.received[0]?.cursor ?? '', ['a']))
    await expect.poll(() => executed.length).toBe(1)
    leaves.created.end()
    for (const _ of upTo(20)) {
      gate.open()
      await setImmediate()
    }
    expect(executed).toHaveLength(1)
  })

  test('tells somebody who came back when the log cannot be read, and nobody else', async () => {
    const log = createMemoryEventLog()
    const broken: EventLog = { ...log, read: () => Promise.reject(new Error('connection refused')) }
    const execution = await share({ log: broken })
    const [stays, back] = [testSubscriber(), testSubscriber()]
    execution.join(stays.created, undefined)
    execution.join(back.created, new Map([['a', '1-0']]))
    expect((await back.created.ended)?.extensions['code']).toBe('EVENT_LOG_UNAVAILABLE')
    await append(log, 'a', [1])
    await expect.poll(stays.texts).toEqual([1])
  })

  test('tells somebody who came back when what it has seen last is not there any more', async () => {
    const log = createMemoryEventLog()
    const execution = await share({ log })
    const back = testSubscriber()
    execution.join(back.created, new Map([['a', '1-0']]))
    expect((await back.created.ended)?.extensions['code']).toBe('RESUME_EXPIRED')
  })
})
