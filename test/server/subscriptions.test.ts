import { once } from 'node:events'
import { createClient as createStreamClient } from 'graphql-sse'
import { type Client, createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createMemoryEventLog } from '../../src/events/memory/memory-event-log.ts'
import { testBudget } from '../support/describe-budget-store.ts'
import { openRawConnection } from '../support/raw-connection.ts'
import { createTestApi, keys, type TestApiOptions } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** As much of a message as the tests look at. */
interface Message {
  readonly data?: { readonly news?: { readonly text?: string; readonly reader?: string } } | null
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
  readonly extensions?: {
    readonly cursor?: string
    readonly cost?: Readonly<Record<string, unknown>>
    readonly budget?: { readonly pausedUntil?: string }
  }
}

/** Everything that came of one subscription. */
interface Subscribed {
  readonly messages: Message[]
  texts(): readonly (string | undefined)[]
  /** How it ended, where it has. */
  ended(): unknown
  stop(): void
}

interface SubscribeOptions {
  readonly resumeFrom?: unknown
}

type Api = Awaited<ReturnType<typeof createTestApi>>

async function open(options: TestApiOptions = {}) {
  const api = await createTestApi(options)
  closers.push(api.close)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const socketUrl = `${origin.replace('http', 'ws')}/graphql`

  function connect(key: string = keys.ada, headers: Record<string, string> = {}): Client {
    class WithHeaders extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers })
      }
    }
    const client = createClient({
      url: socketUrl,
      webSocketImpl: WithHeaders,
      connectionParams: key === '' ? {} : { 'x-api-key': key },
      retryAttempts: 0,
    })
    closers.push(() => client.dispose())
    return client
  }

  function stream(query: string, key: string = keys.ada, headers: Record<string, string> = {}, resume?: string) {
    const client = createStreamClient({
      url: `${origin}/graphql/stream`,
      headers: { 'x-api-key': key, ...headers },
      retryAttempts: 0,
    })
    closers.push(() => client.dispose())
    const extensions = resume === undefined ? {} : { extensions: { resumeFrom: resume } }
    return collected((sink) => client.subscribe({ query, ...extensions }, sink))
  }

  /** The request of a client without a library. */
  function get(query: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(`${origin}/graphql/stream?${new URLSearchParams({ query })}`, {
      headers: { accept: 'text/event-stream', 'x-api-key': keys.ada, ...headers },
      ...(signal && { signal }),
    })
  }

  return { api, origin, socketUrl, connect, stream, get }
}

function collected(
  subscribe: (sink: { next(message: object): void; error(error: unknown): void; complete(): void }) => () => void,
): Subscribed {
  const messages: Message[] = []
  let ended: unknown
  const stop = subscribe({
    next: (message) => void messages.push(message),
    error: (error) => {
      ended = error
    },
    complete: () => {
      ended ??= 'completed'
    },
  })
  return {
    messages,
    texts: () => messages.filter(({ data }) => data).map(({ data }) => data?.news?.text),
    ended: () => ended,
    stop,
  }
}

function over(client: Client, query: string, { resumeFrom }: SubscribeOptions = {}): Subscribed {
  return collected((sink) =>
    client.subscribe({ query, ...(resumeFrom !== undefined && { extensions: { resumeFrom } }) }, sink),
  )
}

let appended = 0
function append(api: Api, topic: string, ...payloads: readonly string[]): Promise<void> {
  return api.log.append(
    topic,
    payloads.map((payload) => ({ key: `key-${appended++}`, payload })),
  )
}

/** What one event costs: a field, and an object. */
const EVENT = 2

const NEWS = 'subscription { news(of: ["a"]) { text } }'
const SHARED = 'subscription { news(of: ["a"], sharedBy: "role") { text reader } }'

async function left(api: Api, headers: Record<string, string> = {}): Promise<number> {
  const { data } = (await api.send('{ rateLimit { remaining } }', { headers })).body
  return Number(JSON.stringify(data).match(/"remaining":(\d+)/)?.[1])
}

async function subscribed(api: Api, count = 1): Promise<void> {
  await expect.poll(() => api.subscriptions()).toBe(count)
}

describe('a subscription to topics', () => {
  test('is charged its estimate, and each event that is delivered, to the point', async () => {
    const { api, connect } = await open()
    const before = await left(api)
    const query = await left(api)
    const perQuery = before - query
    const one = over(connect(), NEWS)
    await subscribed(api)
    await append(api, 'a', 'one', 'two')
    await append(api, 'b', 'for nobody')
    await append(api, 'a', 'three')
    await expect.poll(one.texts).toEqual(['one', 'two', 'three'])
    const delivered = api.subscriptionEvents.filter(({ event }) => event === 'delivered')
    const [began] = api.ended.filter(({ estimatedCost }) => estimatedCost > 0).slice(2)
    const events = delivered.reduce((sum, { cost }) => sum + cost, 0)
    expect(events).toBe(3 * EVENT)
    expect(await left(api)).toBe(query - perQuery - (began?.actualCost ?? 0) - events)
  })

  test('of one client, on many sockets, is charged each event for each of them', async () => {
    const { api, connect, stream } = await open()
    const all = [over(connect(), NEWS), over(connect(), NEWS), stream(NEWS), stream(NEWS)]
    await subscribed(api, 4)
    const before = await left(api)
    const perQuery = before - (await left(api))
    await append(api, 'a', 'one', 'two')
    for (const one of all) await expect.poll(one.texts).toEqual(['one', 'two'])
    expect(await left(api)).toBe(before - 2 * perQuery - 8 * EVENT)
  })

  test('is charged each event once where a leaky bucket makes it wait', async () => {
    const store = createMemoryBudgetStore()
    const budget = {
      ...testBudget(),
      algorithm: 'leaky-bucket',
      capacity: 4,
      refillPerSecond: 100,
      maxDelayMs: 60_000,
    } as const
    const takes: number[] = []
    const counting: typeof store = {
      ...store,
      take(request) {
        takes.push(request.charges[0]?.amount ?? 0)
        return store.take(request)
      },
    }
    const { api, connect, stream } = await open({ store: counting, budgets: [budget] })
    const all = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    takes.length = 0
    await append(api, 'a', 'one', 'two', 'three')
    for (const one of all) await expect.poll(one.texts).toEqual(['one', 'two', 'three'])
    expect(takes.reduce((sum, amount) => sum + amount, 0)).toBe(6 * EVENT)
  })

  test('that asked for reports is told of what each event cost', async () => {
    const { api, connect, stream } = await open()
    const headers = { 'graphql-cost': 'report' }
    const all = [over(connect(keys.ada, headers), NEWS), stream(NEWS, keys.ada, headers)]
    const plain = over(connect(), NEWS)
    await subscribed(api, 3)
    await append(api, 'a', 'one')
    for (const one of all) {
      await expect.poll(one.texts).toEqual(['one'])
      expect(one.messages[0]?.extensions).toMatchObject({
        cursor: expect.any(String),
        cost: {
          actualQueryCost: EVENT,
          throttleStatus: { maximumAvailable: 100, currentlyAvailable: expect.any(Number) },
        },
      })
    }
    await expect.poll(plain.texts).toEqual(['one'])
    expect(Object.keys(plain.messages[0]?.extensions ?? {})).toEqual(['cursor'])
  })

  test('is executed once for all clients of a role, who see the same', async () => {
    const { api, connect, stream } = await open()
    const all = [over(connect(), SHARED), over(connect(keys.bob), SHARED), stream(SHARED, keys.bob)]
    await subscribed(api, 3)
    await append(api, 'a', 'one', 'two')
    for (const one of all) await expect.poll(one.texts).toEqual(['one', 'two'])
    for (const one of all) expect(one.messages).toEqual(all[0]?.messages)
    expect(all[0]?.messages[0]?.data).toEqual({ news: { text: 'one', reader: 'anybody' } })
    expect(api.newsExecuted).toEqual(['one', 'two'])
  })

  test.each([
    [
      'another client, where it belongs to one',
      SHARED.replace('"role"', '"client"'),
      SHARED.replace('"role"', '"client"'),
    ],
    ['another operation', SHARED, SHARED.replace('reader', '')],
    ['other topics', SHARED, SHARED.replace('["a"]', '["b", "a"]')],
  ])('is executed on its own for %s', async (_, ofAda, ofBob) => {
    const { api, connect } = await open()
    const all = [over(connect(), ofAda), over(connect(keys.bob), ofBob)]
    await subscribed(api, 2)
    await append(api, 'a', 'one')
    for (const one of all) await expect.poll(one.texts).toEqual(['one'])
    expect(api.newsExecuted).toEqual(['one', 'one'])
    if (ofAda === ofBob) expect(all.map(({ messages }) => messages[0]?.data?.news?.reader)).toEqual(['ada', 'bob'])
  })

  test('is executed on its own for clients that are anonymous', async () => {
    const { api, connect } = await open()
    const all = [over(connect(), SHARED), over(connect(''), SHARED)]
    await subscribed(api, 2)
    await append(api, 'a', 'one')
    for (const one of all) await expect.poll(one.texts).toEqual(['one'])
    expect(api.newsExecuted).toEqual(['one', 'one'])
  })

  test('follows nothing any more once all have left, and is executed for nobody', async () => {
    const { api, connect, stream } = await open()
    const all = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    for (const one of all) one.stop()
    await subscribed(api, 0)
    await append(api, 'a', 'one')
    expect(api.newsExecuted).toEqual([])
  })
})

describe('a subscription that is resumed', () => {
  const TWO = 'subscription { news(of: ["a", "b"]) { text } }'

  test('sends what was missed, once and in order, and goes on', async () => {
    const { api, connect, stream, get } = await open()
    const first = over(connect(), TWO)
    await subscribed(api)
    await append(api, 'a', 'a1', 'a2')
    await append(api, 'b', 'b1')
    await expect.poll(() => first.texts().length).toBe(3)
    first.stop()
    await subscribed(api, 0)
    const cursor = first.messages[1]?.extensions?.cursor ?? ''
    await append(api, 'a', 'a3')
    await append(api, 'b', 'b2')
    const aborted = new AbortController()
    closers.push(() => aborted.abort())
    const answer = await get(TWO, { 'last-event-id': cursor }, aborted.signal)
    let raw = ''
    void answer.body
      ?.pipeThrough(new TextDecoderStream())
      .pipeTo(
        new WritableStream({
          write(part) {
            raw += part
          },
        }),
      )
      .catch(() => undefined)
    // The header of a browser goes before what its page has written into the request.
    const stale = first.messages[0]?.extensions?.cursor ?? ''
    const both = stream(TWO, keys.ada, { 'last-event-id': cursor }, stale)
    const all = [over(connect(), TWO, { resumeFrom: cursor }), stream(TWO, keys.ada, {}, cursor), both]
    await subscribed(api, 4)
    await append(api, 'a', 'a4')
    for (const { texts } of all) {
      await expect.poll(() => texts().toSorted()).toEqual(['a3', 'a4', 'b1', 'b2'])
      expect(texts().filter((text) => text?.startsWith('a'))).toEqual(['a3', 'a4'])
    }
    await expect
      .poll(() => [...raw.matchAll(/"text":"(..)"/g)].map(([, text]) => text).toSorted())
      .toEqual(['a3', 'a4', 'b1', 'b2'])
    // Each message says in its id what it says in its extensions.
    for (const [, id, told] of raw.matchAll(/id: (.*)\ndata: .*"cursor":"([^"]*)"/g)) expect(id).toBe(told)
    expect(api.subscriptionEvents.filter(({ event }) => event === 'resumed')).toHaveLength(4)
  })

  test.each([
    ['is none', 'nonsense', 'BAD_REQUEST'],
    ['is no text', 7, 'BAD_REQUEST'],
    ['belongs to other topics', 'of b', 'BAD_REQUEST'],
    ['reaches back too far', 'of long ago', 'RESUME_EXPIRED'],
  ])('with a cursor that %s is told so, and nothing is open', async (_, resumeFrom, code) => {
    const { api, connect, stream } = await open({ log: createMemoryEventLog({ maxEventsPerTopic: 2 }) })
    const first = over(connect(), resumeFrom === 'of b' ? NEWS.replace('"a"', '"b"') : NEWS)
    await subscribed(api)
    for (const topic of ['a', 'b']) await append(api, topic, '1')
    await expect.poll(first.texts).toEqual(['1'])
    first.stop()
    await subscribed(api, 0)
    await append(api, 'a', '2', '3', '4')
    const cursor = String(resumeFrom).startsWith('of') ? first.messages[0]?.extensions?.cursor : resumeFrom
    const back = over(connect(), NEWS, { resumeFrom: cursor })
    await expect.poll(back.ended).toBeDefined()
    expect(JSON.stringify([back.ended(), back.messages])).toContain(code)
    if (typeof cursor === 'string') {
      const streamed = stream(NEWS, keys.ada, { 'last-event-id': cursor })
      await expect.poll(streamed.ended).toBeDefined()
      expect(JSON.stringify([streamed.ended(), streamed.messages])).toContain(code)
    }
    await subscribed(api, 0)
    expect(api.newsExecuted).toEqual(['1'])
  })

  test('that has no topics cannot be, and says so', async () => {
    const { api, connect } = await open()
    const back = over(connect(), 'subscription { numbers(upTo: 3) }', { resumeFrom: 'anything' })
    await expect.poll(() => JSON.stringify([back.messages, back.ended()])).toContain('BAD_REQUEST')
    await subscribed(api, 0)
  })
})

describe('a subscription whose client is out of budget', () => {
  test('says once until when it pauses, and goes on by itself with what has waited', async () => {
    const { api, connect, stream } = await open({
      store: createMemoryBudgetStore(),
      budgets: [testBudget({ capacity: 8, refillPerSecond: 8 })],
    })
    const all = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    const events = Array.from({ length: 10 }, (_, index) => String(index))
    const startedAt = Date.now()
    await append(api, 'a', ...events)
    for (const one of all) await expect.poll(one.texts, { timeout: 10_000 }).toEqual(events)
    // 20 points are more than there were, at 8 a second.
    expect(Date.now() - startedAt).toBeGreaterThan(1_000)
    const told = all.flatMap(({ messages }) => messages.filter(({ errors }) => errors))
    expect(told.length).toBeGreaterThan(0)
    for (const { data, errors, extensions } of told) {
      expect(data).toBeUndefined()
      expect(errors).toMatchObject([
        { extensions: { code: 'SUBSCRIPTION_PAUSED', pausedUntil: extensions?.budget?.pausedUntil } },
      ])
      expect(Date.parse(extensions?.budget?.pausedUntil ?? '')).toBeGreaterThan(startedAt)
    }
    expect(api.logged).toEqual([])
  })

  test('ends where its tier says so', async () => {
    const { api, connect, stream } = await open({
      budgets: [testBudget({ capacity: 15 })],
      subscriptions: { outOfBudget: 'close' },
    })
    const all = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    await append(api, 'a', ...Array.from({ length: 10 }, (_, index) => String(index)))
    for (const one of all) {
      await expect.poll(one.ended).toBeDefined()
      expect(JSON.stringify([one.messages, one.ended()])).toContain('RATE_LIMITED')
    }
    const delivered = all.flatMap(({ texts }) => texts()).length
    expect(api.subscriptionEvents.filter(({ event }) => event === 'delivered')).toHaveLength(delivered)
    // Two have begun, at the price of an event each.
    const { headers } = await api.send('{ __typename }')
    expect(headers['x-ratelimit-remaining']).toBe(String(15 - (2 + delivered) * EVENT - 1))
  })

  test('ends with an event that costs more than there can ever be', async () => {
    const bytes = testBudget({ name: 'bytes', meter: 'responseBytes', capacity: 500 })
    const { api, connect } = await open({ budgets: [testBudget(), bytes] })
    const one = over(connect(), NEWS)
    await subscribed(api)
    await append(api, 'a', 'x'.repeat(1_000))
    await expect
      .poll(one.ended)
      .toMatchObject([{ extensions: { code: 'RATE_LIMITED', budget: 'bytes', retryAfterMs: null } }])
    expect(one.texts()).toEqual([])
  })

  test('ends when more waits than may', async () => {
    const { api, connect } = await open({
      budgets: [testBudget({ capacity: 6 })],
      edge: { maxQueuedEvents: 3 },
    })
    const one = over(connect(), NEWS)
    await subscribed(api)
    for (const text of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']) {
      await append(api, 'a', text)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(one.ended).toMatchObject([{ extensions: { code: 'SUBSCRIPTION_OVERFLOW' } }])
    await subscribed(api, 0)
    expect(api.subscriptionEvents.filter(({ event }) => event === 'overflow')).toHaveLength(1)
  })
})

describe('subscriptions', () => {
  test.each([
    ['of a client', { maxSubscriptions: 2 }, 'client'],
    ['on a socket', { maxSubscriptionsPerSocket: 2 }, 'socket'],
  ] as const)('%s are no more than its tier allows, and one that ends makes room', async (_, subscriptions, limit) => {
    const { api, connect, stream } = await open({ subscriptions })
    const client = connect()
    const [first] = [over(client, NEWS), over(client, NEWS)]
    await subscribed(api, 2)
    const third = over(client, NEWS)
    await expect
      .poll(third.ended)
      .toMatchObject([{ extensions: { code: 'SUBSCRIPTION_LIMIT_EXCEEDED', limit, allowed: 2 } }])
    const streamed = stream(NEWS)
    if (limit === 'client') await expect.poll(() => String(streamed.ended())).toContain('429')
    else await subscribed(api, 3)
    streamed.stop()
    await subscribed(api, 2)
    first?.stop()
    await subscribed(api, 1)
    over(client, NEWS)
    await subscribed(api, 2)
    over(connect(keys.bob), NEWS)
    await subscribed(api, 3)
  })

  test('end when the key of their client is taken away, each as its protocol has it', async () => {
    const { api, connect, stream } = await open()
    const [socket, streamed] = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    api.reloadClients(undefined)
    await expect.poll(socket.ended).toMatchObject({ code: 4401 })
    await expect.poll(() => JSON.stringify(streamed.messages)).toContain('UNAUTHENTICATED')
    await expect.poll(streamed.ended).toBe('completed')
    await subscribed(api, 0)
    await append(api, 'a', 'secret')
    expect(api.newsExecuted).toEqual([])
  })

  test('cost nothing any more once a key has been taken away, though their client does not answer', async () => {
    const { api, socketUrl } = await open()
    const socket = new WebSocket(socketUrl, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.ada } }))
    await once(socket, 'message')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: NEWS } }))
    await subscribed(api)
    socket.pause()
    api.reloadClients(undefined)
    await append(api, 'a', 'one')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(api.subscriptionEvents).toEqual([])
    await subscribed(api, 0)
    expect(api.logged).toEqual([])
  })

  test('end with the next event when the tier of their clients has been taken away', async () => {
    const { api, connect, stream } = await open()
    const all = [over(connect(), NEWS), stream(NEWS)]
    await subscribed(api, 2)
    api.reload({ tiers: new Map() })
    await append(api, 'a', 'one')
    for (const one of all) {
      await expect.poll(one.ended).toBeDefined()
      expect(JSON.stringify([one.messages, one.ended()])).toContain('FORBIDDEN')
    }
  })

  test('are sent elsewhere when the server closes, and none is told that it is complete', async () => {
    const { api, connect, get } = await open()
    const socket = over(connect(), NEWS)
    const answer = await get(NEWS)
    await subscribed(api, 2)
    await append(api, 'a', 'one')
    await expect.poll(socket.texts).toEqual(['one'])
    const text = answer.text()
    await api.app.close()
    await expect.poll(socket.ended).toMatchObject({ code: 1012 })
    expect(await text).toContain('"one"')
    expect(await text).not.toContain('complete')
    await subscribed(api, 0)
  })

  test('are sent elsewhere over a time, not all at once', async () => {
    const { api, connect } = await open({ edge: { drainSpreadMs: 200 } })
    const all = Array.from({ length: 20 }, () => over(connect(), NEWS))
    await subscribed(api, 20)
    const closing = api.app.close()
    await expect.poll(() => all.filter(({ ended }) => ended()).length, { interval: 5 }).toBeGreaterThan(0)
    expect(all.filter(({ ended }) => ended()).length).toBeLessThan(20)
    await closing
    for (const { ended } of all) await expect.poll(ended).toMatchObject({ code: 1012 })
  })

  test('to a budget tell of each change, and cost nothing but their beginning', async () => {
    const { api, connect } = await open()
    const before = await left(api)
    const perQuery = before - (await left(api))
    const watched = over(connect(), 'subscription { budgetChanged { remaining } }')
    await expect.poll(() => watched.messages.length).toBe(1)
    const start = before - perQuery
    const told = () => watched.messages.map((message) => JSON.stringify(message))
    const began = Number(told()[0]?.match(/"remaining":(\d+)/)?.[1])
    expect(began).toBeLessThanOrEqual(start)
    await api.send('{ few(first: 1) { id } }')
    await expect.poll(() => watched.messages.length).toBe(2)
    const after = Number(told()[1]?.match(/"remaining":(\d+)/)?.[1])
    expect(after).toBeLessThan(began)
    // Nothing has been taken by the telling.
    expect(await left(api)).toBe(after - perQuery)
  })
})

describe('a client that does not read', () => {
  const LARGE = 'x'.repeat(50_000)

  /** A socket that has subscribed and reads nothing more. */
  async function stalled(api: Api, socketUrl: string, query: string) {
    const socket = new WebSocket(socketUrl, 'graphql-transport-ws')
    closers.push(() => socket.terminate())
    const texts: string[] = []
    const ends: string[] = []
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      if (message.type === 'next') texts.push(message.payload.data.news.text)
      if (message.type === 'error') ends.push(message.payload[0].extensions.code)
    })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { 'x-api-key': keys.bob } }))
    const before = api.subscriptions()
    await once(socket, 'message')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
    await subscribed(api, before + 1)
    socket.pause()
    return { resume: () => socket.resume(), texts, ends }
  }

  test.each(['close', 'dropOldest', 'coalesce'])(
    'delays nobody else, and when it reads again has what its subscription says: %s',
    async (overflow) => {
      const budgets = [testBudget({ capacity: 100_000 })]
      const { api, socketUrl, connect } = await open({ budgets, edge: { maxQueuedEvents: 20 } })
      const query = `subscription { news(of: ["a", "b"], sharedBy: "role", overflow: "${overflow}") { text } }`
      const reads = over(connect(), query)
      await subscribed(api)
      const slow = await stalled(api, socketUrl, query)
      const sent: string[] = []
      for (let number = 0; number < 300; number++) {
        const text = `${number}:${LARGE}`
        sent.push(text)
        await append(api, number % 2 === 0 ? 'a' : 'b', text)
        await expect.poll(() => reads.texts().length, { interval: 1 }).toBe(sent.length)
      }
      expect(reads.texts()).toEqual(sent)
      if (overflow === 'close') await subscribed(api, 1)
      else expect(slow.ends).toEqual([])
      slow.resume()
      const numbers = () => slow.texts.map((text) => Number(text.split(':')[0]))
      if (overflow === 'close') {
        await expect.poll(() => slow.ends).toEqual(['SUBSCRIPTION_OVERFLOW'])
        expect(numbers()).toEqual(numbers().map((_, index) => index))
        return
      }
      await expect.poll(() => numbers().at(-1)).toBe(299)
      expect(numbers()).toEqual(numbers().toSorted((a, b) => a - b))
      expect(new Set(numbers()).size).toBe(numbers().length)
      expect(numbers().length).toBeLessThan(300)
      // At the end is what has waited: as many as may, or the latest of each topic.
      const lasting = overflow === 'coalesce' ? [298, 299] : Array.from({ length: 20 }, (_, index) => 280 + index)
      expect(numbers().slice(-lasting.length)).toEqual(lasting)
    },
    30_000,
  )

  test('over HTTP delays nobody else, and ends when more waits than may', async () => {
    const budgets = [testBudget({ capacity: 100_000 })]
    const { api, origin, connect } = await open({ budgets, edge: { maxQueuedEvents: 20 } })
    const reads = over(connect(keys.bob), NEWS)
    await subscribed(api)
    const path = `/graphql/stream?${new URLSearchParams({ query: NEWS })}`
    const raw = openRawConnection(origin, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${keys.ada}\r\n\r\n`)
    closers.push(() => raw.socket.destroy())
    await subscribed(api, 2)
    await raw.until((text) => text.includes('200 OK'))
    raw.socket.pause()
    for (let number = 1; number <= 300; number++) {
      await append(api, 'a', `${number}:${LARGE}`)
      await expect.poll(() => reads.texts().length, { interval: 1 }).toBe(number)
    }
    await subscribed(api, 1)
    await api.app.close()
  }, 30_000)
})
