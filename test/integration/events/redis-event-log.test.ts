import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { LOOK_BACK } from '../../../src/events/event-log.ts'
import type { RedisEventLogOptions } from '../../../src/events/redis/redis-event-log.ts'
import { describeEventLog } from '../../support/describe-event-log.ts'
import { newEvent, numbers, record, SOON } from '../../support/recorded-events.ts'
import { freshPrefix, ttls } from '../../support/redis-budget-store.ts'
import { openRedisEventLog } from '../../support/redis-event-log.ts'

const url = inject('redisUrl')

let redis: Redis
beforeAll(() => {
  redis = new Redis(url)
})
afterAll(async () => {
  await redis.quit()
})

describeEventLog('redis', async (options) => {
  const shared = { ...options, prefix: freshPrefix() }
  return {
    here: await openRedisEventLog(url, shared),
    there: await openRedisEventLog(url, shared),
    async outlive(topic) {
      await expect.poll(() => redis.exists(`${shared.prefix}:events:${topic}`), SOON).toBe(0)
    },
  }
})

describe('the redis event log', () => {
  async function open(options: Partial<RedisEventLogOptions> = {}) {
    const prefix = freshPrefix()
    const errors: unknown[] = []
    const log = await openRedisEventLog(url, { prefix, onError: (error) => errors.push(error), ...options })
    onTestFinished(() => log.close())
    const key = (topic: string) => `${prefix}:events:${topic}`
    return { log, prefix, errors, key, channels: () => redis.pubsub('CHANNELS', key('*')) }
  }

  test('tells what was written without a message at the next look', async () => {
    const { log, key } = await open({ reconcileMs: 100 })
    const { payloads } = await record(log, 'stock')
    await log.append('stock', [newEvent(0)])
    for (const number of [1, 2]) await redis.xadd(key('stock'), '*', 'k', `key ${number}`, 'p', String(number))
    expect(await payloads(3)).toEqual([0, 1, 2])
    await log.append('stock', [newEvent(3)])
    expect(await payloads(4)).toEqual([0, 1, 2, 3])
  })

  test('tells what was written without a message before the next event, in order', async () => {
    const { log, key } = await open({ reconcileMs: 600_000 })
    const { payloads } = await record(log, 'stock')
    await redis.xadd(key('stock'), '*', 'k', 'key', 'p', '"silent"')
    await log.append('stock', [newEvent('loud')])
    expect(await payloads(2)).toEqual(['silent', 'loud'])
  })

  test('catches up over many pages', async () => {
    const { log, key } = await open({ reconcileMs: 600_000, maxEventsPerTopic: 2_000 })
    const { payloads } = await record(log, 'stock')
    const pipeline = redis.pipeline()
    for (const number of numbers(1_500)) pipeline.xadd(key('stock'), '*', 'k', `key ${number}`, 'p', String(number))
    await pipeline.exec()
    await log.append('stock', [newEvent(1_500)])
    expect(await payloads(1_501)).toEqual(numbers(1_501))
  })

  test('starts at what is the last event then, also where others here are behind', async () => {
    const { log, key } = await open({ reconcileMs: 600_000 })
    const first = await record(log, 'stock')
    await redis.xadd(key('stock'), '*', 'k', 'key', 'p', '"silent"')
    const second = await record(log, 'stock')
    await log.append('stock', [newEvent('loud')])
    expect(await second.payloads(1)).toEqual(['loud'])
    expect(await first.payloads(2)).toEqual(['silent', 'loud'])
  })

  test('ends followers that are too far behind as expired, and begins anew for those that come', async () => {
    const { log, key, channels } = await open({ reconcileMs: 600_000 })
    await redis.xadd(key('stock'), '5-5', 'm', '')
    const behind = await record(log, 'stock')
    await redis.del(key('stock'))
    const anew = record(log, 'stock')
    await expect.poll(() => behind.ends, SOON).toEqual(['expired'])
    await log.append('stock', [newEvent(1)])
    const { payloads, ends, stop } = await anew
    expect(await payloads(1)).toEqual([1])
    expect([behind.events, ends]).toEqual([[], []])
    stop()
    await expect.poll(channels, SOON).toEqual([])
  })

  test('ends followers whose topic is gone at the next look, and gives up the topic', async () => {
    const { log, key, channels } = await open({ reconcileMs: 50 })
    await redis.xadd(key('stock'), '5-5', 'm', '')
    const { ends } = await record(log, 'stock')
    await redis.del(key('stock'))
    await expect.poll(() => ends, SOON).toEqual(['expired'])
    await expect.poll(channels, SOON).toEqual([])
  })

  test('keeps a topic that is followed, and lets everything expire that is left alone', async () => {
    const { log, prefix } = await open({ reconcileMs: 50, keepForMs: 1_500 })
    const { ends, stop, payloads } = await record(log, 'quiet')
    await log.append('left alone', [newEvent(1)])
    const keys = async () => (await redis.keys(`${prefix}:*`)).toSorted()
    expect(await keys()).toHaveLength(2)
    expect((await ttls(redis, prefix)).every((ttl) => ttl > 0 && ttl <= 1_500)).toBe(true)
    await expect.poll(keys, SOON).toEqual([`${prefix}:events:quiet`])
    await log.append('quiet', [newEvent(1)])
    expect(await payloads(1)).toEqual([1])
    expect(ends).toEqual([])
    stop()
    await expect.poll(keys, SOON).toEqual([])
  })

  test('holds exactly as many events as it is to, and the one before them', async () => {
    const { log, key } = await open({ maxEventsPerTopic: LOOK_BACK + 3 })
    for (const number of numbers(LOOK_BACK + 7)) await log.append('stock', [newEvent(number)])
    expect(await redis.xlen(key('stock'))).toBe(LOOK_BACK + 4)
  })

  test('has one subscription for all followers of a topic, and none when they have gone', async () => {
    const { log, key, channels } = await open()
    const recordings = await Promise.all(numbers(50).map(() => record(log, 'stock')))
    expect(await redis.pubsub('NUMSUB', key('stock'))).toEqual([key('stock'), 1])
    for (const { stop } of recordings) stop()
    await expect.poll(channels, SOON).toEqual([])
  })

  test('follows a thousand topics at once, and leaves nothing behind', async () => {
    const { log, channels } = await open()
    const recordings = await Promise.all(numbers(1_000).map((number) => record(log, `topic ${number}`)))
    await Promise.all(numbers(1_000).map((number) => log.append(`topic ${number}`, [newEvent(number)])))
    for (const [number, { payloads }] of recordings.entries()) expect(await payloads(1)).toEqual([number])
    for (const { stop } of recordings) stop()
    await expect.poll(channels, SOON).toEqual([])
  })

  test.each(['', ' ', 'no message', '1-1 {"half":', '1-1 1-2 {"half":'])(
    'reads on where a message says %j, and tells what is there',
    async (message) => {
      const { log, key } = await open({ reconcileMs: 600_000 })
      const { payloads } = await record(log, 'stock')
      await redis.xadd(key('stock'), '*', 'k', 'key', 'p', '1')
      await redis.publish(key('stock'), message)
      expect(await payloads(1)).toEqual([1])
    },
  )

  test('leaves out an entry that is no JSON, says so, and goes on', async () => {
    const { log, key, errors } = await open()
    const { payloads } = await record(log, 'stock')
    const position = await redis.xadd(key('stock'), '*', 'k', 'key', 'p', 'no json')
    await log.append('stock', [newEvent('good')])
    expect(await payloads(1)).toEqual(['good'])
    expect(errors).toEqual([new Error(`The event at ${position} is no JSON; ignored.`)])
  })

  test('keeps prefixes apart', async () => {
    const [one, other] = [await open(), await open()]
    const { payloads } = await record(one.log, 'stock')
    await other.log.append('stock', [newEvent('theirs')])
    await one.log.append('stock', [newEvent('ours')])
    expect(await payloads(1)).toEqual(['ours'])
  })

  test('takes up a topic again that it lost without being told', async () => {
    const subscriber = await createRedisConnection(url)
    const { log, key } = await open({ subscriber, reconcileMs: 50 })
    const { payloads } = await record(log, 'stock')
    await subscriber.unsubscribe(key('stock'))
    await expect.poll(() => redis.pubsub('NUMSUB', key('stock')), SOON).toEqual([key('stock'), 1])
    await log.append('stock', [newEvent('found')])
    expect(await payloads(1)).toEqual(['found'])
  })
})
