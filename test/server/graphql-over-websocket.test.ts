import { once } from 'node:events'
import { type Client, createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Budget } from '../../src/budget/budget.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { seats, testBudget } from '../support/describe-budget-store.ts'
import { createGatedStore } from '../support/gated-store.ts'
import { createTestApi, keys, type TestApiOptions, testPolicy } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(options?: TestApiOptions) {
  const api = await createTestApi(options)
  closers.push(api.close)
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `${address.replace('http', 'ws')}/graphql`
  function connect(connectionParams: Record<string, unknown> = { 'x-api-key': keys.ada }): Client {
    const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, lazy: true })
    closers.push(() => client.dispose())
    return client
  }
  return { api, url, connect }
}

/** All results of an operation, or what ended it. */
async function results(client: Client, query: string): Promise<unknown> {
  const found: unknown[] = []
  try {
    for await (const result of client.iterate({ query })) found.push(result)
  } catch (ended) {
    return ended
  }
  return found
}

/** All results of an operation that is answered. */
async function listed(client: Client, query: string): Promise<readonly unknown[]> {
  const found = await results(client, query)
  if (!Array.isArray(found)) throw new Error('the operation was not answered')
  return found
}

describe('an operation over WebSocket', () => {
  test('is answered, and charged what its answer cost', async () => {
    const { api, connect } = await open()
    expect(await results(connect(), '{ few(first: 5) { id } rateLimit { remaining } }')).toEqual([
      { data: { few: [{ id: '0' }, { id: '1' }], rateLimit: { remaining: 93 } } },
    ])
    expect((await api.send('{ __typename }')).headers['x-ratelimit-remaining']).toBe('95')
  })

  test('is identified by a bearer token or a key in the payload of connection_init, in any case', async () => {
    const { connect } = await open()
    for (const params of [{ Authorization: `Bearer ${keys.bob}` }, { 'X-API-Key': keys.bob }]) {
      expect(await results(connect(params), '{ viewer { id } }')).toEqual([{ data: { viewer: { id: 'bob' } } }])
    }
    expect(await results(connect({}), '{ viewer { tier } }')).toEqual([{ data: { viewer: { tier: 'anonymous' } } }])
  })

  test('with an unknown key is not served: the socket closes and says why', async () => {
    const { connect } = await open()
    expect(await results(connect({ 'x-api-key': 'stolen' }), '{ broken }')).toMatchObject({
      code: 4401,
      reason: expect.stringContaining('This API key is not known'),
    })
  })

  test('can be a subscription, which is charged the estimate of one event when it begins, and each event', async () => {
    const { api, connect } = await open()
    expect(await results(connect(), 'subscription { numbers(upTo: 3) }')).toEqual(
      [1, 2, 3].map((numbers) => ({ data: { numbers } })),
    )
    expect(api.ended).toMatchObject([{ outcome: 'completed', estimatedCost: 4, actualCost: 4 }])
    // And one for the query itself.
    expect((await api.send('{ __typename }')).headers['x-ratelimit-remaining']).toBe(String(100 - 4 * 4 - 1))
  })

  test.each([
    { name: 'broken', query: '{ few(', code: 'GRAPHQL_PARSE_FAILED' },
    { name: 'invalid', query: '{ fewer }', code: 'GRAPHQL_VALIDATION_FAILED' },
    { name: 'too large', query: `{ ${'__typename '.repeat(3_000)} }`, code: 'TOKEN_LIMIT_EXCEEDED' },
    { name: 'too dear', query: '{ things(first: 99) { id } }', code: 'COST_ESTIMATED_TOO_EXPENSIVE' },
    { name: 'without its slicing argument', query: '{ things { id } }', code: 'SLICING_ARGUMENT_REQUIRED' },
    { name: 'for a budget that is used up', query: '{ things(first: 60) { id } }', code: 'RATE_LIMITED' },
  ])('that is $name gets the error that it would get over HTTP, and costs a request at most', async (bad) => {
    const { api, connect } = await open({
      budgets: [testBudget(), testBudget({ name: 'requests', meter: 'requests' })],
    })
    await api.send('{ things(first: 40) { id } }')
    const overHttp = await api.send(bad.query)
    expect(await results(connect(), bad.query)).toMatchObject([overHttp.body.errors?.[0]])
    expect(overHttp.body.errors?.[0]?.extensions['code']).toBe(bad.code)
    expect((await api.send('{ __typename }')).headers['x-ratelimit-remaining']).toBe('57')
  })

  test('whose resolver throws tells the client an id and nothing else', async () => {
    const { api, connect } = await open()
    const answer = JSON.stringify(await results(connect(), '{ broken }'))
    expect(answer).toContain('INTERNAL_SERVER_ERROR')
    expect(answer).not.toContain('hush')
    expect(api.logged.join('')).toContain('hush')
  })

  test('that runs into its deadline is stopped and told so', async () => {
    const { api, connect } = await open({ timeoutMs: 30 })
    expect(await results(connect(), '{ stuck }')).toMatchObject([
      { errors: [{ extensions: { code: 'OPERATION_TIMEOUT', timeoutMs: 30 } }] },
    ])
    expect(api.aborted).toMatchObject([{ name: 'TimeoutError' }])
  })

  test('whose document is wrong is told so, however deep its variables', async () => {
    const { api, url } = await open({ introspection: false })
    const socket = new WebSocket(url, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    await once(socket, 'open')
    socket.send('{"type":"connection_init"}')
    await once(socket, 'message')
    const variables = `{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    socket.send(`{"type":"subscribe","id":"1","payload":{"query":"{ fewer }","variables":${variables}}}`)
    const [answer] = await once(socket, 'message')
    expect(String(answer)).toContain('GRAPHQL_VALIDATION_FAILED')
    expect(api.logged).toEqual([])
  })

  test('that opens while the server closes is sent away', async () => {
    const store = createGatedStore(createMemoryBudgetStore())
    const { api, url } = await open({ store })
    store.gate = 'late'
    const socket = new WebSocket(url, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    const closed = once(socket, 'close')
    await expect.poll(() => api.app.server.listenerCount('upgrade')).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closing = api.app.close()
    await expect.poll(() => api.app.websocketServer.listenerCount('connection')).toBeGreaterThan(0)
    store.gate = 'open'
    expect((await closed)[0]).toBe(1012)
    await closing
  })

  test('is cancelled when its client completes it, and its id may be given again at once', async () => {
    const { api, connect } = await open()
    const client = connect()
    const stuck = client.iterate({ query: '{ stuck }' })
    const begun = stuck.next()
    await expect.poll(() => api.stuck.length).toBe(1)
    await stuck.return?.()
    await begun
    await expect.poll(() => api.aborted).toMatchObject([{ name: 'AbortError' }])
    await expect.poll(() => api.ended).toMatchObject([{ outcome: 'abandoned', actualCost: 8 }])
    expect(await results(client, '{ few(first: 1) { id } }')).toHaveLength(1)
  })

  test.each([
    ['a query', '{ few(first: 1) { id } }', 'complete'],
    ['a query that is refused', '{ fewer }', 'error'],
    ['a subscription', 'subscription { numbers(upTo: 1) }', 'complete'],
    ['a subscription that fails', 'subscription { failing(early: false) }', 'error'],
    ['a subscription that does not begin', 'subscription { failing(early: true) }', 'complete'],
  ])('has an id that may be given again as soon as the server has said that it ended: %s', async (_, query, end) => {
    const budgets = [testBudget({ capacity: 10_000 })]
    const { url } = await open({ budgets })
    const socket = new WebSocket(url, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    await once(socket, 'open')
    const ends: string[] = []
    const ask = () => socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
    socket.on('close', (code) => ends.push(String(code)))
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data))
      if (type === 'connection_ack') ask()
      if (type !== 'complete' && type !== 'error') return
      ends.push(type)
      if (ends.length < 50) ask()
    })
    socket.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.ada } }))
    await expect.poll(() => ends.length, { timeout: 4_000 }).toBeGreaterThanOrEqual(50)
    expect(new Set(ends)).toEqual(new Set([end]))
  })

  test.each([
    ['a query', '{ stuck }'],
    ['a subscription', 'subscription { news(of: ["a"]) { text } }'],
    ['a subscription that begins', 'subscription { never }'],
  ])('has an id that may be given again as soon as its client has completed it: %s', async (_, query) => {
    const { api, url } = await open()
    const socket = new WebSocket(url, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    const told: unknown[] = []
    socket.on('message', (data) => told.push(JSON.parse(String(data))))
    socket.on('close', (code) => told.push(code))
    await once(socket, 'open')
    const ask = (query: string) => socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
    socket.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.ada } }))
    await once(socket, 'message')
    told.length = 0
    ask(query)
    await expect.poll(() => api.stuck.length + api.subscriptions() + (query.includes('never') ? 1 : 0)).toBe(1)
    socket.send('{"id":"1","type":"complete"}')
    ask('{ few(first: 1) { id } }')
    await expect.poll(() => told.length).toBe(2)
    expect(told).toMatchObject([{ type: 'next', payload: { data: { few: [{ id: '0' }, {}] } } }, { type: 'complete' }])
  })

  test('is cancelled when its client goes away', async () => {
    const { api, connect } = await open()
    const client = connect()
    const begun = results(client, '{ stuck }')
    await expect.poll(() => api.stuck.length).toBe(1)
    client.terminate()
    await begun
    await expect.poll(() => api.aborted).toMatchObject([{ name: 'AbortError' }])
  })

  test('that is a subscription whose source fails tells the client an id and nothing else, and is over', async () => {
    const { api, connect } = await open()
    for (const query of ['subscription { failing(early: true) }', 'subscription { failing(early: false) }']) {
      const answer = JSON.stringify(await results(connect(), query))
      expect(answer).toContain('INTERNAL_SERVER_ERROR')
      expect(answer).not.toContain('hush')
    }
    expect(api.subscriptions()).toBe(0)
    expect(api.logged.join('')).toContain('hush')
  })

  test('with a value that turns out wrong when it runs is told so, and is no failure of the server', async () => {
    const { api, connect } = await open()
    for (const query of [
      'query ($v: Boolean = true) { few(first: 1) @skip(if: $v) { id } }',
      'query ($v: Boolean = true) { few(first: 1) { id @skip(if: $v) } }',
      'subscription ($v: Int = 1) { numbers(upTo: $v) }',
    ]) {
      const { value } = await connect()
        .iterate({ query, variables: { v: null } })
        .next()
      expect(JSON.stringify(value)).toContain('BAD_USER_INPUT')
      expect(JSON.stringify(value)).not.toContain('INTERNAL_SERVER_ERROR')
    }
    expect(api.logged).toEqual([])
    expect(api.ended.map(({ outcome }) => outcome)).toEqual(Array(3).fill('BAD_USER_INPUT'))
  })

  test('that is a subscription whose source does not come is stopped at its deadline', async () => {
    const { connect } = await open({ timeoutMs: 30 })
    expect(await results(connect(), 'subscription { never }')).toMatchObject([
      { errors: [{ extensions: { code: 'OPERATION_TIMEOUT' } }] },
    ])
  })

  test('holds a place among those that run while it begins as a subscription, and none once it has begun', async () => {
    const { api, connect } = await open({ budgets: [testBudget(), seats(1)] })
    const subscription = connect().iterate({ query: 'subscription { quiet }' })
    const first = subscription.next()
    await expect.poll(() => api.held.length).toBe(1)
    expect(await api.send('{ __typename }')).toMatchObject({ status: 429 })
    api.held[0]?.()
    expect(await first).toMatchObject({ value: { data: { quiet: 1 } } })
    expect(await api.send('{ __typename }')).toMatchObject({ status: 200 })
    await subscription.return?.()
  })

  test('gives back its place where it does not begin in time', async () => {
    const { api, connect } = await open({ budgets: [testBudget(), seats(1)], timeoutMs: 20 })
    expect(await results(connect(), 'subscription { never }')).toMatchObject([
      { errors: [{ extensions: { code: 'OPERATION_TIMEOUT' } }] },
    ])
    expect(await api.send('{ __typename }')).toMatchObject({ status: 200 })
  })

  test('is charged the bytes of its answer; a subscription those of its events', async () => {
    const traffic = testBudget({ name: 'traffic', meter: 'responseBytes', capacity: 1_000 })
    const { api, connect } = await open({ budgets: [testBudget(), traffic] })
    const client = connect()
    const [answer] = await listed(client, '{ few(first: 5) { id } }')
    const bytes = Buffer.byteLength(JSON.stringify(answer))
    const events = await listed(client, 'subscription { numbers(upTo: 3) }')
    const eventBytes = events.reduce<number>((sum, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0)
    const { headers } = await api.send('{ few(first: 1) { id } }', { headers: { 'graphql-cost': 'validate' } })
    expect(headers['ratelimit']).toContain(`"traffic";r=${1_000 - bytes - 1 - eventBytes};`)
  })

  test('leaves its turn in a leaky bucket to nobody when its client goes away: nothing runs, and its estimate stays charged', async () => {
    const waiting: AbortSignal[] = []
    const wait = (_ms: number, signal: AbortSignal | undefined) =>
      new Promise((_, reject) => {
        if (signal === undefined) throw new Error('nobody could give up this wait')
        waiting.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const queue: Budget = { ...testBudget({ capacity: 10 }), algorithm: 'leaky-bucket', maxDelayMs: 10_000_000 }
    const { api, connect } = await open({ budgets: [queue], wait })
    await api.send('{ things(first: 8) { id } }')
    const client = connect()
    const gone = results(client, 'mutation { count }')
    await expect.poll(() => waiting.length).toBe(1)
    client.terminate()
    await gone
    await expect.poll(() => api.ended.map(({ outcome }) => outcome)).toEqual(['completed', 'abandoned'])
    expect(api.executed).toEqual([])
    expect(api.logged).toEqual([])
    expect((await api.send('{ fewer }')).headers['ratelimit']).toBe('"burst";r=0;t=14000')
  })

  test('is refused once a socket has as many open as it may', async () => {
    const { connect } = await open({ maxCost: 1_000, budgets: [testBudget({ capacity: 10_000 })] })
    const client = connect()
    const open100 = Array.from({ length: 100 }, () => results(client, '{ stuck }'))
    expect(await results(client, '{ __typename }')).toMatchObject([
      { message: expect.stringContaining('This socket has 100 operations open') },
    ])
    client.terminate()
    await Promise.all(open100)
  })
})

describe('a socket', () => {
  test('is closed with 1012, come back, when the server goes away', async () => {
    const { api, url } = await open()
    const socket = new WebSocket(url, 'graphql-transport-ws')
    await new Promise((resolve) => socket.once('open', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await api.app.close()
    expect(await closed).toBe(1012)
  })

  test('with an unknown key that goes on sending is not served', async () => {
    const { api, url } = await open()
    const socket = new WebSocket(url, 'graphql-transport-ws')
    await new Promise((resolve) => socket.once('open', resolve))
    const received: string[] = []
    socket.on('message', (text) => received.push(String(text)))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send('{"type":"connection_init","payload":{"x-api-key":"stolen"}}')
    socket.send('{"type":"subscribe","id":"1","payload":{"query":"mutation { count }"}}')
    expect(await closed).toBe(4401)
    expect(received).toEqual([])
    expect(api.executed).toEqual([])
  })

  test('is refused to an address that has used up its budget', async () => {
    const { url } = await open({ ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1 }) })
    const first = new WebSocket(url, 'graphql-transport-ws')
    await new Promise((resolve) => first.once('open', resolve))
    const second = new WebSocket(url, 'graphql-transport-ws')
    const status = await new Promise((resolve) =>
      second.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    )
    expect(status).toBe(429)
    first.terminate()
  })

  test('serves its client by the tier that it has now, and is closed once its key is taken away', async () => {
    const { api, url } = await open()
    const codes: unknown[] = []
    const connectionParams = { 'x-api-key': keys.ada }
    const client = createClient({
      ...{ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 },
      // It stays connected between two operations.
      lazy: false,
      onNonLazyError: (ended) => void codes.push(ended),
    })
    closers.push(() => client.dispose())
    expect(await results(client, '{ viewer { tier } }')).toEqual([{ data: { viewer: { tier: 'free' } } }])
    api.reloadClients({ tier: 'anonymous' })
    api.reload({ tiers: new Map([...testPolicy({}).tiers].slice(1)) })
    expect(await results(client, '{ viewer { tier } }')).toEqual([{ data: { viewer: { tier: 'anonymous' } } }])
    expect(codes).toEqual([])
    api.reloadClients(undefined)
    await expect.poll(() => codes).toMatchObject([{ code: 4401 }])
    expect(await results(client, 'mutation { count }')).toMatchObject({ code: 4401 })
    expect(api.executed).toEqual([])
  })

  test('with a message above the largest body is closed with 1009', async () => {
    const { url } = await open()
    const socket = new WebSocket(url, 'graphql-transport-ws')
    await new Promise((resolve) => socket.once('open', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send(`"${'x'.repeat(200_000)}"`)
    expect(await closed).toBe(1009)
  })
})
