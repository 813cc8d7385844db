import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { createRedisBudgetStore } from '../../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection, type RedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { budgetHistories, drainingHistories, instantHistories } from '../../support/budget-model/budget-history.ts'
import { playExpiry } from '../../support/budget-model/play-expiry.ts'
import { playHistory, START_MS } from '../../support/budget-model/play-history.ts'
import { steppedConnection } from '../../support/budget-model/stepped-connection.ts'
import { deleteKeys, writtenKeys } from '../../support/budget-model/written-keys.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'

const cluster = await startRedisCluster()
afterAll(() => cluster.stop())

// What shrinks when the time is over is reported as far as it has shrunk.
const time = { interruptAfterTimeLimit: 40_000 }

describe.each([
  { name: 'redis', url: inject('redisUrl'), serverUrls: [inject('redisUrl')], numRuns: 400 },
  { name: 'redis cluster', url: cluster.url, serverUrls: cluster.urls, numRuns: 100 },
])('the $name budget store, for any history', { timeout: 60_000 }, ({ url, serverUrls, numRuns }) => {
  let connection: RedisConnection
  const servers = serverUrls.map((server) => new Redis(server, { lazyConnect: true }))
  beforeAll(async () => {
    connection = await createRedisConnection(url, { commandTimeoutMs: 5_000 })
    await Promise.all(servers.map((server) => server.connect()))
  })
  afterAll(() => {
    for (const one of [connection, ...servers]) one.disconnect()
  })

  test('answers as the model does, never admits more than a budget allows, and writes only what it must', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(budgetHistories, drainingHistories), async (history) => {
        const prefix = freshPrefix()
        const clock = { ms: START_MS }
        const store = createRedisBudgetStore({ connection: steppedConnection(connection, clock), prefix })
        await playHistory(history, { store, clock, written: () => writtenKeys(servers, prefix) })
        await deleteKeys(servers, prefix)
      }),
      { numRuns, ...time },
    )
  })

  test('loses nothing where no time passes, whenever a server forgets its scripts', async () => {
    await fc.assert(
      fc.asyncProperty(instantHistories, async (history) => {
        const prefix = freshPrefix()
        const store = createRedisBudgetStore({ connection, prefix })
        await playHistory(history, {
          store,
          clock: { ms: START_MS },
          isFrozen: true,
          written: () => writtenKeys(servers, prefix),
          flushScripts: () => Promise.all(servers.map((server) => server.script('FLUSH'))),
        })
        await deleteKeys(servers, prefix)
      }),
      { numRuns: 60, ...time },
    )
  })

  test('keeps the charge of a reservation whose life is over', async () => {
    await fc.assert(
      fc.asyncProperty(budgetHistories, async (history) => {
        const prefix = freshPrefix()
        const clock = { ms: START_MS }
        const store = createRedisBudgetStore({ connection: steppedConnection(connection, clock), prefix })
        await playExpiry(history, store, () => deleteKeys(servers, `${prefix}:{acme}:reservation`))
        await deleteKeys(servers, prefix)
      }),
      { numRuns: 30, ...time },
    )
  })
})
