import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { createRedisBudgetStore } from '../../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection, type RedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import { createResilientBudgetStore, type ResilientBudgetStore } from '../../../src/budget/resilient-budget-store.ts'
import { reservation, takeOf, testBudget } from '../../support/describe-budget-store.ts'
import { openRedisStore } from '../../support/redis-budget-store.ts'
import { type RedisServer, startRedis } from '../../support/services.ts'

/** What a busy test machine may add to a deadline. */
const SLACK_MS = 100
const DEADLINE_MS = 50

// One window of a century: nothing that was charged drains, so all of it can be given back.
const local: Budget = {
  name: 'local',
  level: 'client',
  meter: 'cost',
  mode: 'enforce',
  onStoreFailure: 'local',
  algorithm: 'fixed-window',
  capacity: 1_000,
  window: { months: 1200 },
}
const openly = testBudget({ name: 'openly', onStoreFailure: 'open' })
const closed = testBudget({ name: 'closed', onStoreFailure: 'closed' })

describe('a resilient store whose redis', () => {
  let server: RedisServer
  let connection: RedisConnection
  let store: ResilientBudgetStore
  let waiting: { state: string; resolve: () => void }[] = []
  const unhandled: unknown[] = []
  const onUnhandled = (error: unknown) => unhandled.push(error)

  beforeEach(async () => {
    process.on('unhandledRejection', onUnhandled)
    server = await startRedis()
    // It is the store's deadline that is looked at here, however slow the machine.
    connection = await createRedisConnection(server.url, { commandTimeoutMs: 5_000 })
    store = createResilientBudgetStore({
      store: createRedisBudgetStore({ connection }),
      local: createMemoryBudgetStore(),
      deadlineMs: DEADLINE_MS,
      expectedNodes: 4,
      probeIntervalMs: 100,
      onStateChange: (state) => {
        for (const waiter of waiting) if (waiter.state === state) waiter.resolve()
        waiting = waiting.filter((waiter) => waiter.state !== state)
      },
    })
    // The scripts are loaded before the clock is looked at.
    await store.settle(reservation(await store.take(takeOf([[testBudget({ name: 'warm' }), 1]]))), [0])
  })
  afterEach(async () => {
    await store.close()
    await server.stop()
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled.splice(0)).toEqual([])
  })

  function becomes(state: 'ok' | 'degraded'): Promise<void> {
    if (store.state === state) return Promise.resolve()
    return new Promise((resolve) => waiting.push({ state, resolve }))
  }

  async function timed<Value>(promise: Promise<Value>): Promise<{ value: Value; ms: number }> {
    const start = performance.now()
    return { value: await promise, ms: performance.now() - start }
  }

  /** What Redis has counted of the budget `local`, as another node sees it. */
  async function usedInRedis(): Promise<number> {
    const reader = await openRedisStore(server.url, 'tollgate')
    const peek = await reader.take(takeOf([[local, 0]]))
    await reader.close()
    return local.capacity - ('states' in peek ? (peek.states[0]?.remaining ?? 0) : 0)
  }

  async function expectPolicies(): Promise<void> {
    const takes = [
      await timed(store.take(takeOf([[local, 10]]))),
      await timed(store.take(takeOf([[openly, 10]]))),
      await timed(
        store.take(
          takeOf([
            [local, 10],
            [closed, 10],
          ]),
        ),
      ),
    ]
    for (const { ms } of takes) expect(ms).toBeLessThan(DEADLINE_MS + SLACK_MS)
    expect(takes.map(({ value }) => value)).toMatchObject([
      { admitted: true, reservation: { source: 'local' } },
      { admitted: true, reservation: { source: 'open' } },
      { admitted: false, reason: 'store-unavailable', budget: closed },
    ])
  }

  test('is stopped answers within the deadline by policy, and after it goes on owes nothing for the lost answers', async () => {
    const before = reservation(await store.take(takeOf([[local, 100]])))
    process.kill(server.pid, 'SIGSTOP')
    await expectPolicies()
    await becomes('degraded')
    const quick = await timed(Promise.all(Array.from({ length: 100 }, () => store.take(takeOf([[local, 1]])))))
    expect(quick.ms).toBeLessThan(SLACK_MS)
    await store.settle(before, [40])

    process.kill(server.pid, 'SIGCONT')
    await becomes('ok')
    const result = await store.take(takeOf([[local, 7]]))
    expect(result).toMatchObject({ admitted: true, reservation: { source: 'store' } })
    await expect.poll(usedInRedis, { timeout: 10_000 }).toBe(47)
    expect(store.counts()).toMatchObject({ local: 101, open: 1, closed: 1, dropped: 0 })
  })

  test('is killed answers at once by policy, and starts again to be used again', async () => {
    const before = reservation(await store.take(takeOf([[local, 100]])))
    await server.stop()
    await expectPolicies()
    await becomes('degraded')
    await store.settle(before, [40])

    server = await startRedis([], server.port)
    await becomes('ok')
    const result = await store.take(takeOf([[local, 7]]))
    expect(result).toMatchObject({ admitted: true, reservation: { source: 'store' } })
    await expect.poll(usedInRedis, { timeout: 10_000 }).toBe(7)
  })

  test('answered in time is believed, also where this process was too busy to read', async () => {
    const take = store.take(takeOf([[local, 10]]))
    // Nothing of this process runs meanwhile, and the processor is left to Redis.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * DEADLINE_MS)
    expect(await take).toMatchObject({ reservation: { source: 'store' } })
  })

  test('loses its connections in mid-flight charges every take once or not at all', async () => {
    const killer = new Redis(server.url)
    const results = []
    for (let round = 0; round < 20; round++) {
      const takes = Array.from({ length: 10 }, () => store.take(takeOf([[local, 1]])))
      await killer.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      results.push(...(await Promise.all(takes)))
      await becomes('ok')
      if (connection.status !== 'ready') await new Promise<void>((resolve) => connection.once('ready', () => resolve()))
    }
    killer.disconnect()
    const charged = results.filter((result) => result.admitted && result.reservation.source === 'store').length
    await expect
      .poll(
        async () => {
          // Repairs follow the next take that is answered.
          await store.take(takeOf([[openly, 0]]))
          return (await usedInRedis()) - charged - store.counts().dropped
        },
        { timeout: 10_000 },
      )
      .toBeLessThanOrEqual(0)
    expect(await usedInRedis()).toBeGreaterThanOrEqual(charged)
    expect(results.every(({ admitted }) => admitted)).toBe(true)
  })
})
