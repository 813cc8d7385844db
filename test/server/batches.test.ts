import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { seats, testBudget } from '../support/describe-budget-store.ts'
import { createTestApi, keys, type TestApiOptions } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(options?: TestApiOptions) {
  const api = await createTestApi(options)
  closers.push(api.close)
  return api
}

function few(first: number) {
  return { query: `{ few(first: ${first}) { id } }` }
}

const answered = { data: { few: [{ id: '0' }, { id: '1' }] } }

describe('a batch', () => {
  test('of which one operation fails for a reason of ours has the answers of the others', async () => {
    const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
    const unwell: typeof store = {
      ...store,
      // An operation that is refused takes a request and no points.
      take: (request) =>
        request.charges.some(({ budget, amount }) => budget.level === 'ip' || (budget.meter === 'cost' && amount > 0))
          ? store.take(request)
          : Promise.reject(new Error('the password is hush')),
    }
    const api = await open({ store: unwell })
    const answer = await api.post([few(3), { query: '{ few(' }, few(4)])
    const failed = { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }
    expect(answer).toMatchObject({ status: 200, body: [answered, failed, answered] })
    expect(JSON.stringify(answer.body)).not.toContain('hush')
    expect(api.logged.join()).toContain('hush')
    expect((await api.post([{ query: '{ few(' }])).status).toBe(500)
  })

  test('is answered in its order, and its headers tell of all of it', async () => {
    const api = await open()
    const answer = await api.post([few(3), { query: '{ __typename }' }, few(4)])
    expect(answer).toMatchObject({ status: 200, body: [answered, { data: { __typename: 'Query' } }, answered] })
    expect(answer.headers).toMatchObject({
      'graphql-cost': 'estimated=12, actual=9',
      'x-ratelimit-remaining': '91',
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    // Each is a request of its own.
    expect((await api.send('{ __typename }')).headers['ratelimit']).toContain('"requests";r=46')
  })

  test('is admitted as a whole or not at all', async () => {
    const api = await open()
    await api.send('{ things(first: 20) { id } }')
    const denied = await api.post([few(40), { query: 'mutation { count }' }, few(40)])
    expect(denied.status).toBe(429)
    expect(denied.body).toMatchObject([1, 2, 3].map(() => ({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })))
    expect(denied.headers['retry-after']).toMatch(/^\d+$/)
    expect(api.executed).toEqual([])
    expect((await api.post([few(40), { query: 'mutation { count }' }, few(20)])).status).toBe(200)
    expect(api.executed).toEqual(['count'])
  })

  test('has an answer of its own for each operation with a mistake, and runs the rest', async () => {
    const api = await open()
    const { status, body } = await api.post([
      { query: '{ fewer }' },
      few(1),
      { query: '{ few(' },
      { variables: {} },
      'no operation',
      { query: '{ broken }' },
      { query: `{ ${'__typename '.repeat(2_000)} }` },
      { query: 'subscription { numbers(upTo: 1) }' },
    ])
    expect(status).toBe(200)
    const failed = (code: string) => ({ errors: [{ extensions: { code } }] })
    expect(body).toMatchObject([
      failed('GRAPHQL_VALIDATION_FAILED'),
      answered,
      failed('GRAPHQL_PARSE_FAILED'),
      failed('BAD_REQUEST'),
      failed('BAD_REQUEST'),
      failed('INTERNAL_SERVER_ERROR'),
      failed('TOKEN_LIMIT_EXCEEDED'),
      failed('BAD_REQUEST'),
    ])
  })

  test('runs its operations one after another, in one place among those that run at once', async () => {
    const api = await open({ budgets: [testBudget(), seats(1)] })
    const sent = api.post([{ query: '{ held }' }, { query: 'mutation { count }' }, { query: '{ held }' }])
    await expect.poll(() => api.held.length).toBe(1)
    expect(api.executed).toEqual([])
    expect((await api.send('{ __typename }')).body.errors?.[0]?.extensions['code']).toBe('CONCURRENCY_LIMITED')
    api.held.shift()?.()
    await expect.poll(() => api.held.length).toBe(1)
    expect(api.executed).toEqual(['count'])
    api.held.shift()?.()
    expect((await sent).status).toBe(200)
    expect((await api.send('{ __typename }')).status).toBe(200)
  })

  test('may have as many operations as are allowed, and counts each for its address', async () => {
    const ip = testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 12 })
    const api = await open({ ipBudget: ip })
    const tooMany = await api.post(Array.from({ length: 11 }, () => few(1)))
    expect(tooMany).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BATCH_LIMIT_EXCEEDED', found: 11, allowed: 10 } }] },
    })
    expect((await api.post(Array.from({ length: 10 }, () => few(1)))).status).toBe(200)
    // The first took one, this one would take ten and then two.
    expect(await api.post([few(1), few(1)])).toMatchObject({
      status: 429,
      body: { errors: [{ extensions: { code: 'RATE_LIMITED', level: 'ip' } }] },
    })
  })

  test('without an operation is told what to send', async () => {
    const api = await open()
    expect(await api.post([])).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringContaining('empty list'), extensions: { code: 'BAD_REQUEST' } }] },
    })
  })

  test('can be priced without running', async () => {
    const api = await open()
    const answer = await api.post([few(3), { query: 'mutation { count }' }], { 'graphql-cost': 'validate' })
    expect(answer.body).toMatchObject([
      { data: null, extensions: { cost: { requestedQueryCost: 5 } } },
      { data: null, extensions: { cost: { requestedQueryCost: expect.any(Number) } } },
    ])
    expect(api.executed).toEqual([])
  })

  test('whose client goes away stops where it is, and what has not begun is not charged', async () => {
    const api = await open()
    const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const leave = new AbortController()
    const sent = fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.ada },
      body: JSON.stringify([{ query: '{ stuck }' }, { query: 'mutation { count }' }, few(20)]),
      signal: leave.signal,
    }).catch(() => undefined)
    await expect.poll(() => api.stuck.length).toBe(1)
    leave.abort()
    await sent
    await expect.poll(() => api.ended.length).toBe(3)
    expect(api.executed).toEqual([])
    expect((await api.send('{ __typename }')).headers['x-ratelimit-remaining']).toBe('91')
  })
})
