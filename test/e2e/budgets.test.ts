import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { freshPrefix } from '../support/redis-budget-store.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { type ShippedConfig, writeTestConfig } from '../support/test-config.ts'

/** How many requests all clients of a server may send in its tests. */
const GLOBAL_REQUESTS = 300

const WITHIN = { timeout: 10_000 }

const PRODUCTS = '{ products(first: 10) { nodes { name } } }'

/** `"burst";r=943;t=3, …` as remaining by budget name. */
function remaining(headers: Headers): Record<string, number> {
  const found = (headers.get('ratelimit') ?? '').matchAll(/"([^"]+)";r=(\d+)/g)
  return Object.fromEntries([...found].map(([, name, count]) => [name, Number(count)]))
}

function code(answer: Awaited<ReturnType<ServerProcess['query']>>): unknown {
  return answer.body.errors?.[0]?.extensions['code']
}

/** Each tier shows another kind of budget: the demo key of the tier meets it. */
function budgetsOfEveryKind({ tiers }: ShippedConfig): void {
  const queue = { name: 'queue', algorithm: 'leaky-bucket', capacity: 14, refillPerSecond: 28, maxDelay: '10s' }
  const budgets: Record<string, Record<string, unknown>[]> = {
    free: [{ name: 'monthly', algorithm: 'fixed-window', window: '1mo', capacity: 50, softThreshold: 0.5 }],
    basic: [
      { name: 'orders', level: 'operation', field: 'Mutation.placeOrder', meter: 'requests', algorithm: 'sliding-log' },
      { name: 'bytes', meter: 'responseBytes', algorithm: 'sliding-window', window: '1h', capacity: 2000 },
    ],
    // What waits for its turn in the queue keeps its seat meanwhile.
    premium: [{ name: 'parallel', meter: 'concurrency', capacity: 1 }, queue],
    enterprise: [queue],
  }
  Object.assign(budgets['basic']?.[0] ?? {}, { window: '1h', capacity: 2 })
  for (const [name, list] of Object.entries(budgets)) Object.assign(tiers[name] ?? {}, { budgets: list })
}

describe.each([
  ['in memory', () => ({})],
  ['in Redis', () => ({ REDIS_URL: inject('redisUrl') })],
])('budgets %s', (_, env) => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  beforeAll(async () => {
    config = await writeTestConfig((file) => {
      budgetsOfEveryKind(file)
      file.budgetStore = { prefix: freshPrefix() }
      file.globalBudgets = [{ name: 'everybody', meter: 'requests', capacity: GLOBAL_REQUESTS, window: '1d' }]
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path, ...env() })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })
  const as = (key: string) => ({ headers: { 'x-api-key': key } })

  test('of a month warn from the soft threshold on, and deny until the month is over', async () => {
    const first = await server.query(PRODUCTS)
    expect(first.headers.get('ratelimit-warning')).toBeNull()
    const second = await server.query(PRODUCTS)
    expect(second.headers.get('ratelimit-warning')).toMatch(/^"monthly";r=\d+;at=0\.5$/)
    let denied = await server.query(PRODUCTS)
    while (denied.status === 200) denied = await server.query(PRODUCTS)
    expect(code(denied)).toBe('RATE_LIMITED')
    const now = new Date()
    const nextMonthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - now.getTime()
    expect(Number(denied.headers.get('retry-after'))).toBeCloseTo(nextMonthMs / 1000, -2)
  })

  test('of one operation count that operation alone, and each time it is selected', async () => {
    const order =
      'placeOrder(input: { customerId: "none", lines: [{ productId: "none", quantity: 1 }] }) { __typename }'
    const twice = await server.query(`mutation { a: ${order} b: ${order} }`, as('demo-basic'))
    expect(remaining(twice.headers)['orders']).toBe(0)
    const third = await server.query(`mutation { ${order} }`, as('demo-basic'))
    expect(third.body.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      budget: 'orders',
      level: 'operation',
    })
    expect((await server.query('{ __typename }', as('demo-basic'))).status).toBe(200)
  })

  test('of response bytes deny once they are used up', async () => {
    const many = '{ products(first: 30) { nodes { name description } } }'
    let answer = await server.query(many, as('demo-basic'))
    for (let sent = 0; answer.status === 200 && sent < 20; sent++) answer = await server.query(many, as('demo-basic'))
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', budget: 'bytes' })
  })

  test('of concurrency deny what comes beside another operation, and not what comes after it', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.query(PRODUCTS, as('demo-premium'))))
    const codes = answers.map(code)
    expect(codes).toContain(undefined)
    expect(codes).toContain('CONCURRENCY_LIMITED')
    expect(new Set(codes).size).toBe(2)
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1')
    await expect.poll(async () => (await server.query(PRODUCTS, as('demo-premium'))).status, WITHIN).toBe(200)
  })

  test('that are leaky make operations wait for their turn instead of failing', async () => {
    const start = performance.now()
    const answers = await Promise.all(Array.from({ length: 4 }, () => server.query(PRODUCTS, as('demo-enterprise'))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    // Four times 14, of which 14 fit at once; the rest comes in at 28 a second.
    expect(performance.now() - start).toBeGreaterThan(500)
  })

  test('that are global are shared by all clients', async () => {
    const send = (key: string) =>
      server.query('{ __typename }', { headers: { 'x-api-key': key, 'graphql-cost': 'validate' } })
    let answer = await send('demo-enterprise')
    for (let sent = 0; answer.status === 200 && sent < GLOBAL_REQUESTS; sent++) answer = await send('demo-enterprise')
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      budget: 'everybody',
      level: 'global',
    })
    expect(code(await send('demo-staff'))).toBe('RATE_LIMITED')
  })
})

describe('a configuration that changes while the server runs', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  const budget = { name: 'daily', capacity: 1000, window: '1d' }
  beforeAll(async () => {
    config = await writeTestConfig(({ tiers }) => Object.assign(tiers['free'] ?? {}, { budgets: [budget] }))
    server = await startServer({ TOLLGATE_CONFIG: config.path })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })
  const daily = async () => remaining((await server.query('{ __typename }')).headers)['daily']

  test('takes effect on the next operation, with all that was charged', async () => {
    for (let count = 0; count < 10; count++) await server.query(PRODUCTS)
    const before = (await daily()) ?? 0
    const used = 1000 - before
    expect(used).toBeGreaterThan(50)
    await config.change(() => Object.assign(budget, { capacity: 500 }))
    await expect.poll(daily, WITHIN).toBeLessThanOrEqual(500 - used)
    expect(await daily()).toBeGreaterThanOrEqual(500 - used - 200)
  })

  test('and cannot be used leaves the one before in effect and says why', async () => {
    const before = (await daily()) ?? 0
    await config.change(() => Object.assign(budget, { capacity: -5 }))
    await expect.poll(server.output, WITHIN).toContain('tiers.free.budgets[0].capacity')
    expect(await daily()).toBeGreaterThan(before - 10)
    await config.change(() => Object.assign(budget, { capacity: 2000 }))
    await expect.poll(daily, WITHIN).toBeGreaterThan(1000)
  })

  test('is read on SIGHUP', async () => {
    const seen = () => server.output().split('the configuration has changed').length
    const before = seen()
    await config.change(() => Object.assign(budget, { capacity: 3000 }))
    server.child.kill('SIGHUP')
    await expect.poll(daily, WITHIN).toBeGreaterThan(2000)
    // What it prints comes on a way of its own.
    await expect.poll(seen, WITHIN).toBe(before + 1)
  })

  test('knows new clients, and what is set for one of them alone', async () => {
    const keySha256 = '69a5c121df0114b5baad5d9deb42402b26e3fd6c9b1b4507a48ead2b5e864504' // of "hello-ada"
    await config.change((file) => {
      file.clients = [{ id: 'ada', tenant: 'acme', tier: 'free', keySha256, budgets: { daily: { capacity: 77 } } }]
    })
    const limit = async () => (await server.query('{ __typename }', { headers: { 'x-api-key': 'hello-ada' } })).headers
    await expect.poll(async () => (await limit()).get('x-ratelimit-limit'), WITHIN).toBe('77')
  })
})
