import { createClient } from 'graphql-ws'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { WebSocket } from 'ws'
import { startPostgres } from '../support/postgres.ts'
import { freshPrefix } from '../support/redis-budget-store.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { writeTestConfig } from '../support/test-config.ts'

const CAPACITY = 3_000
const REFILL_PER_SECOND = 20

describe('two server processes on one Redis and one PostgreSQL', () => {
  const prefix = freshPrefix()
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let a: ServerProcess
  let b: ServerProcess
  beforeAll(async () => {
    config = await writeTestConfig((config) => {
      // Nothing but the budget in question may deny, and a busy machine is no outage.
      config.budgetStore = { prefix, deadline: '5s' }
      config.overload = { mode: 'off' }
      const tier = config.tiers['free']
      if (tier === undefined) throw new Error('The shipped configuration has no tier free')
      tier.budgets = [{ name: 'burst', capacity: CAPACITY, refillPerSecond: REFILL_PER_SECOND }]
    })
    postgres = await startPostgres()
    const env = { TOLLGATE_CONFIG: config.path, REDIS_URL: inject('redisUrl'), DATABASE_URL: postgres.url }
    ;[a, b] = await Promise.all([startServer(env), startServer(env)])
  })
  afterAll(async () => {
    await Promise.all([a.stop(), b.stop()])
    await postgres.stop()
    await config.remove()
  })

  test('admit to 2 × 200 concurrent requests never more than the capacity and what was refilled', async () => {
    // Estimated at 50 points and more than half of it given back, so that refunds meet takes.
    const query = '{ products(first: 8) { nodes { reviews(first: 2) { nodes { rating } } } } }'
    const start = performance.now()
    const answers = await Promise.all(
      [a, b].flatMap((server) =>
        Array.from({ length: 200 }, () => server.query(query, { headers: { 'graphql-cost': 'report' } })),
      ),
    )
    const elapsedSeconds = (performance.now() - start) / 1_000
    const statuses = new Set(answers.map(({ status }) => status))
    expect([...statuses].sort()).toEqual([200, 429])
    const admitted = answers
      .filter(({ status }) => status === 200)
      .reduce((sum, { body }) => sum + (body.extensions?.cost?.actualQueryCost ?? Number.NaN), 0)
    expect(admitted).toBeLessThanOrEqual(CAPACITY + elapsedSeconds * REFILL_PER_SECOND)
    // And not for want of trying: what is left would not admit one more.
    expect(admitted).toBeGreaterThan(CAPACITY / 2)
  })

  test('keep a time to live on every key', async () => {
    const redis = new Redis(inject('redisUrl'))
    const keys = await redis.keys(`${prefix}:*`)
    expect(keys.length).toBeGreaterThan(0)
    const ttls = await Promise.all(keys.map((key) => redis.pttl(key)))
    expect(Math.min(...ttls)).toBeGreaterThan(0)
    redis.disconnect()
  })

  test('tell a subscriber of one that an order was advanced through the other, within 100 ms', async () => {
    const client = createClient({
      url: `${a.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { 'x-api-key': 'demo-premium' },
    })
    const id = 'Order:49999'
    const events = client.iterate<{ orderStatusChanged: { id: string; status: string } }>({
      query: 'subscription ($id: ID!) { orderStatusChanged(orderId: $id) { id status } }',
      variables: { id },
    })
    const staff = { 'x-api-key': 'demo-staff' }
    const order = await b.query<{ order: { status: string } }>('query ($id: ID!) { order(id: $id) { status } }', {
      variables: { id },
      headers: staff,
    })
    expect(order.body.data?.order.status).toBe('PLACED')
    const first = events.next()
    // The server has the subscription once Redis counts a subscriber of its channel.
    const redis = new Redis(inject('redisUrl'))
    await expect.poll(async () => (await redis.pubsub('CHANNELS', '*order*')).length).toBe(1)

    const delays: number[] = []
    let next = first
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED']) {
      const start = performance.now()
      const advanced = b.query(
        'mutation ($id: ID!) { advanceOrder(id: $id) { order { status } problems { message } } }',
        {
          variables: { id },
          headers: staff,
        },
      )
      const event = await next
      delays.push(performance.now() - start)
      expect(event.value?.data?.orderStatusChanged).toEqual({ id, status })
      expect((await advanced).body).toEqual({ data: { advanceOrder: { order: { status }, problems: [] } } })
      next = events.next()
    }
    // From sending the mutation to the event's arrival; the median, as a test machine may be busy.
    expect(delays.toSorted((x, y) => x - y)[1]).toBeLessThan(100)
    await client.dispose()
    await expect.poll(async () => (await redis.pubsub('CHANNELS', '*order*')).length).toBe(0)
    redis.disconnect()
  })
})
