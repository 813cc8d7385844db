/** What the edge says for one kind of error. `Facts` are what the message and the extensions are made of. */
export interface ErrorEntry<Facts> {
  /** The HTTP status of an answer that has no data because of this error. */
  readonly status: number
  /** What was found, what is allowed, what to do. */
  message(facts: Facts): string
  /** What goes into `extensions` beside the code. */
  extensions(facts: Facts): Readonly<Record<string, unknown>>
  /** How long to wait before the same thing may be accepted; null where waiting does not help. */
  retryAfterMs?(facts: Facts): number | null
}

interface Reason {
  readonly reason: string
}

/** A slicing argument, by response path, and a value of it that fits; undefined where no single one does. */
type AffordableFacts = { readonly argument: string; readonly value: number } | undefined

interface RateLimitedFacts {
  readonly budget: string
  readonly level: string
  readonly meter: string
  /** The root field, where the budget belongs to one. */
  readonly field?: string | undefined
  readonly cost: number
  readonly capacity: number
  readonly remaining: number
  /** Null where waiting does not help: it is more than the budget ever holds. */
  readonly retryAfterMs: number | null
  readonly maxAffordableCost: number
  readonly affordable?: AffordableFacts
  /** Where it is not the operation that the client has sent. */
  readonly what?: 'The next event' | undefined
}

interface SubscriptionLimitFacts {
  /** Whose subscriptions are counted; of an `address`, its WebSockets are. */
  readonly limit: 'client' | 'socket' | 'address'
  readonly allowed: number
  readonly tier?: string | undefined
}

interface GuardFacts {
  readonly limit: string
  readonly found: number
  readonly allowed: number
}

/**
 * Every error code that this server gives. Codes are public: `docs/errors/` has a page for each, and a test holds the
 * two together.
 */
export const errorRegistry = {
  BAD_REQUEST: entry<Reason>({
    status: 400,
    message: ({ reason }) => reason,
    extensions: none,
  }),
  BODY_TOO_LARGE: entry<{ readonly maxBodyBytes: number }>({
    status: 413,
    message: ({ maxBodyBytes }) =>
      `The request body is larger than the ${text(maxBodyBytes)} bytes allowed. Send a smaller document, or large values in several requests.`,
    extensions: ({ maxBodyBytes }) => ({ maxBodyBytes }),
  }),
  UNSUPPORTED_MEDIA_TYPE: entry<{ readonly found: string }>({
    status: 415,
    message: ({ found }) =>
      `The request body is of the media type ${found}; application/json is understood. Send Content-Type: application/json.`,
    extensions: none,
  }),
  NOT_ACCEPTABLE: entry<{ readonly found: string }>({
    status: 406,
    message: ({ found }) =>
      `The Accept header says "${excerpt(found)}", and answers are JSON. Send Accept: application/json, or application/graphql-response+json.`,
    extensions: none,
  }),
  NOT_FOUND: entry<{ readonly method: string; readonly path: string }>({
    status: 404,
    message: ({ method, path }) => `There is nothing at ${method} ${excerpt(path)}. Operations go to POST /graphql.`,
    extensions: none,
  }),
  TOKEN_LIMIT_EXCEEDED: guardEntry('tokens or lines', 'Split it into smaller operations.'),
  DEPTH_LIMIT_EXCEEDED: guardEntry('levels', 'Nest less, or ask for the inner objects in an operation of their own.'),
  ALIAS_LIMIT_EXCEEDED: guardEntry('aliased fields', 'Use fewer aliases, or split it into several operations.'),
  ROOT_FIELD_LIMIT_EXCEEDED: guardEntry('root fields in one operation', 'Split it into several operations.'),
  FRAGMENT_LIMIT_EXCEEDED: guardEntry(
    'fragments, or of fields once they are spread',
    'Spread fewer fragments, or split it into several operations.',
  ),
  DIRECTIVE_LIMIT_EXCEEDED: guardEntry(
    'directives',
    'Use fewer: one @include on an inline fragment serves all fields inside it.',
  ),
  BATCH_LIMIT_EXCEEDED: entry<{ readonly found: number; readonly allowed: number }>({
    status: 400,
    message: ({ found, allowed }) =>
      allowed === 1
        ? `This request has a list of ${text(found)} operations; one operation a request is allowed. Send them one by one.`
        : `This request has ${text(found)} operations; ${text(allowed)} are allowed. Send them in several requests.`,
    extensions: ({ found, allowed }) => ({ found, allowed }),
  }),
  GRAPHQL_PARSE_FAILED: entry<Reason>({ status: 400, message: ({ reason }) => reason, extensions: none }),
  GRAPHQL_VALIDATION_FAILED: entry<Reason>({ status: 400, message: ({ reason }) => reason, extensions: none }),
  PERSISTED_QUERY_NOT_FOUND: entry<Reason>({ status: 200, message: ({ reason }) => reason, extensions: none }),
  PERSISTED_QUERY_NOT_SUPPORTED: entry<Reason>({ status: 200, message: ({ reason }) => reason, extensions: none }),
  PERSISTED_QUERY_NOT_IN_LIST: entry<{ readonly id: string }>({
    status: 404,
    message: ({ id }) =>
      `No document is known here by the id "${excerpt(id)}". Check that the list which this server was started with has it.`,
    extensions: none,
  }),
  QUERY_NOT_IN_SAFELIST: entry<object>({
    status: 403,
    message: () =>
      'This server runs the documents that it knows, and this text is none of them. Send it exactly as it was registered, or send its id as "documentId".',
    extensions: none,
  }),
  OPERATION_RESOLUTION_FAILURE: entry<{
    readonly operationName: string | undefined
    readonly available: readonly string[]
  }>({
    status: 400,
    message: ({ operationName, available }) => {
      const found =
        operationName === undefined ? 'No operationName was sent' : `No operation is named "${excerpt(operationName)}"`
      const names = available.length === 0 ? 'no named operation' : available.slice(0, 20).join(', ')
      return `${found}; this document has ${names}. Send the operationName of one of its operations.`
    },
    extensions: none,
  }),
  BAD_USER_INPUT: entry<{ readonly mistakes: readonly string[] }>({
    status: 400,
    message: ({ mistakes }) =>
      `${mistakes.length > 1 ? 'Some values are' : 'A value is'} not accepted: ${mistakes.map(sentence).join(' ')} Correct it and send the operation again.`,
    extensions: none,
  }),
  SLICING_ARGUMENT_REQUIRED: entry<{
    readonly coordinate: string
    readonly allowed: readonly string[]
    readonly found: readonly string[]
  }>({
    status: 400,
    message: ({ coordinate, allowed, found }) =>
      `${coordinate} needs ${allowed.length === 1 ? 'its argument' : 'exactly one of its arguments'} ${allowed.join(', ')}, so that ` +
      `its cost is known; this operation gives ${found.length === 0 ? 'none' : found.join(' and ')}. ` +
      `${found.length === 0 ? `Add ${allowed[0] ?? 'one'}: 10, say` : 'Keep just one'}.`,
    extensions: ({ coordinate, allowed, found }) => ({ coordinate, allowed, found }),
  }),
  OPERATION_TOO_COMPLEX_TO_PRICE: entry<Reason>({
    status: 400,
    message: ({ reason }) => reason,
    extensions: none,
  }),
  COST_ESTIMATED_TOO_EXPENSIVE: entry<{
    readonly estimated: number
    readonly max: number
    readonly tier: string
    readonly unbounded: boolean
    readonly affordable?: AffordableFacts
  }>({
    status: 400,
    message: ({ estimated, max, tier, unbounded, affordable }) =>
      unbounded
        ? `This operation asks for a list of unknown size, so its cost has no bound; the tier ${tier} allows ${text(max)}. Ask for a number of items.`
        : `This operation costs an estimated ${text(estimated)}; the tier ${tier} allows ${text(max)}. ${lessAdvice(affordable)}`,
    extensions: ({ estimated, max, unbounded, affordable }) => ({
      cost: { estimated: unbounded ? null : estimated, max },
      ...(affordable !== undefined && { affordable }),
    }),
  }),
  UNAUTHENTICATED: entry<Reason>({ status: 401, message: ({ reason }) => reason, extensions: none }),
  FORBIDDEN: entry<Reason>({ status: 403, message: ({ reason }) => reason, extensions: none }),
  RATE_LIMITED: entry<RateLimitedFacts>({
    status: 429,
    message: rateLimitedMessage,
    extensions: ({ budget, level, cost, remaining, retryAfterMs, maxAffordableCost, affordable }) => ({
      budget,
      level,
      cost,
      remaining,
      retryAfterMs,
      maxAffordableCost,
      ...(affordable !== undefined && { affordable }),
    }),
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
  }),
  CONCURRENCY_LIMITED: entry<{
    readonly budget: string
    readonly level: string
    /** The root field, where the budget belongs to one. */
    readonly field?: string | undefined
    readonly limit: number
    readonly retryAfterMs: number
  }>({
    status: 429,
    message: ({ budget, field, limit }) =>
      `The budget "${budget}" allows ${text(limit)} operation${limit === 1 ? '' : 's'}${field === undefined ? '' : ` with ${field}`} ` +
      'at once, and as many are running. Send fewer at once: wait for one of them to end, then try again.',
    extensions: ({ budget, level, limit, retryAfterMs }) => ({ budget, level, limit, retryAfterMs }),
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
  }),
  SUBSCRIPTION_PAUSED: entry<{
    readonly budget: string
    readonly level: string
    /** What the next event takes of the budget. */
    readonly cost: number
    readonly remaining: number
    readonly retryAfterMs: number
    /** RFC 3339. */
    readonly pausedUntil: string
  }>({
    status: 429,
    message: ({ budget, cost, remaining, pausedUntil }) =>
      `The next event needs ${text(cost)} of the budget "${budget}", which has ${text(remaining)} left. This subscription pauses ` +
      `until ${pausedUntil} and goes on by itself, with what happened meanwhile. Keep it open; with fewer fields, events cost less.`,
    extensions: ({ budget, level, cost, remaining, retryAfterMs, pausedUntil }) => ({
      budget,
      level,
      cost,
      remaining,
      retryAfterMs,
      pausedUntil,
    }),
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
  }),
  SUBSCRIPTION_OVERFLOW: entry<{ readonly maxQueuedEvents: number; readonly maxQueuedBytes: number }>({
    status: 429,
    message: ({ maxQueuedEvents, maxQueuedBytes }) =>
      `Events came faster than this subscriber read or paid for them; ${text(maxQueuedEvents)} may wait, of ` +
      `${text(maxQueuedBytes)} bytes together. Read faster, and subscribe again with resumeFrom: the cursor of the last ` +
      'event that came.',
    extensions: ({ maxQueuedEvents, maxQueuedBytes }) => ({ maxQueuedEvents, maxQueuedBytes }),
  }),
  SUBSCRIPTION_LIMIT_EXCEEDED: entry<SubscriptionLimitFacts>({
    status: 429,
    message: subscriptionLimitMessage,
    extensions: ({ limit, allowed, tier }) => ({ limit, allowed, ...(tier !== undefined && { tier }) }),
  }),
  RESUME_EXPIRED: entry<object>({
    status: 410,
    message: () =>
      'The events after this cursor are not kept any more. Read the present state with a query, and subscribe without resumeFrom.',
    extensions: none,
  }),
  BUDGET_STORE_UNAVAILABLE: entry<{ readonly budget: string }>({
    status: 503,
    message: ({ budget }) =>
      `The budget "${budget}" cannot be read at the moment, and nothing runs without it. Nothing was charged; try again shortly.`,
    extensions: ({ budget }) => ({ budget }),
    retryAfterMs: () => 1000,
  }),
  EVENT_LOG_UNAVAILABLE: entry<object>({
    status: 503,
    message: () => 'The log of events cannot be reached at the moment. It was charged no cost; try again shortly.',
    extensions: none,
    retryAfterMs: () => 1000,
  }),
  OVERLOADED: entry<{ readonly retryAfterMs: number }>({
    status: 503,
    message: ({ retryAfterMs }) =>
      'The server has more to do than it has time for, and did not run this operation. It was charged no cost. ' +
      `Try again in ${text(Math.ceil(retryAfterMs / 1000))} s; if it goes on, double the wait each time.`,
    extensions: ({ retryAfterMs }) => ({ retryAfterMs }),
    retryAfterMs: ({ retryAfterMs }) => retryAfterMs,
  }),
  OPERATION_TIMEOUT: entry<{
    readonly timeoutMs: number
    /** Where the timeout is that of the event loop: how long the operation had held it. */
    readonly heldMs?: number
  }>({
    status: 504,
    message: ({ timeoutMs, heldMs }) =>
      heldMs === undefined
        ? `This operation did not finish within ${text(timeoutMs)} ms and was stopped. Ask for fewer items or fields.`
        : `This operation held the processor for ${text(heldMs)} ms without a pause, of ${text(timeoutMs)} ms allowed, and was stopped. Ask for fewer items or fields.`,
    extensions: ({ timeoutMs, heldMs }) => ({ timeoutMs, ...(heldMs !== undefined && { heldMs }) }),
  }),
  RESPONSE_TOO_LARGE: entry<{ readonly found: number; readonly allowed: number }>({
    status: 400,
    message: ({ found, allowed }) =>
      `The answer to this operation has ${text(found)} bytes or more; ${text(allowed)} are allowed. Ask for fewer items or fields.`,
    extensions: ({ found, allowed }) => ({ found, allowed }),
  }),
  LIST_SIZE_EXCEEDED: entry<{ readonly coordinate: string; readonly found: number; readonly expected: number }>({
    status: 500,
    message: ({ coordinate, found, expected }) =>
      `${coordinate} has ${text(found)} or more items, and its cost was estimated for ${text(expected)}. That is a mistake of the server. Ask for fewer items, or report it.`,
    extensions: ({ coordinate, found, expected }) => ({ coordinate, found, expected }),
  }),
  INTERNAL_SERVER_ERROR: entry<{ readonly errorId: string }>({
    status: 500,
    message: ({ errorId }) =>
      `Something went wrong on the server, and it is in its log. If it goes on, report it with the id ${errorId}.`,
    extensions: ({ errorId }) => ({ errorId }),
  }),
} as const

export type ErrorRegistry = typeof errorRegistry

export type ErrorCode = keyof ErrorRegistry

/** The facts that an error of this code is made of. */
export type ErrorFacts<Code extends ErrorCode> = ErrorRegistry[Code] extends ErrorEntry<infer Facts> ? Facts : never

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorRegistry, code)
}

function none(): Readonly<Record<string, unknown>> {
  return {}
}

function entry<Facts>(definition: ErrorEntry<Facts>): ErrorEntry<Facts> {
  return definition
}

function guardEntry(what: string, advice: string): ErrorEntry<GuardFacts> {
  return entry({
    status: 400,
    message: ({ found, allowed }) =>
      `This document has ${text(found)} or more ${what}; ${text(allowed)} are allowed. ${advice}`,
    extensions: ({ limit, found, allowed }) => ({ limit, found, allowed }),
  })
}

function rateLimitedMessage({ retryAfterMs, ...facts }: RateLimitedFacts): string {
  const { budget, meter, field, cost, capacity, remaining, affordable, what = 'This operation' } = facts
  const wait = `Try again in ${text(Math.ceil((retryAfterMs ?? 0) / 1000))} s`
  if (meter === 'responseBytes') {
    const counted = field === undefined ? 'answers' : `answers with ${field}`
    return `The budget "${budget}", of ${text(capacity)} bytes of ${counted}, is used up. ${wait}.`
  }
  const countsCost = meter === 'cost'
  const needs = `${what} needs ${text(cost)} ${unitOf(facts)} of the budget "${budget}"`
  if (retryAfterMs === null) {
    const advice = countsCost ? lessAdvice(affordable) : 'Split it into several operations.'
    return `${needs}, which never holds more than ${text(capacity)}. ${advice}`
  }
  const less = affordable === undefined ? '' : `: ${affordable.argument}: ${affordable.value} fits now`
  return `${needs}, which has ${text(remaining)} left. ${wait}${countsCost ? `, or ask for less${less}` : ''}.`
}

function subscriptionLimitMessage({ limit, allowed, tier }: SubscriptionLimitFacts): string {
  const ofTier = tier === undefined ? '' : ` of the tier ${tier}`
  const many = `${text(allowed)} ${limit === 'address' ? 'WebSocket' : 'subscription'}${allowed === 1 ? '' : 's'}`
  const advice = allowed === 0 ? 'Ask with queries' : 'Complete one of them first'
  switch (limit) {
    case 'client':
      return `A client${ofTier} may have ${many} open at once on one server, and this one has as many. ${advice}.`
    case 'socket':
      return `A WebSocket of a client${ofTier} may have ${many} open at once, and this one has as many. ${advice}, or use /graphql/stream.`
    case 'address':
      return `From one address, ${many} may be open at once, and as many are. Close one of them first: one WebSocket carries many subscriptions.`
  }
}

function unitOf({ meter, field, cost }: Pick<RateLimitedFacts, 'meter' | 'field' | 'cost'>): string {
  if (meter === 'cost') return field === undefined ? 'points of cost' : `points of cost for ${field}`
  const unit = field === undefined ? 'request' : 'call'
  return `${unit}${cost === 1 ? '' : 's'}${field === undefined ? '' : ` of ${field}`}`
}

/** Numbers with thin groups of three, so that 50000 and 500000 are told apart at a glance. */
function text(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
}

function lessAdvice(affordable: AffordableFacts): string {
  if (affordable === undefined) return 'Ask for fewer items or fields.'
  return `Ask for fewer items: ${affordable.argument}: ${affordable.value} would fit.`
}

function sentence(mistake: string): string {
  return mistake.endsWith('.') ? mistake : `${mistake}.`
}

function excerpt(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}
