import fc from 'fast-check'
import { buildSchema } from 'graphql'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ConcludeOptions } from '../../src/admission/conclude-operation.ts'
import { AdmittingApolloServer, createApolloServer } from '../../src/server/operations/apollo-server.ts'
import { hostileThrows } from '../support/hostile-throws.ts'
import { createTestApi, headThrows, keys, type TestApiOptions, unserialisable } from '../support/test-api.ts'

/** Two servers alike, but that somebody listens to one of them: it answers by Apollo's pipeline. */
async function openBoth(options: TestApiOptions) {
  const direct = await createTestApi(options)
  const byApollo = await createTestApi({ ...options, plugins: [{}] })
  onTestFinished(async () => {
    await Promise.all([direct.close(), byApollo.close()])
  })
  const throughApollo = vi.spyOn(AdmittingApolloServer.prototype, 'executeHTTPGraphQLRequest')
  onTestFinished(() => throughApollo.mockRestore())

  async function answers(api: typeof direct, payload: object, headers: Record<string, string>) {
    const response = await api.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(payload),
    })
    const { date, 'x-ratelimit-reset': reset, ...others } = response.headers
    return { status: response.statusCode, headers: others, body: withoutIds(response.body) }
  }

  return {
    throughApollo,
    /** What both answer, which is to be the same. */
    async sendBoth(payload: object, headers: Record<string, string> = {}) {
      const [one, other] = await Promise.all([answers(direct, payload, headers), answers(byApollo, payload, headers)])
      expect(one).toEqual(other)
      expect(one.headers['content-length']).toBe(other.headers['content-length'])
      return one
    },
    /** What both have told telemetry, but for how long it took. */
    expectSameTelemetry() {
      const told = [direct, byApollo].map(({ ended, budgetEvents }) => ({
        ended: ended.map(({ durationMs, ...others }) => others),
        budgetEvents,
      }))
      expect(told[0]).toEqual(told[1])
    },
  }
}

function withoutIds(body: string): string {
  return body.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
}

const settings = fc.record({
  introspection: fc.boolean(),
  statusProfile: fc.constantFrom('audits' as const, 'spec-2026' as const),
})

const valid = [
  '{ things(first: 2) { id self { id } } }',
  'query Few($n: Int = 2) { few(first: $n) { id } }',
  'query Two($n: Int) { few(first: $n) { id } } mutation Count { count }',
  'mutation Count { count }',
  'query Sized($n: Int = 1) { sized(first: $n) }',
  'query Filtered($by: Filter) { filtered(by: $by) things(first: 1) { id } }',
  '{ __typename __schema { queryType { name } } }',
  '{ rateLimit { budgets { name } } }',
  '{ things { id } }',
  '{ endless { id } }',
  '{ text(length: 30) }',
]
const failing = [
  '{ broken }',
  '{ broken things(first: 1) { id } }',
  '{ forbidden }',
  '{ forbidden few(first: 1) { id } }',
  '{ forbidden broken }',
  ...Object.keys(unserialisable).map((kind) => `{ anything(kind: ${JSON.stringify(kind)}) }`),
  ...Object.keys(hostileThrows).map((thrown) => `{ hostile(thrown: ${JSON.stringify(thrown)}) few(first: 1) { id } }`),
]
const headed = Object.keys(headThrows).flatMap((kind) => {
  const field = `headed(kind: ${JSON.stringify(kind)})`
  return [`{ ${field} }`, `{ ${field} few(first: 1) { id } }`, `{ ${field} forbidden }`]
})
const refused = [
  '{ things(first: 60) { id } }',
  '{ nothing }',
  '{ things(',
  'subscription { numbers(upTo: 2) }',
  'query A { few(first: 1) { id } } query B { few(first: 2) { id } }',
  '',
]

const payloads = fc.record(
  {
    query: fc.constantFrom(...valid, ...valid, ...failing, ...headed, ...refused),
    operationName: fc.constantFrom<unknown>(null, 'Few', 'Count', 'Two', 'B', '', 7),
    variables: fc.constantFrom<unknown>(
      null,
      {},
      { n: 1 },
      { n: null },
      { n: 'one' },
      { n: 1, more: [[{}]] },
      { by: { not: { least: 1 }, least: 2 } },
      { by: { least: 'two' } },
      [],
      'n',
    ),
    extensions: fc.constantFrom<unknown>(null, {}, { a: 1 }, [], 'a'),
  },
  { requiredKeys: ['query'] },
)

const headers = fc.record(
  {
    accept: fc.constantFrom(
      '*/*',
      'application/json',
      'application/graphql-response+json',
      'application/graphql-response+json, application/json;q=0.9',
      'application/json, application/graphql-response+json',
      'application/json;q=0.5, application/graphql-response+json',
      'Application/JSON , text/html',
      'text/html, */*;q=0.1',
      'application/*',
      'text/html',
      '',
    ),
    'graphql-cost': fc.constantFrom('report', 'explain', 'validate', 'all'),
    'x-api-key': fc.constantFrom(keys.ada, keys.bob, keys.bob, 'unknown'),
  },
  { requiredKeys: [] },
)

describe('an answer that does not pass the pipeline of Apollo Server', () => {
  test('is the one that the pipeline makes, to the byte', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        fc.array(fc.tuple(payloads, headers), { minLength: 1, maxLength: 12 }),
        async ({ introspection, statusProfile }, requests) => {
          const { sendBoth, expectSameTelemetry } = await openBoth({ introspection, edge: { statusProfile } })
          for (const [payload, sent] of requests) await sendBoth(payload, sent)
          expectSameTelemetry()
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 60) },
    )
  })

  test.each([...valid, ...failing, ...headed, ...refused])('is that to %s', async (query) => {
    const { sendBoth, expectSameTelemetry } = await openBoth({})
    for (const headers of [{}, { 'graphql-cost': 'report' }, { 'graphql-cost': 'validate' }]) {
      for (const _ of [1, 2, 3]) await sendBoth({ query, operationName: null }, { 'x-api-key': keys.ada, ...headers })
    }
    expectSameTelemetry()
  })

  test('is what operations get that nobody else is told of', async () => {
    const { sendBoth, throughApollo } = await openBoth({})
    const query = '{ few(first: 1) { id } }'
    expect(await sendBoth({ query }, { 'x-api-key': keys.ada })).toMatchObject({ status: 200 })
    expect(throughApollo).toHaveBeenCalledTimes(1)
  })

  test('is never what operations get of a server that reports to Apollo', () => {
    vi.stubEnv('APOLLO_KEY', 'service:shop:key')
    onTestFinished(() => void vi.unstubAllEnvs())
    const schema = buildSchema('type Query { a: Int }')
    const admission = {} as ConcludeOptions['admission']
    const options = { schema, conclude: { admission }, introspection: true, logger: pino({ level: 'silent' }) }
    expect(createApolloServer(options).hasOtherPlugins).toBe(true)
  })

  test('tells of a deadline as the pipeline does', async () => {
    const { sendBoth } = await openBoth({ timeoutMs: 30 })
    expect(await sendBoth({ query: '{ stuck }' }, { 'x-api-key': keys.ada })).toMatchObject({ status: 504 })
  })
})
