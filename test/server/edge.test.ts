import { afterEach, describe, expect, test } from 'vitest'
import { testBudget } from '../support/describe-budget-store.ts'
import { createTestApi, type TestApiOptions } from '../support/test-api.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()))
})
async function open(options?: TestApiOptions) {
  const api = await createTestApi(options)
  opened.push(api)
  return api
}

describe('what a foreign page can send without asking', () => {
  const body = JSON.stringify({ query: 'mutation { count }' })

  test.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    undefined,
  ])('runs no mutation: a POST of %s is refused', async (type) => {
    const api = await open()
    const headers = { ...(type !== undefined && { 'content-type': type }), origin: 'https://foreign.example' }
    const response = await api.app.inject({ method: 'POST', url: '/graphql', headers, payload: Buffer.from(body) })
    expect(response.statusCode).toBe(415)
    expect(api.executed).toEqual([])
  })

  test('runs no mutation: a GET is refused', async () => {
    const api = await open()
    const response = await api.app.inject({ url: '/graphql?query=mutation{count}' })
    expect(response.statusCode).toBe(405)
    expect(api.executed).toEqual([])
  })
})

describe('CORS', () => {
  const shop = 'https://shop.example'
  const preflight = (origin: string) => ({
    method: 'OPTIONS' as const,
    url: '/graphql',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' },
  })

  test('lets no page of another origin read anything unless it is told to', async () => {
    const api = await open()
    expect((await api.app.inject(preflight(shop))).statusCode).toBe(405)
    const { headers } = await api.send('{ __typename }', { headers: { origin: shop } })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('lets listed origins read answers and what they say of budgets, refused ones too', async () => {
    const api = await open({ edge: { cors: { origins: [shop], credentials: false } } })
    for (const query of ['{ __typename }', '{ things(first: 99) { id } }']) {
      const { headers } = await api.send(query, { headers: { origin: shop } })
      expect(headers).toMatchObject({ 'access-control-allow-origin': shop, vary: 'Origin' })
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      const exposed = String(headers['access-control-expose-headers']).toLowerCase().split(', ')
      const told = Object.keys(headers).filter((name) => /^(graphql-cost|(x-)?ratelimit|retry-after)/.test(name))
      expect(told.length).toBeGreaterThan(4)
      expect(exposed).toEqual(expect.arrayContaining(told))
    }
    const foreign = await api.send('{ __typename }', { headers: { origin: 'https://foreign.example' } })
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('answers a preflight and charges nothing for it', async () => {
    const ipBudget = testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1 })
    const api = await open({ ipBudget, edge: { cors: { origins: [shop], credentials: true } } })
    await api.app.inject(preflight(shop))
    const response = await api.app.inject(preflight(shop))
    expect(response.statusCode).toBe(204)
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': shop,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'x-api-key',
    })
    expect(api.ended).toEqual([])
    expect((await api.send('{ __typename }')).status).toBe(200)
  })

  test('with * lets all origins read, and an OPTIONS that is no preflight is told the methods', async () => {
    const api = await open({ edge: { cors: { origins: ['*'], credentials: false } } })
    const { headers } = await api.send('{ __typename }', { headers: { origin: shop } })
    expect(headers['access-control-allow-origin']).toBe('*')
    const plain = await api.app.inject({ method: 'OPTIONS', url: '/graphql' })
    expect([plain.statusCode, plain.headers['allow']]).toEqual([405, 'GET, POST'])
  })
})

describe('every answer', () => {
  test.each([
    ['an operation', { method: 'POST', url: '/graphql', payload: { query: '{ __typename }' } }],
    ['a refused operation', { method: 'POST', url: '/graphql', payload: { query: '{ nothing }' } }],
    ['a refused key', { method: 'POST', url: '/graphql', payload: {}, headers: { 'x-api-key': 'stolen' } }],
    [
      'what is no JSON',
      { method: 'POST', url: '/graphql', payload: '{', headers: { 'content-type': 'application/json' } },
    ],
    ['a health check', { method: 'GET', url: '/livez' }],
    ['nothing there', { method: 'GET', url: '/nothere' }],
    ['no URL', { method: 'GET', url: '/%zz' }],
  ] as const)('to %s has the headers that protect browsers, and does not say what made it', async (_, request) => {
    const api = await open()
    const { headers } = await api.app.inject(request)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    })
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('server')
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers['cache-control']).toBe(request.url === '/graphql' ? 'no-store' : undefined)
  })
})

describe('a mistake in a value that shows when the operation runs', () => {
  test.each([
    ['a directive at the root', 'query ($v: Boolean = true) { few(first: 1) @skip(if: $v) { id } }'],
    ['a directive deeper down', 'query ($v: Boolean = true) { few(first: 1) { id @include(if: $v) } }'],
    ['an argument', 'query ($v: Int) { sized(first: $v) }'],
  ])('in %s is told to the client as its own, and is no failure of the server', async (_, query) => {
    const api = await open()
    const answer = await api.send(query, { variables: { v: null } })
    const [error] = answer.body.errors ?? []
    expect(answer.status === 400 || answer.body.data !== null).toBe(true)
    expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT' })
    expect(error?.message).toMatch(
      /^A value is not accepted: Argument "(if|first)" of non-null type .* must not be null\./,
    )
    expect(api.logged).toEqual([])
    expect(api.ended.map(({ outcome }) => outcome)).toEqual(['BAD_USER_INPUT'])
  })

  test('before anything has run has no data and the status 400', async () => {
    const api = await open()
    const query = 'query ($v: Boolean = true) { few(first: 1) @skip(if: $v) { id } }'
    const { status, body } = await api.send(query, { variables: { v: null } })
    expect([status, Object.keys(body)]).toEqual([400, ['errors']])
  })
})

const JSON_ALONE = 'application/json'
const RESPONSE = 'application/graphql-response+json'
const skipped = 'query ($v: Boolean = true) { few(first: 1) @skip(if: $v) { id } }'
const query = 'query ($n: Int) { few(first: $n) { id } }'

/** What is sent, and the statuses: audits; audits, to who takes application/json alone; spec-2026. */
const mistakes: readonly (readonly [string, object | string, number, number, number])[] = [
  ['no mistake', { query: '{ __typename }' }, 200, 200, 200],
  ['what is no JSON', '{', 400, 400, 400],
  ['no query', { qeury: '{ __typename }' }, 400, 400, 422],
  ['a list of variables', { query, variables: [7] }, 400, 400, 422],
  ['no GraphQL', { query: '{' }, 400, 200, 400],
  ['an unknown field', { query: '{ nothing }' }, 400, 200, 422],
  ['an unknown operation', { query: '{ __typename }', operationName: 'Other' }, 400, 200, 422],
  ['a variable of another type', { query, variables: { n: 'ten' } }, 400, 200, 422],
  ['a value that shows late', { query: skipped, variables: { v: null } }, 400, 200, 422],
  ['data with errors', { query: '{ broken __typename }' }, 200, 200, 294],
  ['too dear', { query: '{ things(first: 99) { id } }' }, 400, 400, 400],
]

describe('the status', () => {
  test.each(mistakes)('of %s is that of its profile and of what the client takes', async (_, sent, ...statuses) => {
    const found = []
    for (const [statusProfile, accept] of [
      ['audits', RESPONSE],
      ['audits', JSON_ALONE],
      ['spec-2026', RESPONSE],
    ] as const) {
      const api = await open({ edge: { statusProfile } })
      found.push((await api.post(sent, { accept })).status)
    }
    expect(found).toEqual(statuses)
  })

  test.each([undefined, '*/*', 'application/json, text/plain, */*', `${RESPONSE}, application/json;q=0.9`])(
    'of a mistake in the document says so to a client with Accept: %s',
    async (accept) => {
      const api = await open()
      expect((await api.send('{ nothing }', { headers: { ...(accept !== undefined && { accept }) } })).status).toBe(400)
    },
  )

  test('of spec-2026 does not depend on what the client takes, and an error says that it is GraphQL', async () => {
    const api = await open({ edge: { statusProfile: 'spec-2026' } })
    const refused = await api.send('{ nothing }', { headers: { accept: JSON_ALONE } })
    expect([refused.status, refused.headers['content-type']]).toEqual([422, `${RESPONSE}; charset=utf-8`])
    const partial = await api.send('{ broken __typename }', { headers: { accept: JSON_ALONE } })
    expect([partial.status, partial.headers['content-type']]).toEqual([294, `${JSON_ALONE}; charset=utf-8`])
  })

  test.each(['audits', 'spec-2026'] as const)('of a denial stays what it is in %s', async (statusProfile) => {
    const api = await open({ edge: { statusProfile } })
    await api.send('{ things(first: 80) { id } }')
    expect((await api.send('{ things(first: 80) { id } }', { headers: { accept: JSON_ALONE } })).status).toBe(429)
    const unknown = await api.send('{ __typename }', { headers: { 'x-api-key': 'stolen' } })
    expect(unknown.status).toBe(401)
  })
})
