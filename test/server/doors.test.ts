import { describe, expect, onTestFinished, test } from 'vitest'
import type { DocumentsOptions } from '../../src/admission/documents/documents.ts'
import { parseManifest } from '../../src/admission/documents/manifest.ts'
import { seats, testBudget } from '../support/describe-budget-store.ts'
import { doors, sha256 } from '../support/doors.ts'
import { createTestApi, keys, type TestApiOptions } from '../support/test-api.ts'

interface Limit {
  readonly name: string
  readonly query: string
  readonly code: string
  readonly options?: TestApiOptions
  /** Nobody may ask for it by its hash: what is refused is kept by nobody. @default true */
  readonly kept?: boolean
  /** How often it is asked for before. */
  readonly times?: number
  /** What runs meanwhile. */
  readonly running?: string
  /** What WebSocket says where it closes the socket. */
  readonly closes?: string
  readonly key?: string
}

const FEW = '{ few(first: 1) { id } }'

const limits: readonly Limit[] = [
  { name: 'what may run', query: FEW, code: 'answered', kept: true },
  { name: 'maxTokens', query: `{ ${'__typename '.repeat(1_000)} }`, code: 'TOKEN_LIMIT_EXCEEDED' },
  {
    name: 'maxDepth',
    query: `{ few(first: 1) { ${'self { '.repeat(12)} id ${'}'.repeat(12)} } }`,
    code: 'DEPTH_LIMIT_EXCEEDED',
  },
  { name: 'maxAliases', query: `{ ${aliases(31)} }`, code: 'ALIAS_LIMIT_EXCEEDED' },
  { name: 'maxRootFields', query: `{ ${aliases(21)} }`, code: 'ROOT_FIELD_LIMIT_EXCEEDED' },
  {
    name: 'maxFragments',
    query: `{ ...A ...A ...A } ${'ABCDE'.split('').map(doubling).join(' ')} fragment F on Query { __typename }`,
    code: 'FRAGMENT_LIMIT_EXCEEDED',
  },
  {
    name: 'maxDirectives',
    query: `{ __typename ${'@skip(if: false) '.repeat(51)} }`,
    code: 'DIRECTIVE_LIMIT_EXCEEDED',
  },
  { name: 'the parser', query: '{ few(', code: 'GRAPHQL_PARSE_FAILED' },
  { name: 'validation', query: '{ fewer }', code: 'GRAPHQL_VALIDATION_FAILED' },
  { name: 'variables', query: 'query ($first: Int!) { few(first: $first) { id } }', code: 'BAD_USER_INPUT' },
  { name: 'slicing arguments', query: '{ things { id } }', code: 'SLICING_ARGUMENT_REQUIRED' },
  { name: 'maxCost', query: '{ things(first: 99) { id } }', code: 'COST_ESTIMATED_TOO_EXPENSIVE' },
  { name: 'the deadline', query: '{ stuck }', code: 'OPERATION_TIMEOUT', options: { timeoutMs: 60 }, kept: true },
  {
    name: 'a budget of cost',
    query: '{ things(first: 10) { id } }',
    code: 'RATE_LIMITED',
    options: { budgets: [testBudget({ capacity: 25 })] },
    kept: true,
    times: 2,
  },
  {
    name: 'a budget of requests',
    query: FEW,
    code: 'RATE_LIMITED',
    options: { budgets: [testBudget(), testBudget({ name: 'requests', meter: 'requests', capacity: 4 })] },
    kept: true,
    times: 4,
  },
  {
    name: 'places for what runs at once',
    query: FEW,
    code: 'CONCURRENCY_LIMITED',
    options: { budgets: [testBudget(), seats(1)] },
    kept: true,
    running: '{ stuck }',
  },
  {
    name: 'a server that has no seat left',
    query: FEW,
    code: 'OVERLOADED',
    options: { overload: { maxConcurrency: 1, maxWaiting: 0 } },
    running: '{ stuck }',
  },
  {
    name: 'an unknown key',
    query: FEW,
    code: 'UNAUTHENTICATED',
    key: 'stolen',
    closes: '4401',
    kept: true,
  },
  {
    name: 'the budget of an address',
    query: FEW,
    code: 'RATE_LIMITED',
    options: { ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1 }) },
    kept: true,
    times: 1,
    // The upgrade is a request too.
    closes: 'not opened',
  },
  {
    name: 'introspection that is off',
    query: '{ __schema { types { name } } }',
    code: 'GRAPHQL_VALIDATION_FAILED',
    options: { introspection: false },
  },
  {
    name: 'documents that are known only',
    query: '{ __typename few(first: 1) { id } }',
    code: 'QUERY_NOT_IN_SAFELIST',
    options: { documents: { mode: 'known-only' } },
  },
]

describe.each(limits)('$name', ({ query, code, options, kept = false, times = 0, running, closes, key = keys.ada }) => {
  test.each(Object.entries(doors))('is the same through %s', async (name, door) => {
    const documents = name === 'the id of a trusted document' ? manifestOf(query) : options?.documents
    const api = await createTestApi({ ...options, ...(documents && { documents }) })
    onTestFinished(api.close)
    const origin = await api.app.listen({ host: '127.0.0.1', port: 0 })
    if (running !== undefined) {
      void api.send(running)
      await expect.poll(() => api.stuck.length).toBe(1)
    }
    for (let time = 0; time < times; time++) await api.send(query)
    expect(await door(origin, { query, key })).toBe(expected(name))
  })

  function expected(door: string): string {
    if (door === 'WebSocket') return closes ?? code
    // Only what has been admitted once is kept under its hash.
    if (door.startsWith('the hash') && !kept) {
      return code === 'QUERY_NOT_IN_SAFELIST' ? 'PERSISTED_QUERY_NOT_SUPPORTED' : 'PERSISTED_QUERY_NOT_FOUND'
    }
    return door.startsWith('the id') && code === 'QUERY_NOT_IN_SAFELIST' ? 'answered' : code
  }
})

function aliases(count: number): string {
  return Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ')
}

/** A fragment that spreads the next one twice. */
function doubling(name: string): string {
  const next = String.fromCharCode(name.charCodeAt(0) + 1)
  return `fragment ${name} on Query { ...${next} ...${next} }`
}

function manifestOf(query: string): Partial<DocumentsOptions> {
  return { mode: 'any', manifest: parseManifest(JSON.stringify({ [sha256(query)]: query })) }
}
