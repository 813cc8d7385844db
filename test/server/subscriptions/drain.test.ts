import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { testBudget } from '../../support/describe-budget-store.ts'
import { createTestApi, keys } from '../../support/test-api.ts'

const QUERY = 'subscription { news(of: ["a"], sharedBy: "role") { text } }'
const EACH = 100

test('a server that closes sends those on sockets and those on streams elsewhere within the same time', async () => {
  const api = await createTestApi({ budgets: [testBudget({ capacity: 100_000 })], edge: { drainSpreadMs: 10_000 } })
  onTestFinished(api.close)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const order: string[] = []

  async function socket(): Promise<void> {
    const opened = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    onTestFinished(() => opened.terminate())
    opened.once('close', (code) => order.push(`socket ${code}`))
    await once(opened, 'open')
    opened.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.ada } }))
    await once(opened, 'message')
    opened.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }))
  }

  async function stream(): Promise<void> {
    const response = await fetch(`${origin}/graphql/stream?${new URLSearchParams({ query: QUERY })}`, {
      headers: { accept: 'text/event-stream', 'x-api-key': keys.bob },
    })
    void response.text().then((text) => order.push(`stream${text.replaceAll(/[:\n]/g, '')}`))
  }

  for (let opened = 0; opened < EACH; opened++) await Promise.all([socket(), stream()])
  await expect.poll(api.subscriptions).toBe(2 * EACH)
  await api.app.close()
  await expect.poll(() => order.length).toBe(2 * EACH)
  expect(new Set(order)).toEqual(new Set(['socket 1012', 'stream']))
  // One kind after the other would have each wait until all of the other have gone.
  const half = order.slice(0, EACH)
  for (const kind of ['socket 1012', 'stream'])
    expect(half.filter((end) => end === kind).length).toBeGreaterThan(EACH / 4)
}, 30_000)
