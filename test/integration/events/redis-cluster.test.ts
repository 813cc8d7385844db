import { Redis } from 'ioredis'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { createRedisEventBus, type RedisEventBusOptions } from '../../../src/events/redis/redis-event-bus.ts'
import { describeEventBus, read } from '../../support/describe-event-bus.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'

/** Nothing here takes as long, and on a busy machine little is quick. */
const SOON = { timeout: 20_000 }

const cluster = await startRedisCluster()
const masters = cluster.urls.map((url) => new Redis(url))
afterAll(async () => {
  for (const master of masters) master.disconnect()
  await cluster.stop()
})

async function openClusterBus(options: Partial<RedisEventBusOptions>) {
  const [publisher, subscriber] = await Promise.all([
    createRedisConnection(cluster.url, { commandTimeoutMs: 5_000 }),
    createRedisConnection(cluster.url, { commandTimeoutMs: 5_000 }),
  ])
  return createRedisEventBus({ publisher, subscriber, ...options })
}

describeEventBus('redis cluster', async (options) => {
  const shared = { ...options, prefix: freshPrefix() }
  return { here: await openClusterBus(shared), there: await openClusterBus(shared) }
})

describe('the redis cluster event bus', () => {
  async function open(options: Partial<RedisEventBusOptions> = {}) {
    const prefix = freshPrefix()
    const bus = await openClusterBus({ prefix, ...options })
    onTestFinished(() => bus.close())
    return { bus, prefix }
  }

  /** How many connections each master has for a topic. */
  function subscribed(prefix: string, topic: string, among = masters): Promise<readonly number[]> {
    return Promise.all(
      among.map(async (master) => Number((await master.pubsub('NUMSUB', `${prefix}:event:${topic}`))[1])),
    )
  }

  test('keeps the order of every topic, whichever masters publisher and subscriber are connected to', async () => {
    const { bus, prefix } = await open()
    const others = await Promise.all(Array.from({ length: 5 }, () => open({ prefix })))
    const topics = ['a', 'b', 'c', 'd', 'e', 'f']
    const events = Array.from({ length: 200 }, (_, index) => index)
    const streams = await Promise.all(others.flatMap((other) => topics.map((topic) => other.bus.subscribe(topic))))
    for (const event of events) await Promise.all(topics.map((topic) => bus.publish(topic, event)))
    for (const stream of streams) expect(await read(stream, events.length)).toEqual(events)
  })

  test('has one subscription in the whole cluster while a topic is read, and none afterwards', async () => {
    const { bus, prefix } = await open()
    const streams = [await bus.subscribe('stock'), await bus.subscribe('stock')]
    expect((await subscribed(prefix, 'stock')).toSorted()).toEqual([0, 0, 1])
    for (const stream of streams) await stream.return()
    await expect.poll(() => subscribed(prefix, 'stock'), SOON).toEqual([0, 0, 0])
  })

  test('subscribes again, at any master, after its connection was lost', async () => {
    const { bus, prefix } = await open()
    const stream = await bus.subscribe('stock')
    for (let losses = 0; losses < 10; ) {
      for (const master of masters) losses += Number(await master.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))
    }
    await expect.poll(async () => (await subscribed(prefix, 'stock')).toSorted(), SOON).toEqual([0, 0, 1])
    await bus.publish('stock', 'again')
    expect(await read(stream, 1)).toEqual(['again'])
  })

  test('leaves a master that does not answer any more for another one', async () => {
    const { bus, prefix } = await open({ heartbeatMs: 200 })
    const stream = await bus.subscribe('stock')
    const frozen = (await subscribed(prefix, 'stock')).indexOf(1)
    const others = masters.filter((_, index) => index !== frozen)
    const pid = Number(/process_id:(\d+)/.exec((await masters[frozen]?.info('server')) ?? '')?.[1])
    process.kill(pid, 'SIGSTOP')
    try {
      const found = async () => (await subscribed(prefix, 'stock', others)).toSorted()
      await expect.poll(found, SOON).toEqual([0, 1])
      await others[0]?.publish(`${prefix}:event:stock`, '"elsewhere"')
      expect(await read(stream, 1)).toEqual(['elsewhere'])
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })
})
