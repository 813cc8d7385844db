import { type Client, createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { concealNames } from '../../src/server/operations/conceal-names.ts'
import { createTestApi, keys } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function open(introspection: boolean) {
  const api = await createTestApi({ introspection })
  closers.push(api.close)
  return api
}

/** Mistakes, and the message about each to a client that may not read the schema. */
const mistakes = [
  { query: '{ thing { id } }', message: 'Cannot query field "thing" on type "…".' },
  { query: '{ few(fist: 1) { id } }', message: 'Unknown argument "fist" on field "….few".' },
  { query: '{ few(first: 1) { idd } }', message: 'Cannot query field "idd" on type "…".' },
  { query: '{ few(first: 1) }', message: 'Field "few" of type "[…]" must have a selection of subfields.' },
  { query: '{ few(first: 1) { ... on Thin { id } } }', message: 'Unknown type "Thin".' },
  { query: '{ broken @skp(if: true) }', message: 'Unknown directive "@skp".' },
  {
    query: '{ unreadable }',
    message: 'Field "unreadable" argument "…" of type "…!" is required, but it was not provided.',
  },
  { query: '{ filtered(by: { leas: 1 }) }', message: 'Field "leas" is not defined by type "…".' },
  {
    query: 'query ($n: Int) { filtered(by: $n) }',
    message: 'Variable "$n" of type "Int" used in position expecting type "…".',
  },
  { query: '{ __schema { types { name } } }', message: 'GraphQL introspection ' },
  {
    query: 'query ($by: Filter) { filtered(by: $by) }',
    variables: { by: { leas: 1 } },
    message: 'Variable "$by" got invalid value { leas: 1 }; Field "leas" is not defined by type "Filter".',
  },
  {
    query: 'query ($by: Filter) { filtered(by: $by) }',
    variables: { by: { not: { not: { leas: '\\" type "' } } } },
    message: 'Field "leas" is not defined by type "Filter".',
  },
]

/** What the schema of the test calls its types, fields and arguments. */
const NAMES = /\b(Query|Thing|Filter|things|few|first|self|least|thrownAs|String|include|deprecated)\b/g

describe('where introspection is off', () => {
  test.each(mistakes)('no message names what the client has not written: $query', async (mistake) => {
    const { query, variables = {}, message } = mistake
    const answer = await (await open(false)).send(query, { variables })
    expect(answer.status).toBe(400)
    expect(answer.body.errors?.[0]?.message).toContain(message)
    expectNothingRevealed(answer.body, query, variables)
  })

  test.each(mistakes)('no message names it over WebSocket: $query', async ({ query, variables = {}, message }) => {
    const api = await open(false)
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const client = createClient({
      url: `${address.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { 'x-api-key': keys.ada },
      retryAttempts: 0,
    })
    closers.push(() => client.dispose())
    const errors = await errorsOf(client, query, variables)
    expect(JSON.stringify(errors).replaceAll('\\"', '"')).toContain(message.replaceAll('\\', '\\\\'))
    expectNothingRevealed(errors, query, variables)
  })
})

test('where introspection is on, a message suggests what was meant', async () => {
  const { body } = await (await open(true)).send('{ thing { id } }')
  expect(body.errors?.[0]?.message).toContain('Did you mean "things"')
})

test.each([
  ['a quote in a value', 'got invalid value "\\"" at "a"; Field "b" is not defined by type "Secret"'],
  ['a message that was cut', 'Cannot query field "b" on type "Secre'],
])('a name is concealed behind %s', (_, message) => {
  expect(concealNames(message, { source: '{ a b }', variables: {} })).not.toContain('Secre')
})

test.each(['Did you mean ', '"', '\\\\"', '\\\\\n"', 'a"', '? '])('names are concealed in linear time: %j', (part) => {
  const start = process.cpuUsage()
  concealNames(part.repeat(250_000 / part.length), { source: '{ a }', variables: {} })
  // It takes a few ms, or 60. Quadratic time would be minutes.
  expect(process.cpuUsage(start).user).toBeLessThan(2_000_000)
})

function expectNothingRevealed(answer: unknown, query: string, variables: object): void {
  const written = query + JSON.stringify(variables)
  const named = JSON.stringify(answer).match(NAMES) ?? []
  expect(named.filter((name) => !written.includes(name))).toEqual([])
}

async function errorsOf(client: Client, query: string, variables: Record<string, unknown>): Promise<unknown> {
  try {
    for await (const _ of client.iterate({ query, variables }));
  } catch (errors) {
    return errors
  }
  throw new Error('the operation was answered')
}
