import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerProcess } from '../../support/server-process.ts'
import { type RedisServer, startRedis } from '../../support/services.ts'
import { openAudience } from './event-audience.ts'
import { type NumberedEvents, openNumberedEvents } from './numbered-events.ts'
import { openProcessSwitch, type ProcessSwitch } from './process-switch.ts'
import { openShop, type ShopProcesses, SUBSCRIBER_KEY } from './shop-processes.ts'

const kills = times('KILLS', 10)
const restarts = times('RESTARTS', 2)
const cuts = times('CUTS', 10)

/** How much time one disturbance may take at most. */
const EACH_MS = 20_000

/** Whom it happens to: some over WebSocket, some over server-sent events. */
const names = ['graphql-ws', 'graphql-ws', 'graphql-sse', 'graphql-sse', 'EventSource']

describe('subscribers have every number exactly once and in order', () => {
  let folder: string
  let redis: RedisServer
  let shop: ShopProcesses
  let current: ServerProcess
  let spares: Promise<ServerProcess>[]
  let entrance: ProcessSwitch
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tollgate-chaos-'))
    redis = await startPersistentRedis()
    shop = await openShop(() => undefined, redis.url)
    current = await shop.start()
    spares = [shop.start(), shop.start()]
    await Promise.all(spares)
    entrance = await openProcessSwitch(current)
  })
  afterAll(async () => {
    await entrance.close()
    await shop.close()
    await redis.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function startPersistentRedis(port?: number): Promise<RedisServer> {
    return startRedis(['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder], port)
  }

  /** Kills the process that all are on, when another is ready; and starts one in its place. */
  async function kill(): Promise<void> {
    const next = await spares.shift()
    if (next === undefined) throw new Error('There is no process to go to')
    entrance.lead(next)
    await current.stop('SIGKILL')
    current = next
    spares.push(shop.start())
  }

  async function restartRedis(): Promise<void> {
    await redis.stop()
    redis = await startPersistentRedis(redis.port)
  }

  async function cutSubscribers(): Promise<void> {
    const client = new Redis(redis.url)
    expect(await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub')).toBeGreaterThan(0)
    client.disconnect()
  }

  test.for([
    { what: 'the process that they are on is killed', count: kills, productId: 1, disturb: kill },
    { what: 'Redis is restarted', count: restarts, productId: 2, disturb: restartRedis },
    { what: 'the connection is cut that listens to Redis', count: cuts, productId: 3, disturb: cutSubscribers },
  ])(
    'while $what, $count times',
    { timeout: 60_000 + Math.max(kills, restarts, cuts) * EACH_MS },
    async ({ what, count, productId, disturb }) => {
      // What is about to start needs its Redis.
      await Promise.all(spares)
      const events: NumberedEvents = await openNumberedEvents(shop, productId)
      const audience = openAudience(names, () => ({ url: entrance.url, key: SUBSCRIBER_KEY, ...events.operation }))
      const flow = events.flow(10)
      for (let done = 0; done < count; done++) {
        await audience.more(20)
        // Every other time it meets them while they have not caught up yet.
        if (done % 2 === 0) await audience.until(events.last)
        await disturb()
      }
      await audience.more(20)
      await flow.stop()
      await audience.until(events.last)
      audience.stop()
      await events.close()
      expect(audience.faults()).toEqual([])
      process.stdout.write(`${what}, ${count} times: ${events.last} events to each of ${names.length} subscribers\n`)
    },
  )
})

function times(name: string, inCi: number): number {
  return Number(process.env[name] ?? inCi)
}
