import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { OversizedList } from '../../src/execution/containment/containment-options.ts'
import { testBudget } from '../support/describe-budget-store.ts'
import { type Door, doors } from '../support/doors.ts'
import { hostileThrows } from '../support/hostile-throws.ts'
import { createTestApi, keys, type TestApiOptions, unserialisable } from '../support/test-api.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

const RICH = { maxCost: 100_000, budgets: [testBudget({ name: 'burst', capacity: 100_000 })] }

async function open(options: TestApiOptions = {}) {
  const api = await createTestApi({ ...RICH, ...options })
  closers.push(api.close)
  return api
}

/** A server that listens, and what comes over a socket to it. */
async function listen(options: TestApiOptions = {}) {
  const api = await open(options)
  const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'x-api-key': keys.ada },
    retryAttempts: 0,
  })
  closers.push(() => client.dispose())
  async function results(query: string): Promise<readonly unknown[]> {
    const found: unknown[] = []
    for await (const result of client.iterate({ query })) found.push(result)
    return found
  }
  return { api, origin, results }
}

/** What is asked by all doors that take any document. */
const untrustedDoors: readonly (readonly [string, Door])[] = Object.entries(doors).filter(
  ([name]) => !/hash|id/.test(name),
)

describe('what a resolver throws', () => {
  test.each(Object.keys(hostileThrows))('hurts its own field alone, and is not told: %s', async (thrown) => {
    const { api, results } = await listen()
    for (const late of [false, true]) {
      const query = `{ hostile(thrown: ${JSON.stringify(thrown)}, late: ${late}) sized(first: 3) }`
      const masked = {
        data: { hostile: null, sized: 3 },
        errors: [{ path: ['hostile'], extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) } }],
      }
      const { status, body } = await api.send(query)
      expect({ status, body }).toMatchObject({ status: 200, body: masked })
      expect(JSON.stringify(body)).not.toContain('hush')
      const overSocket = await results(query)
      expect(overSocket).toMatchObject([masked])
      expect(JSON.stringify(overSocket)).not.toContain('hush')
    }
    expect(api.logged).toHaveLength(4)
    // The socket and the server are there for the next one.
    expect(await results('{ sized(first: 4) }')).toEqual([{ data: { sized: 4 } }])
  })
})

describe('a value that is no JSON', () => {
  test.each(Object.keys(unserialisable))('is answered as a failure, over HTTP and WebSocket: %s', async (kind) => {
    const { api, results } = await listen()
    const query = `{ anything(kind: ${JSON.stringify(kind)}) sized(first: 3) }`
    // From the third run on it is compiled.
    for (let run = 0; run < 4; run++) {
      const { status, body } = await api.send(query)
      expect({ status, body }).toMatchObject({
        status: 500,
        body: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
      })
      expect(body.data ?? null).toBeNull()
    }
    expect(await results(query)).toMatchObject([{ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }])
    expect(await results('{ sized(first: 4) }')).toEqual([{ data: { sized: 4 } }])
  })
})

describe('an answer that is too large', () => {
  const containment = { maxResponseBytes: 1_000 }

  test.each(untrustedDoors)('is not sent, and keeps its estimate charged: %s', async (_, door) => {
    const { api, origin } = await listen({ containment })
    expect(await door(origin, { query: '{ text(length: 2000) }', key: keys.ada })).toBe('RESPONSE_TOO_LARGE')
    expect(await door(origin, { query: '{ text(length: 900) }', key: keys.ada })).toBe('answered')
    expect(api.ended[0]).toMatchObject({ outcome: 'RESPONSE_TOO_LARGE' })
  })

  test('says how large it was, with status 400 and no data', async () => {
    const { send } = await open({ containment })
    const { status, body, headers } = await send('{ things(first: 100) { id } }')
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE', allowed: 1_000 } }] })
    expect(body.data ?? null).toBeNull()
    expect(headers['graphql-cost']).toBe('estimated=102, actual=102')
  })

  test('is one to the byte, also where it has been compiled and writes itself', async () => {
    const bytes = Buffer.byteLength(JSON.stringify({ data: { text: 'x'.repeat(1_500) } }))
    const codesWith = async (maxResponseBytes: number) => {
      const { send } = await open({ containment: { maxResponseBytes } })
      const codes = []
      for (let run = 0; run < 5; run++) {
        codes.push((await send('{ text(length: 1500) }')).body.errors?.[0]?.extensions['code'])
      }
      return new Set(codes)
    }
    expect(await codesWith(bytes)).toEqual(new Set([undefined]))
    expect(await codesWith(bytes - 1)).toEqual(new Set(['RESPONSE_TOO_LARGE']))
  })

  test('of one event leaves the others of its subscription', async () => {
    const { results } = await listen({ containment })
    expect(await results('subscription { texts(lengths: [1, 2000, 2]) }')).toMatchObject([
      { data: { texts: 'x' } },
      { errors: [{ extensions: { code: 'RESPONSE_TOO_LARGE' } }] },
      { data: { texts: 'xx' } },
    ])
  })
})

describe('an operation that holds the event loop', () => {
  const containment = { eventLoopBudgetMs: 50 }

  test.each(untrustedDoors)('is stopped, by %s', async (_, door) => {
    const { origin } = await listen({ containment })
    expect(await door(origin, { query: '{ busy(ms: 60) }', key: keys.ada })).toBe('OPERATION_TIMEOUT')
  })

  test('says for how long it did, and is not waited for to its end', async () => {
    const slow: string[] = []
    const onSlowResolver = ({ coordinate }: { coordinate: string }) => void slow.push(coordinate)
    const { send, ended } = await open({ containment: { ...containment, onSlowResolver } })
    const startedAtMs = performance.now()
    const { status, body } = await send('{ things(first: 5000) { busy } }')
    // All of it would take five seconds.
    expect(performance.now() - startedAtMs).toBeLessThan(2_500)
    expect(status).toBe(504)
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringMatching(/^This operation held the processor for \d+ ms without a pause, of 50 ms allowed/),
      extensions: { code: 'OPERATION_TIMEOUT', timeoutMs: 50, heldMs: expect.any(Number) },
    })
    expect(slow).toEqual(['Thing.busy'])
    expect(ended).toMatchObject([{ outcome: 'OPERATION_TIMEOUT', estimatedCost: 5_002, actualCost: 5_002 }])
  })
})

describe('a list that is longer than the estimate counted', () => {
  function policy(oversizedLists: 'charge' | 'truncate' | 'error') {
    const oversized: OversizedList[] = []
    const onOversizedList = (list: OversizedList) => void oversized.push(list)
    return { oversized, containment: { oversizedLists, onOversizedList } }
  }
  const query = '{ few(first: 1) { id } sized(first: 3) }'
  const told = [{ coordinate: 'Query.few', expected: 1, found: 2 }]

  test('is answered and charged', async () => {
    const { oversized, containment } = policy('charge')
    const { send } = await open({ containment })
    const { body, headers } = await send(query)
    expect(body.data).toEqual({ few: [{ id: '0' }, { id: '1' }], sized: 3 })
    expect(headers['graphql-cost']).toBe('estimated=3, actual=4')
    expect(oversized).toEqual(told)
  })

  test('is cut, and costs no more than the estimate', async () => {
    const { oversized, containment } = policy('truncate')
    const { api, results } = await listen({ containment })
    const { body, headers } = await api.send(query)
    expect(body.data).toEqual({ few: [{ id: '0' }], sized: 3 })
    expect(headers['graphql-cost']).toBe('estimated=3, actual=3')
    expect(await results(query)).toEqual([{ data: { few: [{ id: '0' }], sized: 3 } }])
    expect(oversized).toEqual([...told, ...told])
  })

  test('is an error that says whose mistake it is', async () => {
    const { oversized, containment } = policy('error')
    const { api, results } = await listen({ containment })
    const { body } = await api.send(query)
    const answer = {
      data: { few: null, sized: 3 },
      errors: [{ path: ['few'], extensions: { code: 'LIST_SIZE_EXCEEDED', ...told[0] } }],
    }
    expect(body).toMatchObject(answer)
    expect(body.errors?.[0]?.message).toContain('Query.few has 2 or more items, and its cost was estimated for 1')
    expect(await results(query)).toMatchObject([answer])
    expect(oversized).toEqual([...told, ...told])
  })
})

test('a promise that a resolver leaves behind hurts nobody when it is rejected', async () => {
  const late: unknown[] = []
  const note = (reason: unknown) => void late.push(reason)
  process.on('unhandledRejection', note)
  closers.push(() => process.off('unhandledRejection', note))
  const { send, held } = await open()
  expect((await send('{ floating }')).body).toEqual({ data: { floating: 1 } })
  for (const letGo of held) letGo()
  await expect.poll(() => late).toMatchObject([{ message: 'nobody waits for this' }])
  expect((await send('{ sized(first: 3) }')).body).toEqual({ data: { sized: 3 } })
})
