import { describe, expect, test } from 'vitest'
import { createMemoryEventLog } from '../../../src/events/memory/memory-event-log.ts'
import { describeEventLog } from '../../support/describe-event-log.ts'
import { newEvent, record } from '../../support/recorded-events.ts'

describeEventLog('memory', async (options = {}) => {
  let nowMs = 1_764_058_800_123
  const log = createMemoryEventLog({ ...options, now: () => nowMs })
  return {
    here: log,
    there: log,
    async outlive() {
      nowMs += options.keepForMs ?? 3_600_000
    },
  }
})

describe('the memory event log', () => {
  function open(options: { readonly maxIdleTopics?: number } = {}) {
    const clock = { nowMs: 1_000 }
    return { clock, log: createMemoryEventLog({ keepForMs: 100, now: () => clock.nowMs, ...options }) }
  }

  test('keeps a topic as long as it is followed, and the time from then on', async () => {
    const { clock, log } = open()
    const { position, stop } = await record(log, 'stock')
    await log.append('stock', [newEvent(1)])
    clock.nowMs += 1_000
    expect(await log.read('stock', position, 10)).toHaveLength(1)
    clock.nowMs += 1_000
    stop()
    clock.nowMs += 99
    expect(await log.read('stock', position, 10)).toHaveLength(1)
    clock.nowMs += 100
    expect(await log.read('stock', position, 10)).toBe('expired')
  })

  test.each([
    { what: 'appended to', touch: (log: ReturnType<typeof open>['log']) => log.append('stock', [newEvent(2)]) },
    { what: 'followed', touch: async (log: ReturnType<typeof open>['log']) => (await record(log, 'stock')).stop() },
  ])('keeps a topic longer that is $what', async ({ touch }) => {
    const { clock, log } = open()
    const { position, stop } = await record(log, 'stock')
    stop()
    clock.nowMs += 99
    await touch(log)
    clock.nowMs += 99
    expect(await log.read('stock', position, 10)).not.toBe('expired')
  })

  test('gives no position twice, whatever the clock does', async () => {
    const { clock, log } = open()
    const positions = new Set<string>()
    for (const step of [0, 0, 500, -500, 500, -500, 0, 101]) {
      clock.nowMs += step
      const { position, events, stop } = await record(log, `topic ${positions.size}`)
      await log.append(`topic ${positions.size}`, [newEvent(1), newEvent(2)])
      stop()
      for (const each of [position, ...events.map((event) => event.position)]) positions.add(each)
    }
    expect(positions.size).toBe(24)
  })

  test('forgets, of more topics than may be kept, those that were left alone longest, and none that is followed', async () => {
    const { log } = open({ maxIdleTopics: 2 })
    const followed = await record(log, 'followed')
    const positions = new Map<string, string>()
    for (const topic of ['a', 'b', 'c']) {
      const { position, stop } = await record(log, topic)
      stop()
      positions.set(topic, position)
      await log.read('b', positions.get('b') ?? '', 1)
    }
    await log.append('d', [newEvent(1)])
    const kept = async (topic: string) => (await log.read(topic, positions.get(topic) ?? '', 1)) !== 'expired'
    expect(await Promise.all(['a', 'b', 'c'].map(kept))).toEqual([false, true, false])
    await log.append('followed', [newEvent(1)])
    expect(followed.events).toHaveLength(1)
  })

  test('holds no memory for topics that have expired', async () => {
    const { clock, log } = open()
    const payload = 'x'.repeat(10_000)
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 20_000; index += 1) {
      clock.nowMs += 1
      await log.append(`topic ${index}`, [newEvent(payload)])
    }
    // 200 MB went through.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000)
  })
})
