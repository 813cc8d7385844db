import { createClient } from 'graphql-ws'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createTestApi, keys } from '../../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

test('variables that a subscription does not declare keep nobody from sharing its execution', async () => {
  const api = await createTestApi()
  closers.push(api.close)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'x-api-key': keys.ada },
    retryAttempts: 0,
  })
  closers.push(() => client.dispose())
  const query = 'subscription Of($of: [String!]!) { news(of: $of, sharedBy: "role") { text } }'
  const received: unknown[] = []
  for (const undeclared of [{}, { padding: 'x'.repeat(10_000) }, { padding: 1 }]) {
    const variables = { ...undeclared, of: ['a'] }
    const next = ({ data }: { readonly data?: unknown }) => void received.push(data)
    client.subscribe({ query, variables }, { next, error: () => undefined, complete: () => undefined })
  }
  await expect.poll(api.subscriptions).toBe(3)
  await api.log.append('a', [{ key: 'one', payload: 'first' }])
  await expect.poll(() => received).toEqual(Array(3).fill({ news: { text: 'first' } }))
  expect(api.newsExecuted).toEqual(['first'])
})
