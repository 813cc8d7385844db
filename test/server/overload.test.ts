import { afterEach, describe, expect, test } from 'vitest'
import type { BudgetStore } from '../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createTestApi, keys, type TestApiOptions } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server with one seat, which an operation of ada holds until `held` lets it go. */
async function openFull(options: TestApiOptions = {}) {
  const api = await createTestApi({ overload: { maxConcurrency: 1, maxWaiting: 1 }, ...options })
  closers.push(api.close)
  const holder = api.send('{ held }')
  await expect.poll(() => api.held.length).toBe(1)
  return { api, holder }
}

const FEW = '{ few(first: 3) { id } }'

describe('an operation that comes while the server has no seat', () => {
  test('waits for one', async () => {
    const { api, holder } = await openFull()
    const waiting = api.send(FEW)
    api.held.shift()?.()
    expect((await holder).status).toBe(200)
    expect((await waiting).status).toBe(200)
  })

  test('does not wait for others whose budgets answer at the same moment: they come to their ends one by one', async () => {
    const memory = createMemoryBudgetStore()
    const together = 8
    let waiting = 0
    let answer = () => {}
    const all = new Promise<void>((resolve) => {
      answer = resolve
    })
    // As one of Redis is read that answers many takes.
    const store: BudgetStore = {
      ...memory,
      async take(request) {
        if (request.charges.some(({ budget }) => budget.level === 'client')) {
          waiting += 1
          if (waiting === together) answer()
          await all
        }
        return memory.take(request)
      },
    }
    const api = await createTestApi({ store, overload: { maxConcurrency: 1, maxWaiting: 0 } })
    closers.push(api.close)
    const answers = await Promise.all(Array.from({ length: together }, () => api.send(FEW)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: together }, () => 200))
  })

  test('and finds no room to wait in is told when to come again, and costs a request and no cost', async () => {
    const { api } = await openFull({ overload: { maxConcurrency: 1, maxWaiting: 0 } })
    const { status, headers, body } = await api.send(FEW)
    expect(status).toBe(503)
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('It was charged no cost'),
      extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) },
    })
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(headers['graphql-cost']).toBe('estimated=5, actual=0')
    // What runs has one point of cost, and this was the second request.
    expect(headers['ratelimit']).toContain('"burst";r=99')
    expect(headers['ratelimit']).toContain('"requests";r=48')
    expect(api.ended).toMatchObject([{ tier: 'free', outcome: 'OVERLOADED', actualCost: 0 }])
  })

  test('gives up its place when its client goes away, and costs nothing but a request', async () => {
    const { api } = await openFull()
    const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const leave = new AbortController()
    const sent = fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.ada },
      body: JSON.stringify({ query: 'mutation { count }' }),
      signal: leave.signal,
    }).catch(() => undefined)
    await expect.poll(api.waiting).toBe(1)
    leave.abort()
    await sent
    await expect.poll(() => api.ended.map(({ outcome }) => outcome)).toContain('abandoned')
    expect(api.executed).toEqual([])
    api.held.shift()?.()
    expect((await api.send(FEW)).status).toBe(200)
  })

  test('takes one seat for all operations of a batch, which is admitted or shed as a whole', async () => {
    const { api } = await openFull({ overload: { maxConcurrency: 1, maxWaiting: 0 } })
    const batch = [{ query: FEW }, { query: 'mutation { count }' }]
    const shed = await api.post(batch)
    expect(shed.status).toBe(503)
    expect(shed.headers['retry-after']).toBeDefined()
    expect(shed.body).toMatchObject([1, 2].map(() => ({ errors: [{ extensions: { code: 'OVERLOADED' } }] })))
    expect(api.executed).toEqual([])
    api.held.shift()?.()
    await expect.poll(async () => (await api.post(batch)).status).toBe(200)
  })

  test('gets a seat once those before it have ended, however they ended', async () => {
    const { api, holder } = await openFull({ timeoutMs: 300 })
    // Cut off by its deadline, failed, refused by its variables, and left.
    await holder
    await api.send('{ broken }')
    await api.send('query ($first: Int!) { few(first: $first) { id } }')
    await api.send('{ stuck }')
    expect((await api.send(FEW)).status).toBe(200)
  })
})

test.each([
  { from: 'a client', headers: {} },
  { from: 'a page of another origin, which reads why', headers: { origin: 'https://shop.example' } },
])('what would only be shed is turned away before its body is read, from $from', async ({ headers }) => {
  const { api } = await openFull({
    overload: { maxConcurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 },
    edge: { cors: { origins: ['https://shop.example'], credentials: false } },
  })
  void api.send(FEW)
  await expect.poll(api.waiting).toBe(1)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'x-api-key': keys.ada, ...headers },
    body: 'this is not read',
  })
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('OVERLOADED')])
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(answer.headers.get('access-control-allow-origin')).toBe('origin' in headers ? 'https://shop.example' : null)
  expect(api.ended).toMatchObject([{ tier: 'free', outcome: 'OVERLOADED', estimatedCost: 0 }])
  for (const url of ['/livez', '/readyz']) expect((await api.app.inject({ url })).statusCode).toBe(200)
})
