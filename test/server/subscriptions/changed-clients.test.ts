import { once } from 'node:events'
import { createClient as createStreamClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createMemoryEventLog } from '../../../src/events/memory/memory-event-log.ts'
import { createTestApi, keys, type TestApiOptions } from '../../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const NEWS = 'subscription { news(of: ["a"]) { text reader } }'
const SHARED = 'subscription { news(of: ["a"], sharedBy: "role") { text } }'
const BUDGET = 'subscription { budgetChanged { limit } }'

async function open(options: TestApiOptions = {}) {
  const api = await createTestApi(options)
  closers.push(api.close)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  let appended = 0

  /** A socket that has said who it is. What it is told is text. */
  async function socket() {
    const opened = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    closers.push(() => opened.terminate())
    await once(opened, 'open')
    opened.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.ada } }))
    await once(opened, 'message')
    const told: string[] = []
    opened.on('message', (data) => told.push(String(data)))
    return {
      opened,
      told,
      closed: new Promise<number>((resolve) => opened.once('close', resolve)),
      ask: (query: string) => opened.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } })),
    }
  }

  /** A stream, and all that it is told to its end. */
  async function stream(query: string): Promise<string> {
    const response = await fetch(`${origin}/graphql/stream?${new URLSearchParams({ query })}`, {
      headers: { accept: 'text/event-stream', 'x-api-key': keys.ada },
    })
    return response.text()
  }

  async function opened(count: number): Promise<void> {
    await expect.poll(api.subscriptions).toBe(count)
  }

  function append(payload: string): Promise<void> {
    return api.log.append('a', [{ key: `key-${appended++}`, payload }])
  }

  return { api, origin, socket, stream, opened, append }
}

describe('an open subscription', () => {
  const changes = [
    { what: 'role', before: { role: 'staff' }, after: { role: 'client' } },
    { what: 'tenant', before: {}, after: { tenant: 'another' } },
    { what: 'name', before: {}, after: { id: 'eve' } },
    { what: 'tier', before: {}, after: { tier: 'anonymous' } },
  ] as const
  const subscriptions = [
    { source: 'to topics', query: NEWS },
    { source: 'to topics, shared by a role', query: SHARED },
    { source: 'to its budget', query: BUDGET },
  ]

  test.each(changes.flatMap((change) => subscriptions.map((subscription) => ({ ...change, ...subscription }))))(
    '$source ends when its client has another $what, tells nothing more, and asks to come back',
    async ({ before, after, query }) => {
      const { api, socket, stream, opened, append } = await open()
      api.reloadClients(before)
      const { told, closed, ask } = await socket()
      ask(query)
      const streamed = stream(query)
      await opened(2)
      api.reloadClients({ ...before, ...after })
      await append('for staff')
      expect(await closed).toBe(1012)
      expect(await streamed).not.toMatch(/complete|errors|for staff/)
      expect(told.join()).not.toMatch(/complete|errors|for staff/)
      await opened(0)
      expect(api.newsExecuted).toEqual([])
      expect(api.logged).toEqual([])
    },
  )

  test('whose client comes back is served as who it is now, and misses nothing', async () => {
    const { api, origin, append } = await open()
    const readers: unknown[][] = [[], []]
    const sinks = readers.map((read) => ({
      next: ({ data }: { data?: unknown }) => void read.push(data),
      error: (error: unknown) => void read.push(error),
      complete: () => void read.push('complete'),
    }))
    const [overSocket, overStream] = sinks
    const soon = async () => undefined
    const socketClient = createClient({
      url: `${origin.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { 'x-api-key': keys.ada },
      retryWait: soon,
    })
    const streamClient = createStreamClient({
      url: `${origin}/graphql/stream`,
      headers: { 'x-api-key': keys.ada },
      retry: soon,
    })
    closers.push(socketClient.dispose, streamClient.dispose)
    if (overSocket !== undefined) socketClient.subscribe({ query: NEWS }, overSocket)
    if (overStream !== undefined) streamClient.subscribe({ query: NEWS }, overStream)
    await expect.poll(api.subscriptions).toBe(2)
    await append('one')
    for (const read of readers) await expect.poll(() => read.length).toBe(1)
    api.reloadClients({ id: 'eve' })
    await expect.poll(() => api.ended.length).toBe(4)
    await expect.poll(api.subscriptions).toBe(2)
    await append('two')
    for (const read of readers) {
      await expect
        .poll(() => read)
        .toEqual([{ news: { text: 'one', reader: 'ada' } }, { news: { text: 'two', reader: 'eve' } }])
    }
  })

  test('goes on when the clients are read anew and its own is the same', async () => {
    const { api, socket, stream, opened, append } = await open()
    const { told, ask } = await socket()
    ask(NEWS)
    const streamed = stream(NEWS)
    await opened(2)
    api.reloadClients({})
    await append('one')
    await expect.poll(() => told.join()).toContain('one')
    api.reloadClients(undefined)
    expect(await streamed).toContain('one')
  })
})

describe('a subscription whose key is taken away while it begins', () => {
  /** A log that is followed when the test says so. */
  function gatedLog() {
    const log = createMemoryEventLog()
    const waiting: (() => void)[] = []
    const follow: typeof log.follow = async (...args) => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return log.follow(...args)
    }
    return { log: { ...log, follow }, waiting }
  }

  test('over a stream is told so, and ends', async () => {
    const { log, waiting } = gatedLog()
    const { api, stream, opened } = await open({ log })
    const streamed = stream(NEWS)
    await expect.poll(() => waiting.length).toBe(1)
    api.reloadClients(undefined)
    waiting[0]?.()
    expect(await streamed).toMatch(/"code":"UNAUTHENTICATED".*event: complete/s)
    await opened(0)
  })

  test('over a stream ends without being complete, where its client is another one then', async () => {
    const { log, waiting } = gatedLog()
    const { api, stream, opened } = await open({ log })
    const streamed = stream(NEWS)
    await expect.poll(() => waiting.length).toBe(1)
    api.reloadClients({ role: 'staff' })
    waiting[0]?.()
    expect(await streamed).not.toMatch(/event/)
    await opened(0)
  })

  test.each([
    ['taken away', undefined],
    ['another one', { role: 'staff' }],
  ] as const)('over a socket ends at once, though its client does not answer: %s', async (_, changed) => {
    const { log, waiting } = gatedLog()
    const { api, socket, opened } = await open({ log })
    const one = await socket()
    one.ask(NEWS)
    await expect.poll(() => waiting.length).toBe(1)
    one.opened.pause()
    api.reloadClients(changed)
    waiting[0]?.()
    await expect.poll(() => api.ended.length).toBe(1)
    await opened(0)
  })
})
