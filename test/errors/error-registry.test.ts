import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { type ErrorCode, errorRegistry, isErrorCode } from '../../src/errors/error-registry.ts'
import { refusal } from '../../src/errors/refusal.ts'
import { exampleRefusals } from './example-refusals.ts'

const statuses = {
  BAD_REQUEST: 400,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NOT_ACCEPTABLE: 406,
  NOT_FOUND: 404,
  TOKEN_LIMIT_EXCEEDED: 400,
  DEPTH_LIMIT_EXCEEDED: 400,
  ALIAS_LIMIT_EXCEEDED: 400,
  ROOT_FIELD_LIMIT_EXCEEDED: 400,
  FRAGMENT_LIMIT_EXCEEDED: 400,
  DIRECTIVE_LIMIT_EXCEEDED: 400,
  BATCH_LIMIT_EXCEEDED: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  PERSISTED_QUERY_NOT_FOUND: 200,
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  PERSISTED_QUERY_NOT_IN_LIST: 404,
  QUERY_NOT_IN_SAFELIST: 403,
  OPERATION_RESOLUTION_FAILURE: 400,
  BAD_USER_INPUT: 400,
  SLICING_ARGUMENT_REQUIRED: 400,
  OPERATION_TOO_COMPLEX_TO_PRICE: 400,
  COST_ESTIMATED_TOO_EXPENSIVE: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  CONCURRENCY_LIMITED: 429,
  SUBSCRIPTION_PAUSED: 429,
  SUBSCRIPTION_OVERFLOW: 429,
  SUBSCRIPTION_LIMIT_EXCEEDED: 429,
  RESUME_EXPIRED: 410,
  BUDGET_STORE_UNAVAILABLE: 503,
  EVENT_LOG_UNAVAILABLE: 503,
  OVERLOADED: 503,
  OPERATION_TIMEOUT: 504,
  RESPONSE_TOO_LARGE: 400,
  LIST_SIZE_EXCEEDED: 500,
  INTERNAL_SERVER_ERROR: 500,
} satisfies Record<ErrorCode, number>

const examples = Object.values(exampleRefusals)

describe('the error registry', () => {
  test('keeps its promise of codes and statuses to clients', () => {
    const registered = Object.entries(errorRegistry).map(([code, { status }]) => [code, status])
    expect(Object.fromEntries(registered)).toEqual(statuses)
  })

  test('names every code by what it is called', () => {
    expect(examples.map(({ code }) => code)).toEqual(Object.keys(exampleRefusals))
  })

  test.each([['__proto__'], ['toString'], ['rate_limited'], ['PERSISTED_QUERY'], [''], [429], [undefined]])(
    'does not know the code %s',
    (code) => {
      expect(isErrorCode(code)).toBe(false)
    },
  )
})

describe('a message', () => {
  // What graphql-js finds wrong with a document says where; what to do there is to mend it. Clients of persisted queries
  // know their message by its word.
  const quoted: readonly ErrorCode[] = [
    'GRAPHQL_PARSE_FAILED',
    'GRAPHQL_VALIDATION_FAILED',
    'PERSISTED_QUERY_NOT_FOUND',
    'PERSISTED_QUERY_NOT_SUPPORTED',
  ]
  const advised = examples.filter(({ code }) => !quoted.includes(code))

  test.each(advised)('of $code says what to do', ({ message }) => {
    expect(message).toMatch(
      /[.;:] (Send|Split|Keep|Correct|Nest|Use|Spread|Add|Ask|Try|Check|Read|Complete|Close|try again|it may say|If it goes on, report|Operations go to) ?[^.;]*[^ .;]+/,
    )
  })

  test.each(examples)('of $code is a sentence without gaps', ({ message }) => {
    expect(message).toMatch(/^[A-Z]/)
    expect(message).not.toMatch(/undefined|null|NaN|Infinity|\[object| {2}|\.\./)
  })

  test.each(examples)('of $code is plain data with its extensions', ({ extensions }) => {
    expect(JSON.parse(JSON.stringify(extensions))).toEqual(extensions)
  })

  test('writes numbers in groups of three', () => {
    const messages = [999, 1000, 50_000, 1_234_567].map((n) => refusal('BODY_TOO_LARGE', { maxBodyBytes: n }).message)
    expect(messages.map((message) => /than the ([\d ]+) bytes/.exec(message)?.[1])).toEqual([
      '999',
      '1 000',
      '50 000',
      '1 234 567',
    ])
  })

  test('does not repeat long names of the client in full', () => {
    const long = 'x'.repeat(10_000)
    const { message } = refusal('OPERATION_RESOLUTION_FAILURE', { operationName: long, available: ['A'] })
    expect(message.length).toBeLessThan(300)
    expect(refusal('NOT_FOUND', { method: 'GET', path: `/${long}` }).message.length).toBeLessThan(300)
  })

  test('of RATE_LIMITED names the wait where there is one, and never tells to wait where it is of no use', () => {
    const facts = { budget: 'burst', level: 'client', meter: 'cost', cost: 300, capacity: 1000, remaining: 0 } as const
    const later = refusal('RATE_LIMITED', { ...facts, retryAfterMs: 2001, maxAffordableCost: 0 })
    expect(later.message).toContain('Try again in 3 s')
    expect(later.retryAfterMs).toBe(2001)
    const never = refusal('RATE_LIMITED', { ...facts, retryAfterMs: null, maxAffordableCost: 0 })
    expect(never.message).toContain('never holds more than 1 000')
    expect(never.message).not.toContain('again')
    expect(never.retryAfterMs).toBeUndefined()
  })

  test.each([
    {
      facts: { meter: 'cost', field: 'Mutation.placeOrder', cost: 30 },
      says: 'This operation needs 30 points of cost for Mutation.placeOrder of the budget "some", which has 0 left. Try again in 3 s, or ask for less.',
    },
    {
      facts: { meter: 'requests', cost: 1 },
      says: 'This operation needs 1 request of the budget "some", which has 0 left. Try again in 3 s.',
    },
    {
      facts: { meter: 'requests', field: 'Mutation.placeOrder', cost: 2 },
      says: 'This operation needs 2 calls of Mutation.placeOrder of the budget "some", which has 0 left. Try again in 3 s.',
    },
    {
      facts: { meter: 'requests', field: 'Mutation.placeOrder', cost: 1_001, retryAfterMs: null },
      says: 'This operation needs 1 001 calls of Mutation.placeOrder of the budget "some", which never holds more than 1 000. Split it into several operations.',
    },
    {
      facts: { meter: 'responseBytes', cost: 1 },
      says: 'The budget "some", of 1 000 bytes of answers, is used up. Try again in 3 s.',
    },
    {
      facts: { meter: 'responseBytes', field: 'Query.search', cost: 1 },
      says: 'The budget "some", of 1 000 bytes of answers with Query.search, is used up. Try again in 3 s.',
    },
  ])('of RATE_LIMITED speaks of what the budget counts: $says', ({ facts, says }) => {
    const common = { budget: 'some', level: 'client', capacity: 1_000, remaining: 0, retryAfterMs: 2_001 }
    expect(refusal('RATE_LIMITED', { ...common, maxAffordableCost: 0, ...facts }).message).toBe(says)
  })

  test('of CONCURRENCY_LIMITED names the field to which the budget belongs', () => {
    const facts = { budget: 'orders', level: 'operation', limit: 1, retryAfterMs: 1_000 }
    expect(refusal('CONCURRENCY_LIMITED', { ...facts, field: 'Mutation.placeOrder' }).message).toContain(
      'allows 1 operation with Mutation.placeOrder at once',
    )
  })

  test.each([
    {
      facts: { limit: 'client', allowed: 1_000, tier: 'enterprise' },
      says: 'A client of the tier enterprise may have 1 000 subscriptions open at once on one server, and this one has as many. Complete one of them first.',
    },
    {
      facts: { limit: 'client', allowed: 0 },
      says: 'A client may have 0 subscriptions open at once on one server, and this one has as many. Ask with queries.',
    },
    {
      facts: { limit: 'socket', allowed: 1, tier: 'free' },
      says: 'A WebSocket of a client of the tier free may have 1 subscription open at once, and this one has as many. Complete one of them first, or use /graphql/stream.',
    },
    {
      facts: { limit: 'address', allowed: 200 },
      says: 'From one address, 200 WebSockets may be open at once, and as many are. Close one of them first: one WebSocket carries many subscriptions.',
    },
  ] as const)(
    'of SUBSCRIPTION_LIMIT_EXCEEDED says whose they are, and carries no more than it was given: $says',
    ({ facts, says }) => {
      const { message, extensions } = refusal('SUBSCRIPTION_LIMIT_EXCEEDED', facts)
      expect(message).toBe(says)
      expect(extensions).toEqual(facts)
    },
  )

  test('of COST_ESTIMATED_TOO_EXPENSIVE gives no number to a cost without bound', () => {
    const unbounded = { estimated: Number.MAX_SAFE_INTEGER, max: 500, tier: 'free', unbounded: true }
    const { message, extensions } = refusal('COST_ESTIMATED_TOO_EXPENSIVE', unbounded)
    expect(message).toContain('a list of unknown size')
    expect(extensions).toEqual({ cost: { estimated: null, max: 500 } })
  })

  test('of SLICING_ARGUMENT_REQUIRED says which arguments were given', () => {
    const messageFor = (found: string[]) =>
      refusal('SLICING_ARGUMENT_REQUIRED', { coordinate: 'Query.letters', allowed: ['first', 'last'], found }).message
    expect(messageFor([])).toContain('gives none')
    expect(messageFor(['first', 'last'])).toContain('gives first and last')
  })

  test('that graphql-js words is what graphql-js says', () => {
    const schema = buildSchema('type Query { product: Product } type Product { name: String }')
    const [invalid] = validate(schema, parse('{ product { nam } }'))
    expect(exampleRefusals.GRAPHQL_VALIDATION_FAILED.message).toBe(invalid?.message)
    expect(() => parse('{ viewer { id }')).toThrow(exampleRefusals.GRAPHQL_PARSE_FAILED.message)
  })
})
