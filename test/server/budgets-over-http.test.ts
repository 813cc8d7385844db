import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { TierBudget } from '../../src/admission/tier.ts'
import type { Budget } from '../../src/budget/budget.ts'
import type { TakeRequest } from '../../src/budget/budget-store.ts'
import { createLeasingBudgetStore } from '../../src/budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { seats, testBudget } from '../support/describe-budget-store.ts'
import { createTestApi, keys, type TestAnswer, type TestApiOptions, testPolicy } from '../support/test-api.ts'

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

const bob = { 'x-api-key': keys.bob }

function codeOf({ body }: TestAnswer): unknown {
  return body.errors?.[0]?.extensions['code']
}

/** `RateLimit` without the times: what is left of each budget, as the answer tells it. */
function left({ headers }: TestAnswer): string {
  return String(headers['ratelimit']).replaceAll(/;t=\d+/g, '')
}

describe('a budget of one root field', () => {
  const counts: TierBudget = {
    ...testBudget({ name: 'counts', level: 'operation', meter: 'requests', capacity: 3 }),
    field: 'Mutation.count',
  }
  const countCost: TierBudget = {
    ...testBudget({ name: 'countCost', level: 'operation', capacity: 20 }),
    field: 'Mutation.count',
  }
  const fewer: TierBudget = {
    ...testBudget({ name: 'fewer', level: 'operation', meter: 'requests', capacity: 5 }),
    field: 'Query.few',
  }
  const budgets = [testBudget(), counts, fewer]

  test('is charged by the operations that select the field, once for each response name', async () => {
    const api = await open({ budgets })
    expect(left(await api.send('{ __typename }'))).toBe('"burst";r=99')
    expect(left(await api.send('mutation { count again: count }'))).toBe('"burst";r=92, "counts";r=1')
    const query =
      'query ($no: Boolean = false) { few(first: 1) { id } ...F @include(if: $no) } fragment F on Query { x: few(first: 1) { id } }'
    expect(left(await api.send(query))).toContain('"fewer";r=4')
    expect(left(await api.send(query, { variables: { no: true } }))).toContain('"fewer";r=2')
  })

  test('denies what it has no room for, by the name of the field, and nothing else', async () => {
    const api = await open({ budgets })
    await api.send('mutation { count again: count }')
    const denied = await api.send('mutation { count again: count }')
    expect(denied).toMatchObject({ status: 429, headers: { 'retry-after': '1000' } })
    expect(denied.body.errors?.[0]).toMatchObject({
      message:
        'This operation needs 2 calls of Mutation.count of the budget "counts", which has 1 left. Try again in 1 000 s.',
      extensions: { code: 'RATE_LIMITED', budget: 'counts', level: 'operation', cost: 2, maxAffordableCost: 0 },
    })
    expect(api.executed).toHaveLength(2)
    expect(await api.send('{ few(first: 1) { id } }')).toMatchObject({ status: 200 })
  })

  test('is not shared by the clients of a tenant', async () => {
    const api = await open({ budgets })
    await api.send('mutation { a: count b: count c: count }')
    expect(await api.send('mutation { count }')).toMatchObject({ status: 429 })
    expect(await api.send('mutation { count }', { headers: bob })).toMatchObject({ status: 200 })
  })

  test('of cost is charged the cost of the whole operation', async () => {
    const api = await open({ budgets: [testBudget(), countCost] })
    expect(left(await api.send('mutation { count }'))).toBe('"burst";r=96, "countCost";r=16')
  })

  test('is charged nothing by what is refused or only validated', async () => {
    const api = await open({ budgets, maxCost: 5 })
    await api.send('mutation { count b: count }')
    await api.send('mutation { count }', { headers: { 'graphql-cost': 'validate' } })
    expect(left(await api.send('mutation { count }'))).toContain('"counts";r=2')
  })
})

describe('a budget of bytes', () => {
  const traffic = testBudget({ name: 'traffic', meter: 'responseBytes', capacity: 1_000 })
  const budgets = [testBudget({ capacity: 10_000 }), traffic]

  test.each([
    { name: 'data', query: '{ things(first: 5) { id } }', headers: {} },
    { name: 'errors', query: '{ forbidden things(first: 1) { id } }', headers: {} },
    { name: 'the report', query: '{ few(first: 5) { id } }', headers: { 'graphql-cost': 'report' } },
  ])('is charged the length of the body, with $name in it', async ({ query, headers }) => {
    const api = await open({ budgets })
    const { body, headers: answered } = await api.send(query, { headers })
    const sent = Buffer.byteLength(JSON.stringify(body))
    expect(answered['ratelimit']).toContain(`"traffic";r=${1_000 - sent};`)
    // What is only validated takes none.
    expect(left(await api.send('{ __typename }', { headers: { 'graphql-cost': 'validate' } }))).toContain(
      `"traffic";r=${1_000 - sent}`,
    )
  })

  test('admits as long as a byte is left, and books what is beyond as debt, which has to be paid first', async () => {
    const api = await open({ budgets: [testBudget({ capacity: 10_000 }), { ...traffic, capacity: 100 }] })
    expect(left(await api.send('{ things(first: 9) { id } }'))).toContain('"traffic";r=0')
    const denied = await api.send('{ __typename }')
    expect(denied.status).toBe(429)
    expect(denied.body.errors?.[0]?.message).toMatch(
      /^The budget "traffic", of 100 bytes of answers, is used up\. Try again in \d+ \d+ s\.$/,
    )
    expect(denied.body.errors?.[0]?.extensions).toMatchObject({ budget: 'traffic', cost: 1, remaining: 0 })
    expect(Number(denied.headers['retry-after'])).toBeGreaterThan(1_000)
  })

  test('is charged what was sent where an operation runs into its deadline', async () => {
    const api = await open({ budgets, timeoutMs: 20 })
    const { body, headers } = await api.send('{ stuck }')
    expect(headers['ratelimit']).toContain(`"traffic";r=${1_000 - Buffer.byteLength(JSON.stringify(body))};`)
  })
})

describe('a budget of operations at once', () => {
  const budgets = [testBudget(), seats(1)]

  /** An operation that runs until the test lets it go. */
  async function runOne(api: TestApi) {
    const answer = api.send('{ held }')
    await expect.poll(() => api.held.length).toBe(1)
    return async () => {
      api.held[0]?.()
      expect(await answer).toMatchObject({ status: 200 })
    }
  }

  test('denies what is one too many, until one of them has ended', async () => {
    const api = await open({ budgets })
    const letGo = await runOne(api)
    const denied = await api.send('{ few(first: 1) { id } }')
    expect(denied).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    expect(denied.body.errors?.[0]).toEqual({
      message:
        'The budget "parallel" allows 1 operation at once, and as many are running. Send fewer at once: wait for one of them to end, then try again.',
      extensions: {
        code: 'CONCURRENCY_LIMITED',
        budget: 'parallel',
        level: 'client',
        limit: 1,
        retryAfterMs: expect.any(Number),
      },
    })
    expect(denied.body.errors?.[0]?.extensions['retryAfterMs']).toBeLessThanOrEqual(1_000)
    await letGo()
    expect(await api.send('{ few(first: 1) { id } }')).toMatchObject({ status: 200 })
  })

  test('tells how many places are free once the operation has given back its own', async () => {
    const api = await open({ budgets: [testBudget(), seats(20)] })
    const { headers } = await api.send('{ few(first: 1) { id } }')
    expect(headers['ratelimit-policy']).toContain('"parallel";q=20;bw-unit="concurrency"')
    expect(headers['ratelimit']).toMatch(/"parallel";r=20$/)
  })

  test('has back the place of an operation that is cut off', async () => {
    const api = await open({ budgets, timeoutMs: 20 })
    expect(await api.send('{ stuck }')).toMatchObject({ status: 504 })
    expect(await api.send('{ few(first: 1) { id } }')).toMatchObject({ status: 200 })
  })

  test.each([
    { name: 'refused', query: '{ fewer }', headers: {} },
    { name: 'only validated', query: '{ few(first: 1) { id } }', headers: { 'graphql-cost': 'validate' } },
  ])('is not asked for what is $name', async ({ query, headers }) => {
    const api = await open({ budgets })
    const letGo = await runOne(api)
    expect((await api.send(query, { headers })).status).not.toBe(429)
    await letGo()
  })

  test('leaves the word to another budget without room, whose wait is certain', async () => {
    const api = await open({ budgets: [testBudget({ capacity: 10 }), seats(1)] })
    const letGo = await runOne(api)
    const denied = await api.send('{ few(first: 8) { id } }')
    expect(codeOf(denied)).toBe('RATE_LIMITED')
    // No operation at all would be accepted now.
    expect(denied.body.errors?.[0]?.extensions).toMatchObject({ budget: 'burst', maxAffordableCost: 0 })
    await letGo()
  })
})

describe('a leaky bucket', () => {
  const queue: Budget = {
    name: 'queue',
    level: 'client',
    meter: 'cost',
    algorithm: 'leaky-bucket',
    capacity: 10,
    refillPerSecond: 10,
    maxDelayMs: 1_000,
    mode: 'enforce',
    onStoreFailure: 'local',
  }

  test('makes what does not fit yet wait its turn before it runs, and denies what would wait too long', async () => {
    const waits: number[] = []
    const ready: (() => void)[] = []
    const wait = (ms: number) =>
      new Promise<void>((resolve) => {
        waits.push(ms)
        ready.push(resolve)
      })
    // The deadline is shorter than the wait: it begins to count when the operation does.
    const api = await open({ budgets: [queue], wait, timeoutMs: 20 })
    expect(await api.send('mutation { a: count b: count }')).toMatchObject({ status: 200 })
    const waiting = api.send('mutation { a: count b: count c: count }')
    await expect.poll(() => waits).toEqual([700])
    expect(api.executed).toHaveLength(2)
    const denied = await api.send('mutation { count }')
    expect(codeOf(denied)).toBe('RATE_LIMITED')
    expect(denied.body.errors?.[0]?.extensions).toMatchObject({ maxAffordableCost: 3 })
    for (const go of ready) go()
    expect(await waiting).toMatchObject({ status: 200, body: { data: { c: 5 } } })
  })

  test('accepts what the denial has said would be accepted', async () => {
    const api = await open({ budgets: [queue], wait: async () => undefined })
    await api.send('{ things(first: 8) { id } }')
    await api.send('{ things(first: 4) { id } }')
    const denied = await api.send('{ things(first: 8) { id } }')
    expect(denied.body.errors?.[0]?.extensions['affordable']).toEqual({ argument: 'things.first', value: 2 })
    expect(await api.send('{ things(first: 3) { id } }')).toMatchObject({ status: 429 })
    expect(await api.send('{ things(first: 2) { id } }')).toMatchObject({ status: 200 })
  })

  test('keeps a reservation and a place for the longest wait and the deadline, and little longer', async () => {
    const lives: Pick<TakeRequest, 'ttlMs' | 'heldMs'>[] = []
    const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
    const watched = {
      ...store,
      take(request: TakeRequest) {
        lives.push({ ttlMs: request.ttlMs, heldMs: request.heldMs })
        return store.take(request)
      },
    }
    const api = await open({ store: watched, budgets: [queue], timeoutMs: 50 })
    await api.send('{ things(first: 8) { id } }')
    // Nothing of the address, which holds nothing.
    expect(lives).toEqual([
      { ttlMs: 0, heldMs: undefined },
      { ttlMs: 31_050, heldMs: 2_050 },
    ])
  })

  test('paces requests of an address too', async () => {
    const waits: number[] = []
    const wait = async (ms: number) => void waits.push(ms)
    const ipBudget: Budget = { ...queue, name: 'ip', level: 'ip', meter: 'requests', capacity: 1 }
    const api = await open({ ipBudget, wait })
    for (let round = 0; round < 3; round++) await api.send('{ __typename }')
    expect(waits).toEqual([100, 200])
  })

  test('is answered when its turn comes although the server closes meanwhile, on a connection that ends with it', async () => {
    const turns: (() => void)[] = []
    const wait = () => new Promise<void>((resolve) => turns.push(resolve))
    const api = await open({ budgets: [queue], wait })
    await api.send('{ things(first: 8) { id } }')
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const answer = fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.ada },
      body: JSON.stringify({ query: 'mutation { count }' }),
    })
    await expect.poll(() => turns.length).toBe(1)
    const closed = api.app.close()
    await expect.poll(() => api.app.server.listening).toBe(false)
    turns[0]?.()
    const { status, headers } = await answer
    expect({ status, connection: headers.get('connection') }).toEqual({ status: 200, connection: 'close' })
    await closed
  })

  test('gives nobody the turn of a client that goes away: nothing runs, and its estimate stays charged', async () => {
    const waiting: AbortSignal[] = []
    const wait = (_ms: number, signal: AbortSignal | undefined) =>
      new Promise((_, reject) => {
        if (signal === undefined) throw new Error('nobody could give up this wait')
        waiting.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    const api = await open({ budgets: [queue], wait })
    await api.send('{ things(first: 8) { id } }')
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const client = new AbortController()
    const gone = fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.ada },
      body: JSON.stringify({ query: 'mutation { count }' }),
      signal: client.signal,
    }).catch(() => 'gone')
    await expect.poll(() => waiting.length).toBe(1)
    client.abort()
    expect(await gone).toBe('gone')
    await expect.poll(() => api.ended.map(({ outcome }) => outcome)).toEqual(['completed', 'abandoned'])
    expect(api.executed).toEqual([])
    expect(api.logged).toEqual([])
    const { headers } = await api.send('{ fewer }')
    expect(headers['ratelimit']).toBe('"queue";r=0;t=2')
  })
})

describe('a budget that all clients share', () => {
  const everybody = testBudget({ name: 'everybody', level: 'global' })

  function openShared() {
    const memory = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
    return open({ store: createLeasingBudgetStore({ store: memory, newId: randomUUID }), globalBudgets: [everybody] })
  }

  test('denies one client what others have used, and tells it in no header how much that is', async () => {
    const api = await openShared()
    const answer = await api.send('{ things(first: 58) { id } }')
    expect(left(answer)).toBe('"burst";r=40, "requests";r=49')
    const denied = await api.send('{ things(first: 58) { id } }', { headers: bob })
    expect(denied).toMatchObject({ status: 429, headers: { 'x-ratelimit-remaining': '100' } })
    expect(denied.body.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      budget: 'everybody',
      level: 'global',
      retryAfterMs: 20_000_000,
      maxAffordableCost: 40,
    })
    expect(left(denied)).toBe('"burst";r=100, "requests";r=50')
  })

  test('has back what an operation did not use', async () => {
    const api = await openShared()
    await api.send('{ few(first: 80) { id } }')
    expect(await api.send('{ things(first: 80) { id } }', { headers: bob })).toMatchObject({ status: 200 })
  })
})

describe('a soft threshold', () => {
  const warned = testBudget({ softThreshold: 0.8 })
  const trial = testBudget({ name: 'trial', mode: 'shadow', softThreshold: 0.5 })

  test('is told with every answer while it is passed, and to telemetry once when it is', async () => {
    const api = await open({ budgets: [warned, trial] })
    const answers = []
    for (let round = 0; round < 4; round++) answers.push(await api.send('{ things(first: 28) { id } }'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429])
    expect(answers.map(({ headers }) => headers['ratelimit-warning'])).toEqual([
      undefined,
      undefined,
      '"burst";r=10;at=0.8',
      '"burst";r=10;at=0.8',
    ])
    expect(api.budgetEvents).toEqual([
      { kind: 'over-soft-threshold', tier: 'free', budget: 'trial', level: 'client' },
      { kind: 'over-soft-threshold', tier: 'free', budget: 'burst', level: 'client' },
      { kind: 'denied', tier: 'free', budget: 'burst', level: 'client' },
    ])
  })

  test('is passed by what settling books beyond the estimate too', async () => {
    const traffic = testBudget({ name: 'traffic', meter: 'responseBytes', softThreshold: 0.8 })
    const api = await open({ budgets: [testBudget({ capacity: 1_000 }), traffic] })
    await api.send('{ things(first: 7) { id } }')
    expect(api.budgetEvents).toMatchObject([{ kind: 'over-soft-threshold', budget: 'traffic' }])
  })
})

describe('a budget in shadow', () => {
  test('denies nothing, is told to no client, and says to telemetry what it would have denied', async () => {
    const api = await open({
      budgets: [testBudget({ capacity: 1_000 }), testBudget({ name: 'trial', mode: 'shadow' })],
    })
    for (let round = 0; round < 3; round++) {
      const answer = await api.send('{ things(first: 48) { id } }')
      expect(answer.status).toBe(200)
      expect(left(answer)).not.toContain('trial')
    }
    expect(api.budgetEvents).toEqual([{ kind: 'shadow-denied', tier: 'free', budget: 'trial', level: 'client' }])
  })
})

describe('the denial of an address', () => {
  test('is told to telemetry without a tier', async () => {
    const api = await open({ ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1 }) })
    await api.send('{ __typename }')
    await api.send('{ __typename }')
    expect(api.budgetEvents).toEqual([{ kind: 'denied', tier: 'none', budget: 'ip', level: 'ip' }])
  })
})

describe('a reload', () => {
  test('of limits takes effect on the next take, and what is used stays used', async () => {
    const api = await open()
    await api.send('{ things(first: 58) { id } }')
    api.reload(testPolicy({ budgets: [testBudget({ capacity: 70 })] }))
    expect(await api.send('{ things(first: 9) { id } }')).toMatchObject({ status: 429 })
    api.reload(testPolicy({ budgets: [testBudget({ capacity: 1_000 })] }))
    expect(left(await api.send('{ things(first: 8) { id } }'))).toBe('"burst";r=930')
  })

  test('of an override gives one client what its tier does not have', async () => {
    const api = await open({ maxCost: 50 })
    const tier = testPolicy({ maxCost: 500, budgets: [testBudget({ capacity: 5_000 })] }).tiers.get('free')
    api.reload({ clientTiers: new Map(tier && [['ada', tier]]) })
    expect(left(await api.send('{ things(first: 98) { id } }'))).toBe('"burst";r=4900')
    expect(await api.send('{ things(first: 98) { id } }', { headers: bob })).toMatchObject({ status: 400 })
  })

  test('of the budget of addresses is heard by the next request', async () => {
    const api = await open()
    await api.send('{ __typename }')
    await api.send('{ __typename }')
    api.reload({ ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 2 }) })
    expect(await api.send('{ __typename }')).toMatchObject({ status: 429 })
  })

  test('that takes the tier of a client away refuses it, with what to do, and charges nothing', async () => {
    const api = await open()
    api.reload({ tiers: new Map() })
    for (const query of ['mutation { count }', '{ fewer }', '{ few(']) {
      const answer = await api.send(query)
      expect(answer.status).toBe(403)
      expect(answer.body.errors?.[0]?.message).toContain('The tier "free" of this client is not configured any more')
    }
    expect(api.executed).toEqual([])
  })

  test('of the headers is seen in the next answer', async () => {
    const api = await open()
    api.reloadHeaders({ draft: 7, resetFormat: 'delta' })
    const { headers } = await api.send('{ few(first: 5) { id } }')
    expect(headers).toMatchObject({ ratelimit: 'limit=100, remaining=96, reset=4000', 'x-ratelimit-reset': '4000' })
    for (const answer of [await api.send('{ fewer }'), await api.post('{'), await api.post([{ query: '{ few }' }])]) {
      expect(answer.headers['ratelimit']).toBe('limit=100, remaining=96, reset=4000')
    }
  })
})
