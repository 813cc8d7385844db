import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { describeBudgetStore, takeOf, testBudget } from '../../support/describe-budget-store.ts'
import { freshPrefix, openRedisStore } from '../../support/redis-budget-store.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'

const cluster = await startRedisCluster()
afterAll(() => cluster.stop())

describeBudgetStore('redis cluster', () => openRedisStore(cluster.url))

describe('the redis cluster budget store', () => {
  test('spreads tenants over the masters and keeps each tenant in one place', async () => {
    const prefix = freshPrefix()
    const store = await openRedisStore(cluster.url, prefix)
    const daily = testBudget({ name: 'daily' })
    const tenants = Array.from({ length: 30 }, (_, index) => `tenant-${index}`)
    for (const tenant of tenants) {
      const result = await store.take(
        takeOf(
          [
            [testBudget(), 1],
            [daily, 1],
          ],
          { tenant },
        ),
      )
      expect(result).toMatchObject({ admitted: true })
    }
    const masters = cluster.urls.map((url) => new Redis(url))
    const keys = await Promise.all(masters.map((master) => master.keys(`${prefix}:*`)))
    for (const master of masters) master.disconnect()
    await store.close()
    expect(keys.every((found) => found.length > 0 && found.length % 3 === 0)).toBe(true)
    expect(keys.flat()).toHaveLength(90)
  })
})
