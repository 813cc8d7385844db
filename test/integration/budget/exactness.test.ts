import { afterAll, describe, expect, inject, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import { measureExactness } from '../../support/exactness/measure-exactness.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'

const redis = { url: inject('redisUrl'), servers: [inject('redisUrl')] }
const cluster = await startRedisCluster()
const redisCluster = { url: cluster.url, servers: cluster.urls }
afterAll(() => cluster.stop())

const face = { name: 'hot', level: 'client', mode: 'enforce', onStoreFailure: 'closed', meter: 'cost' } as const
const tokenBucket: Budget = { ...face, algorithm: 'token-bucket', capacity: 100, refillPerSecond: 300 }
const slidingLog: Budget = { ...face, algorithm: 'sliding-log', capacity: 300, windowMs: 1000 }
const seats: Budget = { ...face, meter: 'concurrency', algorithm: 'semaphore', capacity: 4 }
const perNode = {
  processes: 2,
  connections: 4,
  takesPerConnection: 2,
  seconds: 1,
  maxAmount: 10,
  maxRunMs: 5,
  leases: false,
}

// The long form is `npm run exactness` in bench/.
describe('processes that take from one bucket as fast as they can never get a point too many', () => {
  test.each([
    { on: 'redis', budget: tokenBucket, ...redis, ...perNode },
    { on: 'redis cluster', budget: tokenBucket, ...redisCluster, ...perNode },
    { on: 'redis', budget: slidingLog, ...redis, ...perNode },
    { on: 'redis', budget: seats, ...redis, ...perNode },
    { on: 'redis with leases', budget: tokenBucket, ...redis, ...perNode, leases: true },
    { on: 'redis cluster with leases', budget: tokenBucket, ...redisCluster, ...perNode, leases: true },
  ])('on $on, a $budget.algorithm', async (options) => {
    const { used, bound, denied } = await measureExactness(options)
    expect(denied).toBeGreaterThan(100)
    expect(used).toBeLessThanOrEqual(bound)
    expect(used).toBeGreaterThan(bound / 3)
  })
})
