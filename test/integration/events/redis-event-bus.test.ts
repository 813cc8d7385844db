import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { createRedisEventBus, type RedisEventBusOptions } from '../../../src/events/redis/redis-event-bus.ts'
import { describeEventBus, read } from '../../support/describe-event-bus.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'

/** Nothing here takes as long, and on a busy machine little is quick. */
const SOON = { timeout: 20_000 }

const url = inject('redisUrl')

/** A bus on connections of its own. Busy machines get their time: nothing here tests deadlines. */
async function openRedisBus(options: Partial<RedisEventBusOptions>) {
  const [publisher, subscriber] = await Promise.all([
    createRedisConnection(url, { commandTimeoutMs: 5_000 }),
    createRedisConnection(url, { commandTimeoutMs: 5_000 }),
  ])
  return createRedisEventBus({ publisher, subscriber, ...options })
}

describeEventBus('redis', async (options) => {
  const shared = { ...options, prefix: freshPrefix() }
  return { here: await openRedisBus(shared), there: await openRedisBus(shared) }
})

describe('the redis event bus', () => {
  let redis: Redis
  beforeAll(() => {
    redis = new Redis(url)
  })
  afterAll(async () => {
    await redis.quit()
  })

  async function open(options: Partial<RedisEventBusOptions> = {}) {
    const prefix = freshPrefix()
    const errors: Error[] = []
    const bus = await openRedisBus({ prefix, onError: (error) => errors.push(error), ...options })
    onTestFinished(() => bus.close())
    return { bus, prefix, errors, channels: () => redis.pubsub('CHANNELS', `${prefix}:event:*`) }
  }

  /** How many connections are subscribed to each topic, as Redis counts them. */
  async function subscribed(prefix: string, ...topics: readonly string[]): Promise<readonly unknown[]> {
    const counts: unknown[] = await redis.pubsub('NUMSUB', ...topics.map((topic) => `${prefix}:event:${topic}`))
    return counts.filter((_, index) => index % 2 === 1)
  }

  test('subscribes once to a topic, whoever reads it here, and no longer than somebody does', async () => {
    const { bus, prefix } = await open()
    const controller = new AbortController()
    const first = await bus.subscribe('stock')
    await bus.subscribe('stock', { signal: controller.signal })
    await bus.subscribe('sales')
    expect(await subscribed(prefix, 'stock', 'sales')).toEqual([1, 1])
    await first.return()
    await bus.subscribe('sales')
    expect(await subscribed(prefix, 'stock', 'sales')).toEqual([1, 1])
    controller.abort()
    await expect.poll(() => subscribed(prefix, 'stock', 'sales'), SOON).toEqual([0, 1])
    await bus.close()
    await expect.poll(() => subscribed(prefix, 'stock', 'sales'), SOON).toEqual([0, 0])
  })

  test('gives up the topic of a reader that was too slow', async () => {
    const { bus, prefix } = await open({ maxQueuedEvents: 1 })
    await bus.subscribe('stock')
    for (const event of [1, 2]) await bus.publish('stock', event)
    await expect.poll(() => subscribed(prefix, 'stock'), SOON).toEqual([0])
  })

  test('stands when subscribe resolves, and leaves nothing after a thousand have come and gone at once', async () => {
    const { bus, prefix, channels } = await open()
    const topics = Array.from({ length: 200 }, (_, index) => `topic-${index}`)
    const streams = await Promise.all([1, 2, 3, 4, 5].flatMap(() => topics.map((topic) => bus.subscribe(topic))))
    expect(await subscribed(prefix, ...topics)).toEqual(topics.map(() => 1))
    await Promise.all(streams.map((stream) => stream.return()))
    await expect.poll(channels, SOON).toEqual([])
  })

  test('leaves nothing of a subscriber that went away before its subscription stood', async () => {
    const { bus, channels } = await open()
    const controller = new AbortController()
    const pending = bus.subscribe('stock', { signal: controller.signal })
    controller.abort()
    expect(await (await pending).next()).toEqual({ done: true, value: undefined })
    await expect.poll(channels, SOON).toEqual([])
  })

  test('subscribes to nothing where the signal has aborted already', async () => {
    const { bus, channels } = await open()
    await bus.subscribe('stock', { signal: AbortSignal.abort() })
    expect(await channels()).toEqual([])
  })

  test.each(['', 'no json', '{"half":', 'undefined', '\u0000'])(
    'ignores the message %j, says on which channel it came and not what it was, and goes on',
    async (message) => {
      const { bus, prefix, errors } = await open()
      const stream = await bus.subscribe('stock')
      await redis.publish(`${prefix}:event:stock`, message)
      await bus.publish('stock', 'good')
      expect(await read(stream, 1)).toEqual(['good'])
      expect(errors.map((error) => error.message)).toEqual([
        `A message of ${message.length} characters on the channel "${prefix}:event:stock" is no JSON; ignored.`,
      ])
    },
  )

  test('keeps prefixes apart', async () => {
    const one = await open()
    const other = await open()
    const stream = await one.bus.subscribe('stock')
    await other.bus.publish('stock', 'theirs')
    await one.bus.publish('stock', 'ours')
    expect(await read(stream, 1)).toEqual(['ours'])
  })

  test('gives up a channel that carries messages for nobody', async () => {
    const subscriber = await createRedisConnection(url)
    const { prefix, channels } = await open({ subscriber })
    await subscriber.subscribe(`${prefix}:event:stray`)
    await redis.publish(`${prefix}:event:stray`, '1')
    await expect.poll(channels, SOON).toEqual([])
  })

  test('takes up a topic again that it lost without being told', async () => {
    const subscriber = await createRedisConnection(url)
    const { bus, prefix } = await open({ subscriber, heartbeatMs: 20 })
    const stream = await bus.subscribe('stock')
    await subscriber.unsubscribe(`${prefix}:event:stock`)
    await expect.poll(() => subscribed(prefix, 'stock'), SOON).toEqual([1])
    await bus.publish('stock', 'found')
    expect(await read(stream, 1)).toEqual(['found'])
  })
})
