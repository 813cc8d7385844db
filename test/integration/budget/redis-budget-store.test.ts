import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'
import { dump, freshPrefix, openRedisStore, ttls } from '../../support/redis-budget-store.ts'

const url = inject('redisUrl')

describeBudgetStore('redis', () => openRedisStore(url))

describe('the redis budget store', () => {
  let redis: Redis
  const opened: BudgetStore[] = []
  beforeAll(() => {
    redis = new Redis(url)
  })
  afterAll(async () => {
    await redis.quit()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })
  async function open(prefix = freshPrefix()) {
    const store = await openRedisStore(url, prefix)
    opened.push(store)
    return { store, prefix }
  }
  const burst = testBudget()
  const shadow = testBudget({ mode: 'shadow' })

  test('leaves every key byte-identical, and its time to live alone, when it denies', async () => {
    const { store, prefix } = await open()
    await store.take(
      takeOf([
        [burst, 60],
        [shadow, 60],
      ]),
    )
    const before = await dump(redis, prefix)
    const denied = takeOf(
      [
        [burst, 41],
        [shadow, 41],
        [testBudget({ name: 'daily' }), 41],
      ],
      { ttlMs: 1e9 },
    )
    expect(await store.take(denied)).toMatchObject({ admitted: false })
    expect(await dump(redis, prefix)).toEqual(before)
  })

  test('writes nothing for a peek, nor for a settle of nothing', async () => {
    const { store, prefix } = await open()
    const peek = takeOf([
      [burst, 0],
      [shadow, 0],
    ])
    await store.take(peek)
    await store.settle(reservationOf(peek), [5, 5])
    expect(await dump(redis, prefix)).toEqual(new Map())
  })

  test('gives every key a time to live: buckets until they have drained, reservations as long as they may be settled', async () => {
    const { store, prefix } = await open()
    const quick = testBudget({ name: 'quick', refillPerSecond: 10 })
    const held = reservation(
      await store.take(
        takeOf(
          [
            [quick, 50],
            [shadow, 50],
          ],
          { ttlMs: 30_000 },
        ),
      ),
    )
    await store.cancel(reservationOf(takeOf([[burst, 1]], { ttlMs: 30_000 })))
    const [shortest, , , longest] = await ttls(redis, prefix)
    expect(shortest).toBeGreaterThan(25_000)
    expect(longest).toBeGreaterThan(49_000_000)
    await store.settle(held, [190, 40])
    await store.cancel(held)
    const [afterwards] = await ttls(redis, prefix)
    expect(afterwards).toBeGreaterThan(15_000)
  })

  test('forgets a reservation when its time is over, and keeps its charge', async () => {
    const { store, prefix } = await open()
    const held = reservation(await store.take(takeOf([[burst, 60]])))
    const [key] = await redis.keys(`${prefix}:*reservation*`)
    await redis.pexpire(key ?? '', 0)
    await store.settle(held, [0])
    expect(await store.take(takeOf([[burst, 0]]))).toMatchObject({ states: [{ remaining: 40 }] })
  })

  test('goes on after the server has forgotten its scripts', async () => {
    const { store } = await open()
    const first = reservation(await store.take(takeOf([[burst, 50]])))
    await redis.script('FLUSH')
    await store.settle(first, [20])
    await redis.script('FLUSH')
    const second = reservation(await store.take(takeOf([[burst, 50]])))
    await redis.script('FLUSH')
    await store.cancel(second)
    expect(await store.take(takeOf([[burst, 0]]))).toMatchObject({ states: [{ remaining: 80 }] })
  })

  test('keeps all keys of a tenant in one slot, whatever the tenant is called', async () => {
    for (const tenant of ['acme', 'ip:::1', '}', '{', '{}', 'a}b{c', '%7D', 'ü']) {
      const { store, prefix } = await open()
      await store.take(
        takeOf(
          [
            [burst, 1],
            [shadow, 1],
          ],
          { tenant },
        ),
      )
      const keys = await redis.keys(`${prefix}:*`)
      expect(keys).toHaveLength(3)
      expect(new Set(keys.map((key) => /\{(.+?)\}/.exec(key)?.[1])).size).toBe(1)
    }
  })

  test('admits after the wait it told', async () => {
    const { store } = await open()
    const quick = testBudget({ refillPerSecond: 50 })
    await store.take(takeOf([[quick, 100]]))
    const denied = await store.take(takeOf([[quick, 5]]))
    const wait = 'denials' in denied ? denied.denials[0]?.retryAfterMs : undefined
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(100)
    // Redis waits by its own clock, which is the one that counts.
    await redis.blpop(freshPrefix(), Number(wait) / 1000)
    expect(await store.take(takeOf([[quick, 5]]))).toMatchObject({ admitted: true })
  })

  test('never admits more than capacity and refill to two nodes that take 200 times at once and settle', async () => {
    const prefix = freshPrefix()
    const nodes = [await open(prefix), await open(prefix)]
    const budget: Budget = testBudget({ capacity: 1_000, refillPerSecond: 500 })
    const start = performance.now()
    const recorded: number[] = []
    await Promise.all(
      nodes.flatMap(({ store }) =>
        Array.from({ length: 200 }, async (_, index) => {
          const result = await store.take(takeOf([[budget, 10 + (index % 7)]], { id: `${freshPrefix()}` }))
          if (!result.admitted) return
          const actual = index % 10
          recorded.push(actual)
          await store.settle(result.reservation, [actual])
        }),
      ),
    )
    const elapsedMs = performance.now() - start
    const admitted = recorded.reduce((a, b) => a + b, 0)
    expect(recorded.length).toBeGreaterThan(60)
    expect(admitted).toBeLessThanOrEqual(1_000 + (elapsedMs / 1000) * 500)
  })

  test('admits to the point what fits when 400 takes of two nodes meet', async () => {
    const prefix = freshPrefix()
    const nodes = [await open(prefix), await open(prefix)]
    const budget = testBudget({ capacity: 1_000 })
    const results = await Promise.all(
      nodes.flatMap(({ store }) => Array.from({ length: 200 }, () => store.take(takeOf([[budget, 7]])))),
    )
    expect(results.filter(({ admitted }) => admitted)).toHaveLength(142)
  })
})
