import { afterEach, describe, expect, test } from 'vitest'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createResilientBudgetStore } from '../../src/budget/resilient-budget-store.ts'
import { testBudget } from '../support/describe-budget-store.ts'
import { sha256 } from '../support/doors.ts'
import { createGatedStore } from '../support/gated-store.ts'
import { createTestApi, databaseFailures, keys, type TestAnswer, type TestApiOptions } from '../support/test-api.ts'

type TestApi = Awaited<ReturnType<typeof createTestApi>>

const opened: TestApi[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()))
})
async function open(options?: TestApiOptions): Promise<TestApi> {
  const api = await createTestApi(options)
  opened.push(api)
  return api
}

function codeOf({ body }: TestAnswer): unknown {
  return body.errors?.[0]?.extensions['code']
}

/** What is left of ada's budgets, by the server's own word. Costs a request. */
async function left(api: TestApi): Promise<string> {
  const { headers } = await api.send('{ __typename }', { headers: { 'graphql-cost': 'validate' } })
  return String(headers['ratelimit']).replaceAll(/;t=\d+/g, '')
}

describe('an operation over HTTP', () => {
  test('is charged what its answer cost, and says so', async () => {
    const api = await open()
    const answer = await api.send('{ few(first: 5) { id } }')
    expect(answer).toMatchObject({ status: 200, body: { data: { few: [{ id: '0' }, { id: '1' }] } } })
    // Query 1, the field 1, and 5 things estimated against 2 that came.
    expect(answer.headers).toMatchObject({
      'graphql-cost': 'estimated=7, actual=4',
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '96',
    })
    expect(await left(api)).toBe('"burst";r=96, "requests";r=48')
  })

  test('gets its answer to a GET too, unless it is a mutation', async () => {
    const api = await open()
    const get = (query: string) =>
      api.app.inject({ url: `/graphql?query=${encodeURIComponent(query)}`, headers: { 'x-api-key': keys.ada } })
    const answer = await get('{ things(first: 1) { id } }')
    expect(answer.json()).toEqual({ data: { things: [{ id: '0' }] } })
    expect(answer.headers['graphql-cost']).toBe('estimated=3, actual=3')
    const refused = await get('mutation { count }')
    expect([refused.statusCode, refused.headers['allow']]).toEqual([405, 'POST'])
    expect(api.executed).toEqual([])
  })

  test('is admitted until the budget is used up, then denied with the time to wait and what would fit', async () => {
    const api = await open()
    for (let round = 0; round < 9; round++) {
      expect(await api.send('{ things(first: 8) { id } }')).toMatchObject({ status: 200 })
    }
    const denied = await api.send('{ things(first: 9) { id } }')
    expect(denied.status).toBe(429)
    expect(denied.headers).toMatchObject({ 'retry-after': '1000', 'graphql-cost': 'estimated=11, actual=0' })
    expect(denied.body.errors).toEqual([
      {
        message:
          'This operation needs 11 points of cost of the budget "burst", which has 10 left. Try again in 1 000 s, or ask for less: things.first: 8 fits now.',
        extensions: {
          code: 'RATE_LIMITED',
          budget: 'burst',
          level: 'client',
          cost: 11,
          remaining: 10,
          retryAfterMs: 1_000_000,
          maxAffordableCost: 10,
          affordable: { argument: 'things.first', value: 8 },
        },
      },
    ])
    expect(await api.send('{ things(first: 8) { id } }')).toMatchObject({ status: 200 })
  })

  test('that is too dear is told the largest number that would fit, and that number fits', async () => {
    const api = await open({ maxCost: 50 })
    const query = 'query ($first: Int) { things(first: $first) { self { id } } }'
    const refused = await api.send(query, { variables: { first: 40 } })
    expect(refused.status).toBe(400)
    expect(refused.body.errors?.[0]?.message).toContain('Ask for fewer items: things.first: 16 would fit.')
    expect(refused.body.errors?.[0]?.extensions['affordable']).toEqual({ argument: 'things.first', value: 16 })
    expect(await api.send(query, { variables: { first: 17 } })).toMatchObject({ status: 400 })
    expect(await api.send(query, { variables: { first: 16 } })).toMatchObject({ status: 200 })
  })

  test('changes no budget of its client when it is denied', async () => {
    const api = await open()
    await api.send('{ things(first: 80) { id } }')
    const before = await left(api)
    for (let round = 0; round < 5; round++)
      expect(await api.send('{ things(first: 30) { id } }')).toMatchObject({ status: 429 })
    // The look itself costs a request.
    expect([before, await left(api)]).toEqual(['"burst";r=18, "requests";r=48', '"burst";r=18, "requests";r=47'])
  })

  test('does not spend the budget of another client', async () => {
    const api = await open()
    await api.send('{ things(first: 80) { id } }')
    const bob = await api.send('{ things(first: 80) { id } }', { headers: { 'x-api-key': keys.bob } })
    expect(bob).toMatchObject({ status: 200, headers: { 'x-ratelimit-remaining': '18' } })
  })

  test('never runs when it was refused, and costs a request and no more', async () => {
    const api = await open({ maxCost: 3 })
    const refused = await api.send('mutation { count more: count }')
    expect(refused.status).toBe(400)
    expect(refused.body.errors?.[0]?.extensions).toEqual({
      code: 'COST_ESTIMATED_TOO_EXPENSIVE',
      cost: { estimated: 7, max: 3 },
    })
    expect(refused.headers['graphql-cost']).toBe('estimated=7, actual=0')
    expect(api.executed).toEqual([])
    expect(await left(api)).toBe('"burst";r=100, "requests";r=48')
  })

  test('has the fields that tell of its budget for free', async () => {
    const api = await open()
    const answer = await api.send(
      '{ things(first: 2) { id } rateLimit { limit cost remaining used } viewer { id tier role } }',
    )
    expect(answer.body.data).toMatchObject({
      rateLimit: { limit: 100, cost: 4, remaining: 96, used: 4 },
      viewer: { id: 'ada', tier: 'free', role: 'CLIENT' },
    })
  })

  test('of an anonymous client is charged to its address', async () => {
    const api = await open()
    const response = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ viewer { id tier anonymous } }' },
      remoteAddress: '192.0.2.7',
    })
    expect(response.json()).toEqual({ data: { viewer: { id: 'ip:192.0.2.7', tier: 'anonymous', anonymous: true } } })
  })

  test('that runs into its deadline is stopped, told so, and keeps its estimate charged', async () => {
    const api = await open({ timeoutMs: 30 })
    const answer = await api.send('{ stuck }')
    expect(answer.status).toBe(504)
    expect(codeOf(answer)).toBe('OPERATION_TIMEOUT')
    expect(answer.headers['graphql-cost']).toBe('estimated=8, actual=8')
    expect(api.aborted).toMatchObject([{ name: 'TimeoutError' }])
    expect(await left(api)).toBe('"burst";r=92, "requests";r=48')
  })

  test('whose resolver throws tells the log what happened, and the client an id to ask about', async () => {
    const api = await open()
    const answer = await api.send('{ broken }')
    expect(answer.status).toBe(200)
    const [error] = answer.body.errors ?? []
    expect(error).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    expect(JSON.stringify(answer.body)).not.toContain('hush')
    const log = api.logged.join('')
    expect(log).toContain('hush')
    expect(log).toContain(error?.extensions['errorId'])
  })

  test.each(Object.keys(databaseFailures))('whose resolver throws %s shows nothing of it', async (thrownAs) => {
    const api = await open()
    const answer = await api.send('query ($as: String!) { unreadable(thrownAs: $as) }', { variables: { as: thrownAs } })
    expect(answer.body.errors).toEqual([
      {
        message: expect.stringContaining('it is in its log'),
        locations: expect.any(Array),
        path: ['unreadable'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) },
      },
    ])
    expect(api.logged.join('')).toContain('select secret')
  })

  test('is told to telemetry once, with its outcome', async () => {
    const api = await open()
    await api.send('{ things(first: 3) { id } }')
    await api.send('{ things(first: 99) { id } }')
    await api.send('{ nothing }')
    await api.send('{ things { id } }')
    expect(api.ended.map(({ outcome, estimatedCost, actualCost }) => [outcome, estimatedCost, actualCost])).toEqual([
      ['completed', 5, 5],
      ['COST_ESTIMATED_TOO_EXPENSIVE', 0, 0],
      ['GRAPHQL_VALIDATION_FAILED', 0, 0],
      ['SLICING_ARGUMENT_REQUIRED', 0, 0],
    ])
  })
})

describe('the request header GraphQL-Cost', () => {
  test('report adds what the operation cost and what is left', async () => {
    const api = await open()
    const { body } = await api.send('{ few(first: 5) { id } }', { headers: { 'graphql-cost': 'report' } })
    expect(body.extensions).toEqual({
      cost: {
        requestedQueryCost: 7,
        actualQueryCost: 4,
        fieldCost: 1,
        typeCost: 6,
        throttleStatus: { maximumAvailable: 100, currentlyAvailable: 96, restoreRate: 0.001 },
      },
    })
  })

  test('explain adds a row for each path', async () => {
    const api = await open()
    const { body } = await api.send('{ things(first: 5) { id self { id } } }', {
      headers: { 'graphql-cost': 'explain' },
    })
    expect(body.extensions?.['cost']).toMatchObject({
      rows: [
        { path: '', coordinate: 'Query', own: { typeCost: 1 } },
        { path: 'things', coordinate: 'Query.things', instances: 5, sizeFrom: 'argument first' },
        { path: 'things.self', coordinate: 'Thing.self', instances: 5, own: { fieldCost: 5, typeCost: 5 } },
      ],
    })
  })

  test('validate answers the estimate without executing, and charges one request and no cost', async () => {
    const api = await open()
    const answer = await api.send('mutation { count }', { headers: { 'graphql-cost': 'validate' } })
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'graphql-cost': 'estimated=4' },
      body: { data: null, extensions: { cost: { requestedQueryCost: 4, actualQueryCost: null } } },
    })
    expect(api.executed).toEqual([])
    expect(await left(api)).toBe('"burst";r=100, "requests";r=48')
  })

  test('with anything else is refused with what it may say', async () => {
    const api = await open()
    const answer = await api.send('mutation { count }', { headers: { 'graphql-cost': 'loud' } })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.message).toBe(
      'The header GraphQL-Cost says "loud"; it may say report, explain or validate.',
    )
    expect(api.executed).toEqual([])
  })
})

const json = (query: string) => JSON.stringify({ query })

const badRequests: readonly {
  name: string
  payload: object | string
  headers?: Record<string, string>
  status: number
  code: string
  says: string
}[] = [
  { name: 'broken JSON', payload: '{"query": "{ few', status: 400, code: 'BAD_REQUEST', says: 'is no JSON' },
  { name: 'an empty body', payload: '', status: 400, code: 'BAD_REQUEST', says: 'is empty' },
  {
    name: 'JSON without a query',
    payload: { q: '{ few }' },
    status: 400,
    code: 'BAD_REQUEST',
    says: 'non-empty `query`',
  },
  {
    name: 'a list of no operations',
    payload: [],
    status: 400,
    code: 'BAD_REQUEST',
    says: 'empty list',
  },
  {
    name: 'text',
    payload: 'hello',
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    says: 'text/plain',
  },
  {
    name: 'a body of 10 MB',
    payload: json(' '.repeat(10_000_000)),
    status: 413,
    code: 'BODY_TOO_LARGE',
    says: '100 000 bytes',
  },
  { name: 'no GraphQL', payload: json('{ few('), status: 400, code: 'GRAPHQL_PARSE_FAILED', says: 'Syntax Error' },
  {
    name: 'an unknown field',
    payload: json('{ fewer }'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    says: 'fewer',
  },
  {
    name: 'an unknown operation name',
    payload: { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    says: 'No operation is named "C"; this document has A, B',
  },
  {
    name: 'two operations and no name',
    payload: json('query A { __typename } query B { __typename }'),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    says: 'No operationName was sent',
  },
  {
    name: 'a variable of the wrong type',
    payload: { query: 'query ($n: Int) { things(first: $n) { id } }', variables: { n: 'many' } },
    status: 400,
    code: 'BAD_USER_INPUT',
    says: 'Variable "$n" got invalid value "many"',
  },
  {
    name: 'a missing slicing argument',
    payload: json('{ things { id } }'),
    status: 400,
    code: 'SLICING_ARGUMENT_REQUIRED',
    says: 'Query.things needs its argument first',
  },
  {
    name: 'a list of unknown size',
    payload: json('{ endless { id } }'),
    status: 400,
    code: 'COST_ESTIMATED_TOO_EXPENSIVE',
    says: 'its cost has no bound',
  },
  {
    name: '50 000 tokens',
    payload: json(`{ ${'few '.repeat(20_000)}}`),
    status: 400,
    code: 'TOKEN_LIMIT_EXCEEDED',
    says: '1 000 are allowed',
  },
  {
    name: 'a fragment that includes itself',
    payload: json('{ few(first: 1) { ...A } } fragment A on Thing { id self { ...A } }'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    says: 'Cannot spread fragment "A" within itself',
  },
  {
    name: '30 fragments that each spread the next one twice',
    payload: json(
      `{ few(first: 1) { ...F0 } } fragment F30 on Thing { id } ${Array.from({ length: 30 }, (_, n) => `fragment F${n} on Thing { a: self { ...F${n + 1} } b: self { ...F${n + 1} } }`).join(' ')}`,
    ),
    status: 400,
    code: 'FRAGMENT_LIMIT_EXCEEDED',
    says: 'are allowed',
  },
  {
    name: 'an unknown key',
    payload: json('{ broken }'),
    headers: { 'x-api-key': 'stolen' },
    status: 401,
    code: 'UNAUTHENTICATED',
    says: 'not known',
  },
  {
    name: 'two keys at once',
    payload: json('{ broken }'),
    headers: { authorization: 'Bearer other' },
    status: 401,
    code: 'UNAUTHENTICATED',
    says: 'send one of them',
  },
  {
    name: 'a subscription',
    payload: json('subscription { numbers(upTo: 1) }'),
    status: 400,
    code: 'BAD_REQUEST',
    says: 'WebSocket',
  },
]

describe('bad input', () => {
  test.each(badRequests)('$name gets its own error and status, and the next request is served', async (bad) => {
    const api = await open({ maxCost: 20 })
    const answer = await api.post(bad.payload, bad.headers)
    expect(answer.status).toBe(bad.status)
    expect(codeOf(answer)).toBe(bad.code)
    expect(answer.body.errors?.[0]?.message).toContain(bad.says)
    expect(answer.body.data).toBeUndefined()
    expect(await api.send('{ few(first: 2) { id } }')).toMatchObject({ status: 200 })
  })

  test.each(badRequests.filter(({ status }) => status !== 401))('$name costs a request and no cost', async (bad) => {
    const api = await open({ maxCost: 20 })
    const answer = await api.post(bad.payload, bad.headers)
    expect(String(answer.headers['ratelimit']).replaceAll(/;t=\d+/g, '')).toBe('"burst";r=100, "requests";r=49')
  })

  test.each(['query', 'qu%65ry'])('by GET as %s meets the guard before the parser', async (name) => {
    const api = await open()
    const deep = `{ things(first: 1) ${'{ self '.repeat(20)}{ id }${' }'.repeat(20)} }`
    const response = await api.app.inject({
      method: 'GET',
      url: `/graphql?${name}=${encodeURIComponent(deep)}`,
      headers: { 'x-api-key': keys.ada },
    })
    expect(response.statusCode).toBe(400)
    expect(response.json().errors[0].extensions).toMatchObject({ code: 'DEPTH_LIMIT_EXCEEDED' })
  })

  test.each(['[', 'a b'])('from the host "%s" is told that this is none', async (host) => {
    const api = await open()
    const answer = await api.send('{ __typename }', { headers: { host } })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.message).toContain('The Host header holds no host name')
  })

  test.each(['/nothere', '/livez'])('to %s is no failure of the server', async (url) => {
    const api = await open()
    const headers = { 'content-type': 'application/json' }
    const response = await api.app.inject({ method: 'POST', url, headers, payload: '{' })
    expect([400, 404]).toContain(response.statusCode)
    expect(api.logged).toEqual([])
  })

  test('at an address that is no URL is answered in the form of every error', async () => {
    const api = await open()
    const response = await api.app.inject({ method: 'GET', url: '/%zz' })
    expect(response.statusCode).toBe(400)
    expect(response.json().errors[0].extensions).toEqual({ code: 'BAD_REQUEST' })
  })

  test('at an unknown address is told where operations go', async () => {
    const api = await open()
    const response = await api.app.inject({ method: 'POST', url: '/graphqll?key=1' })
    expect(response.statusCode).toBe(404)
    expect(response.json().errors[0]).toMatchObject({
      message: 'There is nothing at POST /graphqll. Operations go to POST /graphql.',
      extensions: { code: 'NOT_FOUND' },
    })
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const)('by %s is told the methods there are', async (method) => {
    const api = await open()
    const response = await api.app.inject({ method, url: '/graphql' })
    expect(response.statusCode).toBe(405)
    expect(response.headers['allow']).toBe('GET, POST')
  })
})

describe('an answer', () => {
  test('that has a part of its data is a success with errors in it', async () => {
    const api = await open()
    const partial = await api.send('{ forbidden things(first: 1) { id } }')
    expect(partial).toMatchObject({ status: 200, body: { data: { forbidden: null, things: [{ id: '0' }] } } })
    expect(codeOf(partial)).toBe('FORBIDDEN')
    expect(partial.headers['www-authenticate']).toBeUndefined()
  })

  test('is not made many times larger than its request by the names in it', async () => {
    const api = await open()
    const name = 'N'.repeat(50_000)
    const uses = Array.from({ length: 200 }, (_, n) => `f${n}: few(first: $missing) { id }`).join(' ')
    const answer = await api.send(`query ${name} { ${uses.slice(0, 20_000)} }`)
    expect(JSON.stringify(answer.body).length).toBeLessThan(20_000)
  })

  test('to a request that the server fails on before it is an operation holds an id and nothing else', async () => {
    const store = createMemoryBudgetStore()
    const broken = { ...store, take: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:6379')) }
    const api = await open({ store: broken })
    const answer = await api.send('{ few(first: 1) { id } }')
    expect(answer.status).toBe(500)
    expect(answer.body.errors?.[0]).toEqual({
      message: expect.stringContaining('it is in its log'),
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) },
    })
    expect(api.logged.join('')).toContain('10.0.0.5')
  })

  test('to a document that is named by its hash is that to its text, once that has been sent with the hash', async () => {
    const api = await open()
    const query = '{ few(first: 1) { id } }'
    const hashed = { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(query) }, tracing: true } }
    const unknown = await api.post(hashed)
    expect(unknown).toMatchObject({ status: 200, body: { errors: [{ message: 'PersistedQueryNotFound' }] } })
    expect(codeOf(unknown)).toBe('PERSISTED_QUERY_NOT_FOUND')
    const answer = { status: 200, body: { data: { few: [{ id: '0' }, { id: '1' }] } } }
    expect(await api.post({ query, ...hashed })).toMatchObject(answer)
    expect(await api.post(hashed)).toMatchObject(answer)
    const url = `/graphql?${new URLSearchParams({ extensions: JSON.stringify(hashed.extensions) })}`
    const got = await api.app.inject({ method: 'GET', url, headers: { 'x-api-key': keys.ada } })
    expect({ status: got.statusCode, body: got.json() }).toMatchObject(answer)
    // What was not found was a request too, and has cost no more.
    expect(got.headers['ratelimit']).toContain('"requests";r=46')
  })

  test('to another method than GET and POST says which there are, whatever it carries', async () => {
    const api = await open()
    for (const query of ['{ __typename }', '{ nope }']) {
      const headers = { 'content-type': 'application/json' }
      const answer = await api.app.inject({
        method: 'PUT',
        url: '/graphql',
        headers,
        payload: JSON.stringify({ query }),
      })
      expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'GET, POST'])
    }
  })

  test('to a GET that takes no JSON says so before it runs', async () => {
    const api = await open()
    const query = new URLSearchParams({ query: '{ few(first: 1) { id } }' })
    const headers = { accept: 'image/png', 'x-api-key': keys.ada }
    const answer = await api.app.inject({ method: 'GET', url: `/graphql?${query}`, headers })
    expect(answer.statusCode).toBe(406)
    expect(answer.headers['graphql-cost']).toBeUndefined()
    expect(answer.headers['ratelimit']).toContain('"burst";r=100')
  })

  test('to a hash with extensions of any depth beside it is that to its text', async () => {
    const api = await open()
    const query = '{ few(first: 1) { id } }'
    const persistedQuery = { version: 1, sha256Hash: sha256(query) }
    await api.post({ query, extensions: { persistedQuery } })
    const deep = `{"persistedQuery":${JSON.stringify(persistedQuery)},"deep":${'['.repeat(4_000)}${']'.repeat(4_000)}}`
    const params = new URLSearchParams({ extensions: deep })
    expect((await api.app.inject({ method: 'GET', url: `/graphql?${params}` })).statusCode).toBe(200)
  })

  test('to a hash that is not that of the text beside it says so', async () => {
    const api = await open()
    const persistedQuery = { version: 1, sha256Hash: sha256('{ few(first: 2) { id } }') }
    const answer = await api.post({ query: '{ few(first: 1) { id } }', extensions: { persistedQuery } })
    expect(answer.status).toBe(400)
    expect(codeOf(answer)).toBe('BAD_REQUEST')
  })

  test('to a document that is named by its hash where none are kept says so, in the words clients know', async () => {
    const api = await open({ documents: { kept: undefined } })
    const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) }
    const answer = await api.post({ extensions: { persistedQuery } })
    expect(answer).toMatchObject({ status: 200, body: { errors: [{ message: 'PersistedQueryNotSupported' }] } })
    expect(codeOf(answer)).toBe('PERSISTED_QUERY_NOT_SUPPORTED')
  })
})

describe('a requests budget with nothing left', () => {
  const budgets = [testBudget(), testBudget({ name: 'requests', meter: 'requests', capacity: 2 })]

  test.each([
    { name: 'invalid', query: '{ fewer }', headers: {} },
    { name: 'broken', query: '{ few(', headers: {} },
    { name: 'too large', query: `{ ${'__typename '.repeat(3_000)} }`, headers: {} },
    { name: 'too dear', query: '{ things(first: 99) { id } }', headers: {} },
    { name: 'only to be priced', query: '{ few(first: 1) { id } }', headers: { 'graphql-cost': 'validate' } },
    { name: 'asked for in a wrong way', query: '{ few(first: 1) { id } }', headers: { 'graphql-cost': 'loud' } },
  ])('denies what is $name too, so that a flood of it runs out', async ({ query, headers }) => {
    const api = await open({ budgets })
    await api.send('{ __typename }')
    await api.send('{ __typename }')
    const denied = await api.send(query, { headers })
    expect(denied).toMatchObject({ status: 429, headers: { 'retry-after': '1000', 'x-ratelimit-remaining': '0' } })
    expect(codeOf(denied)).toBe('RATE_LIMITED')
    expect(denied.body.data).toBeUndefined()
  })
})

describe('a client that takes no JSON', () => {
  test.each(['text/html', 'application/json;q=0', 'image/*, text/plain'])(
    'by Accept: %s is told so before anything has run',
    async (accept) => {
      const api = await open()
      const answer = await api.send('mutation { count }', { headers: { accept } })
      expect(answer.status).toBe(406)
      expect(codeOf(answer)).toBe('NOT_ACCEPTABLE')
      expect(api.executed).toEqual([])
      expect(answer.headers['ratelimit']).toContain('"burst";r=100')
    },
  )

  test.each([
    '*/*',
    'application/json',
    'application/graphql-response+json; charset=utf-8',
    'text/html, application/*;q=0.1',
  ])('is not one that sends Accept: %s', async (accept) => {
    const api = await open()
    expect((await api.send('mutation { count }', { headers: { accept } })).status).toBe(200)
  })
})

describe('the budget of an address', () => {
  test('stops a flood before anything is read, whoever it claims to be', async () => {
    const api = await open({ ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 3 }) })
    const statuses = []
    for (const key of [keys.ada, 'stolen', keys.bob, keys.ada]) {
      statuses.push((await api.post('{"query"', { 'x-api-key': key })).status)
    }
    expect(statuses).toEqual([400, 401, 400, 429])
    const denied = await api.send('{ __typename }')
    expect(denied).toMatchObject({ status: 429, headers: { 'retry-after': '1000', ratelimit: '"ip";r=0;t=3000' } })
    expect(denied.body.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', budget: 'ip', level: 'ip' })
  })
})

describe('while the store does not answer', () => {
  async function openDegraded(onStoreFailure: 'local' | 'open' | 'closed') {
    const gated = createGatedStore(createMemoryBudgetStore())
    const store = createResilientBudgetStore({ store: gated, local: createMemoryBudgetStore(), deadlineMs: 20 })
    const budgets = [testBudget({ onStoreFailure })]
    const api = await open({ store, budgets, ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests' }) })
    gated.gate = 'deaf'
    return api
  }

  test('a budget that fails closed answers 503, and when to come back', async () => {
    const api = await openDegraded('closed')
    const answer = await api.send('{ things(first: 2) { id } }')
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(codeOf(answer)).toBe('BUDGET_STORE_UNAVAILABLE')
  })

  test('a local one serves from this node, and counts', async () => {
    const api = await openDegraded('local')
    expect(await api.send('{ things(first: 60) { id } }')).toMatchObject({ status: 200 })
    expect(await api.send('{ things(first: 60) { id } }')).toMatchObject({ status: 429 })
  })

  test('an open one lets pass', async () => {
    const api = await openDegraded('open')
    for (let round = 0; round < 3; round++) {
      expect(await api.send('{ things(first: 60) { id } }')).toMatchObject({ status: 200 })
    }
  })
})

describe('introspection', () => {
  test('is answered for nothing where it is allowed, and refused where it is not', async () => {
    const query = '{ __schema { queryType { name } } }'
    const allowed = await open()
    expect(await allowed.send(query)).toMatchObject({
      status: 200,
      headers: { 'graphql-cost': 'estimated=1, actual=1' },
    })
    const closed = await open({ introspection: false })
    expect(codeOf(await closed.send(query))).toBe('GRAPHQL_VALIDATION_FAILED')
  })
})
