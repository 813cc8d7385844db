import type { ApolloServerPlugin } from '@apollo/server'
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl'
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace'
import createResponseCache from '@apollo/server-plugin-response-cache'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestApi } from '../support/test-api.ts'

async function open(...plugins: readonly ApolloServerPlugin[]) {
  const api = await createTestApi({ plugins })
  onTestFinished(() => api.close())
  return api
}

const QUERY = '{ things(first: 2) { id self { id } } }'
const DATA = {
  things: [
    { id: '0', self: { id: '0' } },
    { id: '1', self: { id: '1' } },
  ],
}

describe('a plugin of Apollo Server', () => {
  test('is told of every field where it asks for that, be the operation compiled by then or not', async () => {
    const resolved: string[] = []
    const { send } = await open({
      requestDidStart: async ({ request }) => ({
        executionDidStart: async () =>
          request.http?.headers.get('x-sampled') === undefined
            ? {}
            : {
                willResolveField({ info }) {
                  resolved.push(`${info.parentType.name}.${info.fieldName}`)
                  return (error) => void (error !== null && resolved.push(String(error)))
                },
              },
      }),
    })
    const each = ['Query.things', 'Thing.id', 'Thing.self', 'Thing.id', 'Thing.id', 'Thing.self', 'Thing.id']
    for (const _ of [1, 2, 3]) expect((await send(QUERY)).body.data).toEqual(DATA)
    expect(resolved).toEqual([])
    for (const _ of [1, 2, 3]) {
      expect((await send(QUERY, { headers: { 'x-sampled': 'yes' } })).body.data).toEqual(DATA)
      expect(resolved.splice(0).toSorted()).toEqual(each.toSorted())
    }
    expect((await send(QUERY)).body.data).toEqual(DATA)
    expect(resolved).toEqual([])
  })

  test('traces fields and their errors into the answer', async () => {
    const { send } = await open(ApolloServerPluginInlineTrace({ includeErrors: { unmodified: true } }))
    const headers = { 'apollo-federation-include-trace': 'ftv1' }
    for (const _ of [1, 2, 3, 4]) {
      const { body } = await send('{ things(first: 1) { id } broken }', { headers })
      const trace = Buffer.from(String(body.extensions?.['ftv1']), 'base64').toString('latin1')
      for (const name of ['things', 'id', 'broken', 'the password is hush']) expect(trace).toContain(name)
    }
    expect((await send('{ things(first: 1) { id } }')).body.extensions).toBeUndefined()
  })

  test('answers from a cache, which is paid for like any answer and executes nothing', async () => {
    const { send, ended } = await open(
      ApolloServerPluginCacheControl({ defaultMaxAge: 60 }),
      createResponseCache({ sessionId: async () => null }),
    )
    const query = '{ text(length: 3) }'
    const first = await send(query)
    const second = await send(query)
    expect(second.body).toEqual(first.body)
    expect(first.headers['age']).toBeUndefined()
    expect(second.headers['age']).toBe('0')
    expect(second.headers['graphql-cost']).toBe(first.headers['graphql-cost'])
    expect(ended.map(({ outcome }) => outcome)).toEqual(['completed', 'completed'])
  })

  test('changes what is sent, and is told of errors as they were thrown', async () => {
    const told: unknown[] = []
    const { send } = await open({
      requestDidStart: async () => ({
        didEncounterErrors: async ({ errors }) => void told.push(...errors.map(({ originalError }) => originalError)),
        async willSendResponse({ response: { body, http } }) {
          http.headers.set('x-served-by', 'a plugin')
          if (body.kind === 'single') body.singleResult.extensions = { ...body.singleResult.extensions, seen: true }
        },
      }),
    })
    const { body, headers } = await send('{ broken }')
    expect(told).toEqual([new Error('the password is hush')])
    expect(body).toMatchObject({ data: { broken: null }, extensions: { seen: true } })
    expect(JSON.stringify(body)).not.toContain('hush')
    expect(headers['x-served-by']).toBe('a plugin')
  })
})
