import { GraphQLError } from 'graphql'
import { describe, expect, test } from 'vitest'
import { refusalHeaders, toGraphQLError } from '../../src/errors/to-graphql-error.ts'
import { exampleRefusals } from './example-refusals.ts'

describe('a refusal as a GraphQL error', () => {
  test.each(Object.values(exampleRefusals))('of $code carries code, status and extensions', (refusal) => {
    const error = toGraphQLError(refusal)
    expect(error).toBeInstanceOf(GraphQLError)
    expect(error.message).toBe(refusal.message)
    const { http, ...extensions } = error.extensions
    expect(extensions).toEqual({ ...refusal.extensions, code: refusal.code })
    expect(http).toMatchObject({ status: refusal.status })
  })

  test.each([
    { code: 'RATE_LIMITED', wait: '11' },
    { code: 'BUDGET_STORE_UNAVAILABLE', wait: '1' },
    { code: 'SUBSCRIPTION_PAUSED', wait: '1' },
    { code: 'EVENT_LOG_UNAVAILABLE', wait: '1' },
    { code: 'RESUME_EXPIRED', wait: undefined },
    { code: 'OPERATION_TIMEOUT', wait: undefined },
    { code: 'COST_ESTIMATED_TOO_EXPENSIVE', wait: undefined },
  ] as const)('of $code has the Retry-After $wait', ({ code, wait }) => {
    const headers = new Map(wait === undefined ? [] : [['retry-after', wait]])
    expect(toGraphQLError(exampleRefusals[code]).extensions['http']).toMatchObject({ headers })
  })

  test('of UNAUTHENTICATED says how to authenticate', () => {
    expect(refusalHeaders(exampleRefusals.UNAUTHENTICATED)).toEqual(new Map([['www-authenticate', 'Bearer']]))
  })

  test.each([
    [0, '1'],
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
    [86_400_000, '86400'],
  ])('tells to wait %d ms in whole seconds, rounded up and never none: %s', (ms, header) => {
    expect(refusalHeaders({ status: 429, retryAfterMs: ms }).get('retry-after')).toBe(header)
  })
})
