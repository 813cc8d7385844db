import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const doubling = Array.from(
  { length: 30 },
  (_, n) => `fragment F${n} on Category { a: parent { ...F${n + 1} } b: parent { ...F${n + 1} } }`,
).join(' ')

const badBodies: readonly { name: string; body: string; status: number; code: string; key?: string }[] = [
  { name: 'broken JSON', body: '{"query": "{ produ', status: 400, code: 'BAD_REQUEST' },
  {
    name: 'an unknown operation name',
    body: JSON.stringify({ query: 'query A { __typename } query B { __typename }', operationName: 'C' }),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  {
    name: 'variables of the wrong type',
    body: JSON.stringify({
      query: 'query ($n: Int) { products(first: $n) { nodes { id } } }',
      variables: { n: 'many' },
    }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  { name: 'a body of 10 MB', body: `{"query":"${' '.repeat(10_000_000)}"}`, status: 413, code: 'BODY_TOO_LARGE' },
  {
    name: 'a document of 50 000 tokens',
    body: JSON.stringify({ query: `{ ${'a '.repeat(50_000)} }` }),
    status: 400,
    code: 'TOKEN_LIMIT_EXCEEDED',
  },
  {
    name: 'a fragment that includes itself',
    body: JSON.stringify({ query: '{ category(id: "Category:1") { ...F } } fragment F on Category { id ...F }' }),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  {
    name: '30 fragments that each spread the next one twice',
    body: JSON.stringify({
      query: `{ category(id: "Category:1") { ...F0 } } ${doubling} fragment F30 on Category { id }`,
    }),
    status: 400,
    code: 'FRAGMENT_LIMIT_EXCEEDED',
  },
  { name: 'an unknown key', body: '{"query":"{ __typename }"}', status: 401, code: 'UNAUTHENTICATED', key: 'stolen' },
]

describe('over a real socket', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer()
    await server.query('{ __typename }')
  })
  afterAll(async () => {
    await server.stop()
  })

  test.each(badBodies)('$name gets its own error at once, and the next request is served', async (bad) => {
    const { body, status, code, key = 'demo-free' } = bad
    const start = performance.now()
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body,
    })
    const answer: { errors: { message: string; extensions: { code: string } }[] } = JSON.parse(await response.text())
    const elapsedMs = performance.now() - start
    expect([response.status, answer.errors[0]?.extensions.code]).toEqual([status, code])
    // 200 ms is what a client gets from a machine that is not busy with tests.
    expect(elapsedMs).toBeLessThan(1_000)
    expect((await server.query('{ products(first: 1) { nodes { id } } }')).status).toBe(200)
  })

  test.each(['with its length told', 'in chunks'])('a body of 10 MB %s never hides its answer', async (how) => {
    const text = `{"query":"${' '.repeat(10_000_000)}"}`
    for (let round = 0; round < 20; round++) {
      const body = how === 'in chunks' ? new Blob([text]).stream() : text
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body, duplex: 'half' })
      expect(response.status).toBe(413)
      expect(await response.text()).toContain('BODY_TOO_LARGE')
    }
  })
})
