import { CostPlanError } from '../../src/cost/cost-plan-error.ts'
import type { ErrorCode } from '../../src/errors/error-registry.ts'
import { type Refusal, refusal } from '../../src/errors/refusal.ts'

/** The example on the page of each code. */
export const exampleRefusals: Readonly<Record<ErrorCode, Refusal>> = {
  BAD_REQUEST: refusal('BAD_REQUEST', {
    reason: 'The header GraphQL-Cost says "yes"; it may say report, explain or validate.',
  }),
  BODY_TOO_LARGE: refusal('BODY_TOO_LARGE', { maxBodyBytes: 262_144 }),
  UNSUPPORTED_MEDIA_TYPE: refusal('UNSUPPORTED_MEDIA_TYPE', { found: 'text/plain' }),
  NOT_ACCEPTABLE: refusal('NOT_ACCEPTABLE', { found: 'text/html' }),
  NOT_FOUND: refusal('NOT_FOUND', { method: 'POST', path: '/api/graphql' }),
  TOKEN_LIMIT_EXCEEDED: refusal('TOKEN_LIMIT_EXCEEDED', { limit: 'maxTokens', found: 1001, allowed: 1000 }),
  DEPTH_LIMIT_EXCEEDED: refusal('DEPTH_LIMIT_EXCEEDED', { limit: 'maxDepth', found: 14, allowed: 12 }),
  ALIAS_LIMIT_EXCEEDED: refusal('ALIAS_LIMIT_EXCEEDED', { limit: 'maxAliases', found: 48, allowed: 30 }),
  ROOT_FIELD_LIMIT_EXCEEDED: refusal('ROOT_FIELD_LIMIT_EXCEEDED', { limit: 'maxRootFields', found: 21, allowed: 20 }),
  FRAGMENT_LIMIT_EXCEEDED: refusal('FRAGMENT_LIMIT_EXCEEDED', {
    limit: 'maxExpandedFields',
    found: 4096,
    allowed: 2000,
  }),
  BATCH_LIMIT_EXCEEDED: refusal('BATCH_LIMIT_EXCEEDED', { found: 12, allowed: 10 }),
  DIRECTIVE_LIMIT_EXCEEDED: refusal('DIRECTIVE_LIMIT_EXCEEDED', { limit: 'maxDirectives', found: 64, allowed: 50 }),
  GRAPHQL_PARSE_FAILED: refusal('GRAPHQL_PARSE_FAILED', { reason: 'Syntax Error: Expected Name, found <EOF>.' }),
  GRAPHQL_VALIDATION_FAILED: refusal('GRAPHQL_VALIDATION_FAILED', {
    reason: 'Cannot query field "nam" on type "Product". Did you mean "name"?',
  }),
  PERSISTED_QUERY_NOT_FOUND: refusal('PERSISTED_QUERY_NOT_FOUND', { reason: 'PersistedQueryNotFound' }),
  PERSISTED_QUERY_NOT_SUPPORTED: refusal('PERSISTED_QUERY_NOT_SUPPORTED', { reason: 'PersistedQueryNotSupported' }),
  PERSISTED_QUERY_NOT_IN_LIST: refusal('PERSISTED_QUERY_NOT_IN_LIST', {
    id: 'sha256:ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38',
  }),
  QUERY_NOT_IN_SAFELIST: refusal('QUERY_NOT_IN_SAFELIST', {}),
  OPERATION_RESOLUTION_FAILURE: refusal('OPERATION_RESOLUTION_FAILURE', {
    operationName: 'Basket',
    available: ['Products', 'Orders'],
  }),
  BAD_USER_INPUT: refusal('BAD_USER_INPUT', {
    mistakes: ['Variable "$first" got invalid value "ten"; Int cannot represent non-integer value: "ten"'],
  }),
  SLICING_ARGUMENT_REQUIRED: refusal('SLICING_ARGUMENT_REQUIRED', {
    coordinate: 'Query.letters',
    allowed: ['first', 'last'],
    found: ['first', 'last'],
  }),
  OPERATION_TOO_COMPLEX_TO_PRICE: refusal('OPERATION_TOO_COMPLEX_TO_PRICE', {
    reason: CostPlanError.planTooLarge('20000 fields').message,
  }),
  COST_ESTIMATED_TOO_EXPENSIVE: refusal('COST_ESTIMATED_TOO_EXPENSIVE', {
    estimated: 604,
    max: 500,
    tier: 'free',
    unbounded: false,
    affordable: { argument: 'products.first', value: 41 },
  }),
  UNAUTHENTICATED: refusal('UNAUTHENTICATED', {
    reason:
      'This API key is not known here. Check it for missing characters, or send no key to be served as an anonymous client.',
  }),
  FORBIDDEN: refusal('FORBIDDEN', {
    reason: 'Mutation.advanceOrder is for staff, and this API key is not. Use a key with the role staff.',
  }),
  RATE_LIMITED: refusal('RATE_LIMITED', {
    budget: 'burst',
    level: 'client',
    meter: 'cost',
    cost: 304,
    capacity: 1000,
    remaining: 90,
    retryAfterMs: 10_673,
    maxAffordableCost: 90,
    affordable: { argument: 'products.first', value: 29 },
  }),
  CONCURRENCY_LIMITED: refusal('CONCURRENCY_LIMITED', {
    budget: 'parallel',
    level: 'client',
    limit: 20,
    retryAfterMs: 1_000,
  }),
  SUBSCRIPTION_PAUSED: refusal('SUBSCRIPTION_PAUSED', {
    budget: 'burst',
    level: 'client',
    cost: 12,
    remaining: 3,
    retryAfterMs: 450,
    pausedUntil: '2026-03-09T14:30:05.450Z',
  }),
  SUBSCRIPTION_OVERFLOW: refusal('SUBSCRIPTION_OVERFLOW', { maxQueuedEvents: 1000, maxQueuedBytes: 4_194_304 }),
  SUBSCRIPTION_LIMIT_EXCEEDED: refusal('SUBSCRIPTION_LIMIT_EXCEEDED', { limit: 'client', allowed: 10, tier: 'free' }),
  RESUME_EXPIRED: refusal('RESUME_EXPIRED', {}),
  BUDGET_STORE_UNAVAILABLE: refusal('BUDGET_STORE_UNAVAILABLE', { budget: 'daily' }),
  EVENT_LOG_UNAVAILABLE: refusal('EVENT_LOG_UNAVAILABLE', {}),
  OVERLOADED: refusal('OVERLOADED', { retryAfterMs: 2_300 }),
  OPERATION_TIMEOUT: refusal('OPERATION_TIMEOUT', { timeoutMs: 10_000 }),
  RESPONSE_TOO_LARGE: refusal('RESPONSE_TOO_LARGE', { found: 10_485_763, allowed: 10_485_760 }),
  LIST_SIZE_EXCEEDED: refusal('LIST_SIZE_EXCEEDED', { coordinate: 'Product.tags', found: 31, expected: 10 }),
  INTERNAL_SERVER_ERROR: refusal('INTERNAL_SERVER_ERROR', { errorId: '6f1f6a0e-1f8f-4a53-9d0b-6c6c4a2f5b7e' }),
}
