import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAX_NESTING } from '../../src/guard/scan-source.ts'
import { createTestApi, keys } from '../support/test-api.ts'

let api: Awaited<ReturnType<typeof createTestApi>>
let url: string
beforeAll(async () => {
  api = await createTestApi()
  url = `${await api.app.listen({ host: '127.0.0.1', port: 0 })}/graphql`
})
afterAll(() => api.close())

const DEEP = 10_000
const lists = '['.repeat(DEEP) + ']'.repeat(DEEP)
const objects = `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`
const filters = `${'{"not":'.repeat(DEEP)}{}${'}'.repeat(DEEP)}`
const takesFilter = '"query": "query ($by: Filter) { filtered(by: $by) }"'
const takesInt = '"query": "query ($n: Int) { few(first: $n) { id } }"'

test.each([
  { name: 'variables of lists', body: `{ ${takesInt}, "variables": { "n": ${lists} } }` },
  { name: 'variables of input objects', body: `{ ${takesFilter}, "variables": { "by": ${filters} } }` },
  { name: 'variables of objects', body: `{ ${takesInt}, "variables": { "n": ${objects} } }` },
  { name: 'variables that are a list', body: `{ ${takesInt}, "variables": ${lists} }` },
  { name: 'variables that nobody declares', body: `{ "query": "{ few { id } }", "variables": { "n": ${objects} } }` },
  { name: 'extensions', body: `{ ${takesInt}, "extensions": { "n": ${objects} } }` },
  { name: 'a document', body: `{ "query": ${lists} }` },
  { name: 'an operation name', body: `{ "query": "{ few { id } }", "operationName": ${objects} }` },
  { name: 'a body that is a list', body: lists },
  { name: 'a body with what else there is', body: objects },
  { name: 'a body that is never closed', body: '['.repeat(2 * DEEP) },
])('a request with $name 10 000 deep is a mistake of the client, and nothing is logged', async ({ body }) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': keys.ada },
    body,
  })
  expect(response.status).toBe(400)
  expect(api.logged).toEqual([])
})

test('variables nest as deep as documents may, and no deeper', async () => {
  const query = 'query ($by: Filter) { filtered(by: $by) }'
  // The object with all variables is the first level.
  const ask = (depth: number) =>
    api.post(`{ "query": "${query}", "variables": { "by": ${'{"not":'.repeat(depth - 2)}{}${'}'.repeat(depth - 2)} } }`)
  expect((await ask(MAX_NESTING)).body.errors?.[0]?.extensions['code']).toBe('COST_ESTIMATED_TOO_EXPENSIVE')
  for (const depth of [MAX_NESTING + 1, 10_000]) {
    expect((await ask(depth)).body.errors).toEqual([
      {
        message: expect.stringContaining('The variables have lists or objects more than 200 deep'),
        extensions: { code: 'BAD_REQUEST' },
      },
    ])
  }
})
