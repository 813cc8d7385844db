import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startPostgres } from '../support/postgres.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { writeTestConfig } from '../support/test-config.ts'

const PRODUCTS = '{ products(first: 3) { nodes { name stock } } }'
const ORDER = `mutation { placeOrder(input: { customerId: "Customer:1", lines: [{ productId: "Product:1", quantity: 1 }] }) {
  order { id } } }`

type Config = Awaited<ReturnType<typeof writeTestConfig>>

/** The shipped configuration, but `demo-free` is cut off soon and `demo-basic` not. */
async function writeConfig(): Promise<Config> {
  return writeTestConfig(({ tiers }) => {
    if (tiers['free'] === undefined || tiers['basic'] === undefined) throw new Error('The shipped tiers have changed')
    tiers['free'].timeout = '300ms'
    tiers['basic'].timeout = '60s'
  })
}

describe('a server on PostgreSQL', () => {
  let config: Config
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let server: ServerProcess
  /** Not the server's: one holds the lock that makes statements wait, the other sees them wait. */
  let other: Client
  let watcher: Client
  beforeAll(async () => {
    config = await writeConfig()
    postgres = await startPostgres()
    server = await startServer({ TOLLGATE_CONFIG: config.path, DATABASE_URL: postgres.url })
    other = new Client(postgres.url)
    watcher = new Client(postgres.url)
    await Promise.all([other.connect(), watcher.connect()])
  })
  afterAll(async () => {
    await server.stop()
    await Promise.all([other.end(), watcher.end()])
    await postgres.stop()
    await config.remove()
  })

  async function lock(table: string): Promise<void> {
    await other.query('begin')
    await other.query(`lock table ${table} in access exclusive mode`)
    onTestFinished(async () => void (await other.query('rollback')))
  }

  /** What the server's connections run, and the transactions they are in. */
  async function running(): Promise<readonly string[]> {
    const { rows } = await watcher.query<{ query: string }>(
      `select query from pg_stat_activity where application_name = 'tollgate' and state <> 'idle'`,
    )
    return rows.map(({ query }) => query)
  }

  test('ends a query at its deadline, cancels its statement, begins none afterwards, and keeps the estimate', async () => {
    await lock('products')
    const { status, body, headers } = await server.query(PRODUCTS)
    expect(status).toBe(504)
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TIMEOUT', timeoutMs: 300 })
    const [, estimated, actual] = /^estimated=(\d+), actual=(\d+)$/.exec(headers.get('graphql-cost') ?? '') ?? []
    expect(Number(estimated)).toBeGreaterThan(0)
    expect(actual).toBe(estimated)
    await expect.poll(running).toEqual([])
    await other.query('rollback')
    expect(await running()).toEqual([])
    expect(await server.query(PRODUCTS)).toMatchObject({ status: 200 })
  })

  test('cancels the statement of a client that disconnects', async () => {
    await lock('products')
    const controller = new AbortController()
    const request = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'demo-basic' },
      body: JSON.stringify({ query: PRODUCTS }),
      signal: controller.signal,
    })
    const gone = expect(request).rejects.toThrow('aborted')
    await expect.poll(running).toEqual([expect.stringContaining('from "products"')])
    controller.abort()
    await gone
    await expect.poll(running).toEqual([])
  })

  test('undoes an order that runs into its deadline', async () => {
    const count = async () => (await watcher.query('select count(*) from orders')).rows
    const before = await count()
    // All has been read and the stock taken by the time it waits.
    await lock('order_lines')
    expect(await server.query(ORDER)).toMatchObject({ status: 504 })
    await expect.poll(running).toEqual([])
    await other.query('rollback')
    expect(await count()).toEqual(before)
    const { body } = await server.query<{ placeOrder: { order: unknown } }>(ORDER)
    expect(body.data?.placeOrder.order).toMatchObject({ id: expect.any(String) })
  })

  test('serves again after more operations than it has connections ran into their deadline', async () => {
    await lock('products')
    const answers = await Promise.all(Array.from({ length: 30 }, () => server.query(PRODUCTS)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([504]))
    await expect.poll(running).toEqual([])
    await other.query('rollback')
    const after = await Promise.all(Array.from({ length: 20 }, () => server.query(PRODUCTS)))
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe('a server on PGlite', () => {
  test('times out a query that PGlite was busy with for longer than its deadline', async () => {
    const config = await writeTestConfig(({ tiers }) => {
      if (tiers['free'] !== undefined) tiers['free'].timeout = '1ms'
    })
    onTestFinished(() => config.remove())
    const server = await startServer({ TOLLGATE_CONFIG: config.path })
    onTestFinished(async () => void (await server.stop()))
    const { status, body } = await server.query(
      '{ products(first: 50) { nodes { reviews(first: 5) { nodes { id } } } } }',
    )
    expect(status).toBe(504)
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TIMEOUT' })
  })
})
