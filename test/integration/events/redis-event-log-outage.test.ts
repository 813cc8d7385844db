import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { EventLog } from '../../../src/events/event-log.ts'
import { appendUntilLogged, newEvent, numbers, record, SOON } from '../../support/recorded-events.ts'
import { openRedisEventLog } from '../../support/redis-event-log.ts'
import { freePort, type RedisServer, startRedis } from '../../support/services.ts'

describe('a redis event log whose redis', () => {
  let server: RedisServer
  let redis: Redis
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error)

  beforeEach(async () => {
    process.on('unhandledRejection', onUnhandled)
    await start()
    redis = new Redis(server.url, { retryStrategy: () => 20 })
    redis.on('error', () => {})
  })
  afterEach(async () => {
    redis.disconnect()
    await server.stop()
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled.splice(0)).toEqual([])
  })

  async function start(args: readonly string[] = [], port?: number): Promise<void> {
    const started = await startRedis(args, port)
    server = started
  }

  async function restart(args: readonly string[] = []): Promise<void> {
    await server.stop()
    await start(args, server.port)
  }

  async function open(options: Parameters<typeof openRedisEventLog>[1] = {}): Promise<EventLog> {
    const log = await openRedisEventLog(server.url, { reconcileMs: 500, ...options })
    onTestFinished(() => log.close())
    return log
  }

  test('cuts the subscription again and again tells every number once, in order', async () => {
    const [log, elsewhere] = [await open(), await open()]
    const recordings = [await record(log, 'stock'), await record(log, 'stock')]
    const subscribed = () => redis.pubsub('NUMSUB', 'tollgate:events:stock')
    for (const number of numbers(2_000)) {
      if (number % 100 === 0) {
        await expect.poll(subscribed, SOON).toEqual(['tollgate:events:stock', 1])
        await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      }
      await elsewhere.append('stock', [newEvent(number)])
    }
    for (const { payloads, ends } of recordings) {
      expect(await payloads(2_000)).toEqual(numbers(2_000))
      expect(ends).toEqual([])
    }
  })

  test('cuts the subscription when a message was lost has the event told as soon as it stands again', async () => {
    const log = await open({ reconcileMs: 600_000 })
    const { payloads } = await record(log, 'stock')
    await redis.xadd('tollgate:events:stock', '*', 'k', 'key', 'p', '"silent"')
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    expect(await payloads(1)).toEqual(['silent'])
  })

  test('cuts all connections again and again tells every number once, in order', async () => {
    const [log, elsewhere] = [await open(), await open()]
    const { payloads, ends } = await record(log, 'stock')
    let cuts = 0
    const cutting = (async () => {
      while (cuts < 200) {
        for (const type of ['normal', 'pubsub']) {
          cuts += Number(await redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'))
        }
        await setTimeout(10)
      }
    })()
    for (const number of numbers(2_000)) await appendUntilLogged(elsewhere, 'stock', number)
    await cutting
    expect(await payloads(2_000)).toEqual(numbers(2_000))
    expect(ends).toEqual([])
  })

  test('restarts with what it had tells every number once, in order', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tollgate-events-'))
    onTestFinished(() => rm(directory, { recursive: true, force: true }))
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', directory]
    await restart(durable)
    const [log, elsewhere] = [await open(), await open()]
    const recordings = [await record(log, 'stock'), await record(elsewhere, 'stock')]
    for (const number of numbers(1_000)) {
      if (number % 200 === 100) {
        const restarting = restart(durable)
        await appendUntilLogged(elsewhere, 'stock', number)
        await restarting
      } else await appendUntilLogged(elsewhere, 'stock', number)
    }
    for (const { payloads, ends } of recordings) {
      expect(await payloads(1_000)).toEqual(numbers(1_000))
      expect(ends).toEqual([])
    }
  })

  test('restarts with nothing ends its followers as expired, and can be followed again', async () => {
    const log = await open({ reconcileMs: 200 })
    const before = await record(log, 'stock')
    await log.append('stock', [newEvent(1)])
    await before.payloads(1)
    await restart()
    await expect.poll(() => before.ends, SOON).toEqual(['expired'])
    const again = await record(log, 'stock')
    await log.append('stock', [newEvent(2)])
    expect(await again.payloads(1)).toEqual([2])
    expect(before.events).toHaveLength(1)
  })

  test('restarts with nothing, and gets an event before anybody looks, does not tell it as the next one', async () => {
    const log = await open({ reconcileMs: 600_000 })
    const before = await record(log, 'stock')
    await restart()
    await appendUntilLogged(log, 'stock', 'after a gap')
    await expect.poll(() => before.ends, SOON).toEqual(['expired'])
    expect(before.events).toEqual([])
  })

  test('is gone rejects what is asked of it at once, and keeps its followers', async () => {
    const errors: unknown[] = []
    const log = await open({ onError: (error) => errors.push(error) })
    const { position, payloads, ends } = await record(log, 'stock')
    await server.stop()
    await expect(log.append('stock', [newEvent('lost')])).rejects.toThrow()
    await expect(log.follow('stock', { onEvent() {}, onEnd() {} })).rejects.toThrow()
    await expect(log.follow('sales', { onEvent() {}, onEnd() {} })).rejects.toThrow()
    await expect(log.read('stock', position, 1)).rejects.toThrow()
    await expect.poll(() => errors.length, SOON).toBeGreaterThan(0)
    expect(ends).toEqual([])
    // It comes back with the same stream.
    await start([], server.port)
    await redis.xadd('tollgate:events:stock', position, 'm', '')
    await appendUntilLogged(log, 'stock', 'found')
    expect(await payloads(1)).toEqual(['found'])
    await expect.poll(() => redis.pubsub('CHANNELS', 'tollgate:events:*'), SOON).toEqual(['tollgate:events:stock'])
  })

  test('is gone is closed at once, and its followers end', async () => {
    const log = await open()
    const { ends } = await record(log, 'stock')
    await server.stop()
    await log.close()
    expect(ends).toEqual(['closed'])
  })

  test('is only slow to lose messages is asked for some topics at a time, however many are followed', async () => {
    const log = await open({ reconcileMs: 1_000 })
    await Promise.all(numbers(2_000).map((number) => record(log, `topic ${number}`)))
    const calls = async () => Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1])
    const [before, startMs] = [await calls(), performance.now()]
    await setTimeout(2_000)
    const perSecond = (1_000 * ((await calls()) - before)) / (performance.now() - startMs)
    // All of them at each look would be 2 000. Where this process is held up for a second, it connects anew and looks at
    // all of them once, which is 1 000 more.
    expect(perSecond).toBeGreaterThan(50)
    expect(perSecond).toBeLessThan(1_500)
  })

  test('does not answer any more on a subscription that looks alive replaces it', async () => {
    const proxy = await startProxy(server.port)
    const log = await open({ subscriberUrl: proxy.url, reconcileMs: 1_000 })
    const { payloads } = await record(log, 'stock')
    proxy.freeze()
    await log.append('stock', [newEvent('found at the next look')])
    expect(await payloads(1)).toEqual(['found at the next look'])
    // Frozen, the first connection still counts as a subscriber; its place is taken by one that delivers.
    const subscribed = () => redis.pubsub('NUMSUB', 'tollgate:events:stock')
    await expect.poll(subscribed, SOON).toEqual(['tollgate:events:stock', 2])
    await log.append('stock', [newEvent('through the new one')])
    expect(await payloads(2)).toEqual(['found at the next look', 'through the new one'])
  })

  test('takes appends whose answers are lost logs them once', async () => {
    const proxy = await startProxy(server.port)
    const [log, witness] = [await open(), await open()]
    const { payloads } = await record(witness, 'stock')
    const behindProxy = await openRedisEventLog(proxy.url, {})
    onTestFinished(() => behindProxy.close())
    const event = newEvent('once')
    await behindProxy.append('other', [newEvent(0)])
    proxy.loseAnswers()
    await expect(behindProxy.append('stock', [event])).rejects.toThrow()
    await payloads(1)
    await log.append('stock', [event, newEvent('next')])
    expect(await payloads(2)).toEqual(['once', 'next'])
  })
})

/** A way to a server of this machine, which can fail in silence. */
async function startProxy(targetPort: number): Promise<{ url: string; freeze(): void; loseAnswers(): void }> {
  const sockets: Socket[] = []
  let losing = false
  const port = await freePort()
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    sockets.push(client, target)
    for (const socket of [client, target]) socket.on('error', () => {})
    client.pipe(target)
    target.on('data', (data) => {
      if (losing) client.destroy()
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    url: `redis://127.0.0.1:${port}`,
    /** No connection that there is carries anything any more, or says so. */
    freeze() {
      for (const socket of sockets) socket.unpipe().pause()
    },
    /** What is asked is done, and who asked sees the connection end. */
    loseAnswers() {
      losing = true
    },
  }
}
