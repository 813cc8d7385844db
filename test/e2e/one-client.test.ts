import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { writeTestConfig } from '../support/test-config.ts'

/** Of the budget `burst` of the tier `free` in these tests. */
const CAPACITY = 60
const REFILL_PER_SECOND = 20

const PRODUCTS = '{ products(first: 10) { nodes { name reviews(first: 2) { nodes { rating } } } } }'

/** `"burst";r=943;t=3, …` as remaining by budget name. */
function remaining(headers: Headers): Record<string, number> {
  const found = (headers.get('ratelimit') ?? '').matchAll(/"([^"]+)";r=(\d+)/g)
  return Object.fromEntries([...found].map(([, name, count]) => [name, Number(count)]))
}

describe('a client of the server', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  beforeAll(async () => {
    config = await writeTestConfig(({ tiers }) => {
      const burst = tiers['free']?.budgets.find(({ name }) => name === 'burst')
      Object.assign(burst ?? {}, { capacity: CAPACITY, refillPerSecond: REFILL_PER_SECOND })
      delete burst?.['window']
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })

  test('goes from 200 to 429 with a Retry-After after which the same query is served, and pays what it was told', async () => {
    const daily = async () => remaining((await server.query('{ __typename }')).headers)['daily'] ?? 0
    const before = await daily()
    let told = 0
    let denied: Awaited<ReturnType<typeof server.query>> | undefined
    for (let round = 0; round < 100 && denied === undefined; round++) {
      const answer = await server.query(PRODUCTS)
      const actual = /estimated=\d+, actual=(\d+)/.exec(answer.headers.get('graphql-cost') ?? '')?.[1]
      told += Number(actual)
      if (answer.status === 429) denied = answer
    }
    expect(denied?.body.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', budget: 'burst' })

    const retryAfterSeconds = Number(denied?.headers.get('retry-after'))
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1)
    expect(retryAfterSeconds).toBeLessThanOrEqual(CAPACITY / REFILL_PER_SECOND)
    await new Promise((resolve) => setTimeout(resolve, retryAfterSeconds * 1_000))
    const again = await server.query(PRODUCTS)
    expect(again.status).toBe(200)
    told += Number(/actual=(\d+)/.exec(again.headers.get('graphql-cost') ?? '')?.[1])
    // `daily` refills by less than a point for each second. Its two looks cost a point each, the first before `before`.
    const paid = before - (await daily())
    expect(paid).toBeLessThanOrEqual(told + 1)
    expect(paid).toBeGreaterThanOrEqual(told + 1 - 5)
  })
})
