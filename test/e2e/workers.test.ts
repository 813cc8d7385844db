import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { writeTestConfig } from '../support/test-config.ts'

/** The processes that serve, by their ids, from what they have logged. */
function workersOf(server: ServerProcess): readonly number[] {
  const listening = server.output().matchAll(/"pid":(\d+),[^\n]*Server listening/g)
  return [...new Set([...listening].map(([, pid]) => Number(pid)))].filter(isAlive)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const SOON = { timeout: 30_000, interval: 50 }

/** A connection of its own for each, so that they come to all workers. */
async function answersOf(server: ServerProcess, source: string, times: number, headers = {}) {
  return await Promise.all(
    Array.from({ length: times }, () => server.query(source, { headers: { connection: 'close', ...headers } })),
  )
}

describe('two workers without Redis and PostgreSQL', () => {
  const CAPACITY = 600
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  beforeAll(async () => {
    config = await writeTestConfig((config) => {
      const tier = config.tiers['free']
      if (tier === undefined) throw new Error('The shipped configuration has no tier free')
      tier.budgets = [{ name: 'burst', capacity: CAPACITY, refillPerSecond: 1 }]
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path, WEB_CONCURRENCY: '2' })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })

  test('are two, and both of them answer', async () => {
    expect(workersOf(server)).toHaveLength(2)
    await answersOf(server, '{ __typename }', 20)
    const seen = (await (await fetch(`${server.url}/metrics`)).text()).match(/^process_open_fds (\d+)/m)
    expect(Number(seen?.[1])).toBeGreaterThan(0)
  })

  test('share budgets: together they admit no more than there is', async () => {
    const start = performance.now()
    const query = '{ products(first: 8) { nodes { reviews(first: 2) { nodes { rating } } } } }'
    const answers = await answersOf(server, query, 100, { 'graphql-cost': 'report' })
    const elapsedSeconds = (performance.now() - start) / 1_000
    const admitted = answers.filter(({ status }) => status === 200)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]))
    const cost = admitted.reduce((sum, { body }) => sum + (body.extensions?.cost?.actualQueryCost ?? Number.NaN), 0)
    expect(cost).toBeLessThanOrEqual(CAPACITY + elapsedSeconds)
    expect(cost).toBeGreaterThan(CAPACITY / 2)
  })

  test('share data and events: a subscriber of one is told what was done through any', async () => {
    const id = 'Order:49999'
    const clients = Array.from({ length: 4 }, () =>
      createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { 'x-api-key': 'demo-premium' },
      }),
    )
    const told = clients.map(async (client) => {
      const query = 'subscription ($id: ID!) { orderStatusChanged(orderId: $id) { status } }'
      const events = client.iterate<{ orderStatusChanged: { status: string } }>({ query, variables: { id } })
      const statuses: string[] = []
      for await (const { data } of events) {
        if (data !== undefined && data !== null) statuses.push(data.orderStatusChanged.status)
        if (statuses.length === 2) break
      }
      return statuses
    })
    await expect
      .poll(
        async () => (await (await fetch(`${server.url}/metrics`)).text()).includes('tollgate_subscriptions 4'),
        SOON,
      )
      .toBe(true)
    for (const _ of [1, 2]) {
      const [advanced] = await answersOf(server, `mutation { advanceOrder(id: "${id}") { problems { message } } }`, 1, {
        'x-api-key': 'demo-staff',
      })
      expect(advanced?.body).toEqual({ data: { advanceOrder: { problems: [] } } })
    }
    for (const statuses of await Promise.all(told)) expect(statuses).toEqual(['PAID', 'SHIPPED'])
    await Promise.all(clients.map((client) => client.dispose()))
    const orders = await answersOf(server, `{ order(id: "${id}") { status } }`, 8, { 'x-api-key': 'demo-staff' })
    for (const { body } of orders) expect(body).toEqual({ data: { order: { status: 'SHIPPED' } } })
  })

  test('are replaced when they are killed; what was charged and counted stays', async () => {
    const headers = { 'x-api-key': 'demo-basic' }
    const left = async () => {
      const [answer] = await answersOf(server, '{ rateLimit { remaining } }', 1, headers)
      return Number(answer?.headers.get('x-ratelimit-remaining') ?? Number.NaN)
    }
    const operations = async () => {
      const text = await (await fetch(`${server.url}/metrics`)).text()
      return Number(/tollgate_operations_total\{tier="basic",outcome="completed"\} (\d+)/.exec(text)?.[1])
    }
    await answersOf(server, '{ products(first: 50) { nodes { name } } }', 10, headers)
    const [countBefore, before] = [await operations(), workersOf(server)]
    expect(countBefore).toBe(10)
    expect(await left()).toBeGreaterThan(0)
    for (const pid of before) {
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => isAlive(pid), SOON).toBe(false)
      await expect.poll(() => workersOf(server).length, SOON).toBe(2)
    }
    expect(workersOf(server).some((pid) => before.includes(pid))).toBe(false)
    expect(await operations()).toBeGreaterThanOrEqual(countBefore)
    expect(server.output()).toContain('a worker process ended with signal SIGKILL: another one is started')
    const [answer] = await answersOf(server, '{ products(first: 1) { nodes { name } } }', 1, headers)
    expect(answer?.status).toBe(200)
  })
})

describe('workers that are told to stop', () => {
  test('answer what was accepted, tell sockets to come back, and end with 0', async () => {
    const server = await startServer({ WEB_CONCURRENCY: '2' })
    const workers = workersOf(server)
    const sockets = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
        await once(socket, 'open')
        return socket
      }),
    )
    const closed = sockets.map(async (socket) => (await once(socket, 'close'))[0])
    const asked = answersOf(server, '{ products(first: 5) { nodes { reviews(first: 5) { nodes { rating } } } } }', 8)
    const { status } = await server.query('{ __typename }')
    expect(status).toBe(200)
    const code = await server.stop()
    expect((await asked).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect(await Promise.all(closed)).toEqual(Array.from({ length: 6 }, () => 1012))
    expect(code).toBe(0)
    expect(workers.filter(isAlive)).toEqual([])
  })

  test('end too when the process that started them is killed', async () => {
    const server = await startServer({ WEB_CONCURRENCY: '2' })
    const workers = workersOf(server)
    expect(workers).toHaveLength(2)
    await server.stop('SIGKILL')
    await expect.poll(() => workers.filter(isAlive), SOON).toEqual([])
  })
})

describe('a start of workers', () => {
  test('on a port that is taken says so once, and ends with 1', async () => {
    const taken = createServer().listen(0, 'localhost')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, ['dist/main.js'], {
      env: { PATH, WEB_CONCURRENCY: '2', PORT: typeof address === 'object' ? String(address?.port) : '' },
    })
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => {
      stderr += text
    })
    expect((await once(child, 'exit'))[0]).toBe(1)
    expect(stderr.match(/EADDRINUSE/g)).toHaveLength(1)
  })

  test('with a number that makes no sense says what is allowed', async () => {
    const { PATH = '' } = process.env
    const child = spawn(process.execPath, ['dist/main.js'], { env: { PATH, WEB_CONCURRENCY: 'all' } })
    let stderr = ''
    child.stderr.on('data', (text: Buffer) => {
      stderr += text
    })
    expect((await once(child, 'exit'))[0]).toBe(1)
    expect(stderr).toContain('WEB_CONCURRENCY: found "all"; a whole number from 1 to 1024 is allowed')
  })
})
