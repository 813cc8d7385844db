import { connect } from 'node:net'
import { type Client, createClient, NetworkError } from 'graphql-sse'
import { afterEach, describe, expect, test } from 'vitest'
import { seats, testBudget } from '../support/describe-budget-store.ts'
import { createTestApi, keys, type TestApiOptions } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(options?: TestApiOptions) {
  const api = await createTestApi(options)
  closers.push(api.close)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `${origin}/graphql/stream`
  const client = createClient({ url, headers: { 'x-api-key': keys.ada }, retryAttempts: 0 })
  closers.push(() => client.dispose())
  /** The request of a client that has no library. */
  function get(query: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(`${url}?${new URLSearchParams({ query })}`, {
      headers: { accept: 'text/event-stream', 'x-api-key': keys.ada, ...headers },
      ...(signal !== undefined && { signal }),
    })
  }
  return { api, url, client, get }
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

describe('an operation that is answered with server-sent events', () => {
  test('can be a subscription, which is charged the estimate of one event when it begins', async () => {
    const { api, client } = await open()
    expect(await results(client, 'subscription { numbers(upTo: 3) }')).toEqual(
      [1, 2, 3].map((numbers) => ({ data: { numbers } })),
    )
    expect(api.ended).toMatchObject([{ outcome: 'completed', estimatedCost: 4, actualCost: 4 }])
    expect(api.subscriptions()).toBe(0)
  })

  test('can be a query, with what it cost in its headers', async () => {
    const { client, get } = await open()
    expect(await results(client, '{ few(first: 5) { id } }')).toEqual([{ data: { few: [{ id: '0' }, { id: '1' }] } }])
    const answer = await get('{ few(first: 5) { id } }')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'graphql-cost': 'estimated=7, actual=4',
      'x-ratelimit-remaining': '92',
      'x-content-type-options': 'nosniff',
    })
    expect(await answer.text()).toBe(
      ':\n\nevent: next\ndata: {"data":{"few":[{"id":"0"},{"id":"1"}]}}\n\nevent: complete\ndata:\n\n',
    )
  })

  test('is refused with the status and the headers that it would get without a stream', async () => {
    const { client, get } = await open({ budgets: [testBudget({ capacity: 10 })] })
    const denied = await results(client, '{ things(first: 9) { id } }')
    expect(denied).toBeInstanceOf(NetworkError)
    const answer = await get('{ few(first: 5) { id } few(first: 5) { self { id } } }')
    expect([answer.status, await answer.json()]).toMatchObject([
      429,
      { errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ])
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect((await get('{ fewer }')).status).toBe(400)
    expect((await get('{ few(first: 1) { id } }', { 'x-api-key': 'stolen' })).status).toBe(401)
  })

  test('is no mutation with GET', async () => {
    const { api, get, client } = await open()
    const answer = await get('mutation { count }')
    expect([answer.status, await answer.text()]).toEqual([405, expect.stringContaining('Send it with POST')])
    expect(api.executed).toEqual([])
    expect(await results(client, 'mutation { count }')).toEqual([{ data: { count: 1 } }])
  })

  test('says what is wrong with a request that is none', async () => {
    const { url } = await open()
    const headers = { 'content-type': 'application/json', 'x-api-key': keys.ada }
    const ask = async (body: unknown) => {
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      return [answer.status, await answer.text()]
    }
    expect(await ask([])).toEqual([400, expect.stringContaining('no JSON object')])
    expect(await ask({})).toEqual([400, expect.stringContaining('BAD_REQUEST')])
    expect(await ask({ query: '{ __typename }', variables: [] })).toEqual([400, expect.stringContaining('variables')])
    expect(await ask({ query: '{ __typename }', operationName: 1 })).toEqual([
      400,
      expect.stringContaining('operationName'),
    ])
  })

  test('tells an id and nothing else where its source fails, and goes on to its end', async () => {
    const { api, client } = await open()
    const answer = JSON.stringify(await results(client, 'subscription { failing(early: false) }'))
    expect(answer).toContain('{"data":{"failing":1}}')
    expect(answer).toContain('INTERNAL_SERVER_ERROR')
    expect(answer).not.toContain('hush')
    expect(api.logged.join('')).toContain('hush')
  })

  test('ends with its client', async () => {
    const { api, get } = await open()
    const leave = new AbortController()
    const answer = get('subscription { quiet }', {}, leave.signal)
    await expect.poll(() => api.held.length).toBe(1)
    api.held.shift()?.()
    await answer
    expect(api.subscriptions()).toBe(1)
    leave.abort()
    await expect.poll(() => api.subscriptions()).toBe(0)
  })

  test('ends with the server, and not as if it were complete', async () => {
    const { api, get } = await open()
    const answer = get('subscription { quiet }')
    await expect.poll(() => api.held.length).toBe(1)
    api.held.shift()?.()
    const reading = (await answer).text()
    await api.app.close()
    expect(await reading).not.toContain('complete')
    expect(api.subscriptions()).toBe(0)
  })

  test('ends with its connection where it waits there behind another answer', async () => {
    const { api, url } = await open()
    const { hostname, port } = new URL(url)
    const connection = connect(Number(port), hostname)
    const get = (path: string, query: string) =>
      connection.write(
        `GET ${path}?${new URLSearchParams({ query })} HTTP/1.1\r\nHost: a\r\nX-API-Key: ${keys.ada}\r\n\r\n`,
      )
    get('/graphql', '{ stuck }')
    for (let stream = 0; stream < 15; stream++) get('/graphql/stream', 'subscription { quiet }')
    get('/graphql', '{ stuck }')
    await expect.poll(() => [api.held.length, api.stuck.length]).toEqual([15, 2])
    for (const letGo of api.held.splice(0)) letGo()
    await expect.poll(() => api.subscriptions()).toBe(15)
    connection.destroy()
    await expect.poll(() => api.subscriptions()).toBe(0)
    await expect.poll(() => api.aborted).toHaveLength(2)
  })

  test('ends with the server where it begins while that closes', async () => {
    const { api, get } = await open()
    const answer = get('subscription { quiet }')
    await expect.poll(() => api.held.length).toBe(1)
    const closing = api.app.close()
    api.held.shift()?.()
    expect(await (await answer).text()).not.toContain('complete')
    await closing
    expect(api.subscriptions()).toBe(0)
  })

  test('ends with the server where its source does not heed that', async () => {
    const { api, get } = await open()
    const answer = await get('subscription { deaf }')
    const reading = answer.text()
    await expect.poll(() => api.held.length).toBe(1)
    await api.app.close()
    expect(await reading).toContain('{"data":{"deaf":1}}')
    api.held.shift()?.()
  })

  test('has the status that its profile says', async () => {
    const { get } = await open({ edge: { statusProfile: 'spec-2026' } })
    expect((await get('{ fewer }')).status).toBe(422)
  })

  test.each(['subscription { sourceless }'])('gives back all it holds where it cannot begin: %s', async (query) => {
    const { api, client } = await open({ overload: {}, budgets: [testBudget(), seats(1)] })
    expect(JSON.stringify(await results(client, query))).toContain('INTERNAL_SERVER_ERROR')
    expect(api.running()).toBe(0)
    expect(await results(client, '{ few(first: 1) { id } }')).toHaveLength(1)
  })
})
