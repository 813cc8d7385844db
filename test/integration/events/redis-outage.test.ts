import { connect, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import type { EventBus } from '../../../src/events/event-bus.ts'
import { createRedisEventBus } from '../../../src/events/redis/redis-event-bus.ts'
import { read } from '../../support/describe-event-bus.ts'
import { freePort, startRedis } from '../../support/services.ts'

/** Nothing here takes as long, and on a busy machine little is quick. */
const SOON = { timeout: 20_000 }

describe('a redis event bus whose redis', () => {
  let server: Awaited<ReturnType<typeof startRedis>>
  let redis: Redis
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error)

  beforeEach(async () => {
    process.on('unhandledRejection', onUnhandled)
    server = await startRedis()
    redis = new Redis(server.url, { retryStrategy: () => 20 })
    redis.on('error', () => {})
  })
  afterEach(async () => {
    redis.disconnect()
    await server.stop()
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled.splice(0)).toEqual([])
  })

  /** A bus whose subscriber may be connected by another way than its publisher. */
  async function open({ subscriberUrl = server.url, heartbeatMs = 60_000 } = {}): Promise<EventBus> {
    const publisher = await createRedisConnection(server.url, { commandTimeoutMs: 1_000 })
    const subscriber = await createRedisConnection(subscriberUrl, { commandTimeoutMs: 1_000 })
    const bus = createRedisEventBus({ publisher, subscriber, heartbeatMs })
    onTestFinished(() => bus.close())
    return bus
  }

  /** Publishes until the publisher's connection has come back as well. */
  async function published(bus: EventBus, topic: string, event: string): Promise<void> {
    const failure = () => bus.publish(topic, event).catch((error: Error) => error.message)
    await expect.poll(failure, SOON).toBeUndefined()
  }

  async function subscribed(topic: string): Promise<unknown> {
    const [, count] = await redis.pubsub('NUMSUB', `tollgate:event:${topic}`)
    return count
  }

  test('drops its connections subscribes again to what is read, and to nothing else', async () => {
    const bus = await open()
    const stock = await bus.subscribe('stock')
    const sales = await bus.subscribe('sales')
    const gone = await bus.subscribe('gone')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await gone.return()
    await expect.poll(() => subscribed('sales'), SOON).toBe(1)
    await bus.publish('stock', 1)
    await bus.publish('sales', 2)
    expect([await read(stock, 1), await read(sales, 1)]).toEqual([[1], [2]])
    expect(await subscribed('gone')).toBe(0)
  })

  test('drops its connections again and again, also while it subscribes again, loses no subscription', async () => {
    const bus = await open()
    const topics = Array.from({ length: 100 }, (_, index) => `topic-${index}`)
    const streams = await Promise.all(topics.map((topic) => bus.subscribe(topic)))
    // First connections that are not yet subscribed, then those that are.
    for (const type of ['normal', 'pubsub']) {
      for (let losses = 0; losses < 10; ) if (Number(await redis.call('CLIENT', 'KILL', 'TYPE', type)) > 0) losses += 1
    }
    await expect.poll(() => Promise.all(topics.map(subscribed)), SOON).toEqual(topics.map(() => 1))
    await published(bus, 'topic-7', 'again')
    expect(await streams[7]?.next()).toEqual({ done: false, value: 'again' })
  })

  test('is gone rejects what is published and subscribed, and starts again to be used again', async () => {
    const bus = await open()
    const stream = await bus.subscribe('stock')
    const { port, url } = server
    await server.stop()
    await expect(bus.publish('stock', 'lost')).rejects.toThrow()
    await expect(bus.subscribe('stock')).rejects.toThrow('Redis has not confirmed the subscription to "stock".')
    await expect(bus.subscribe('sales')).rejects.toThrow('Redis has not confirmed the subscription to "sales".')

    server = { ...(await startRedis(['--port', String(port)])), port, url }
    await expect.poll(() => subscribed('stock').catch(() => 'down'), SOON).toBe(1)
    expect(await subscribed('sales')).toBe(0)
    await published(bus, 'stock', 'found')
    expect(await read(stream, 1)).toEqual(['found'])
  })

  test('is gone is closed at once, and its streams end', async () => {
    const bus = await open()
    const stream = await bus.subscribe('stock')
    await server.stop()
    await bus.close()
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('does not answer any more on a connection that looks alive replaces it', async () => {
    const proxy = await startProxy(server.port)
    const bus = await open({ subscriberUrl: proxy.url, heartbeatMs: 1_000 })
    const stream = await bus.subscribe('stock')
    proxy.freeze()
    // Frozen, the first connection still counts as a subscriber; its place is taken by one that delivers.
    await expect.poll(() => subscribed('stock'), SOON).toBe(2)
    await bus.publish('stock', 'through the new one')
    expect(await read(stream, 1)).toEqual(['through the new one'])
  })
})

/** A way to a server of this machine that can stop to carry anything over the connections it has, and says nothing. */
async function startProxy(targetPort: number): Promise<{ url: string; freeze(): void }> {
  const sockets: Socket[] = []
  const port = await freePort()
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    sockets.push(client, target)
    for (const socket of [client, target]) socket.on('error', () => {})
    client.pipe(target)
    target.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
  }
}
