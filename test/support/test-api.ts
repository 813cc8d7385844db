import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { GraphQLError } from 'graphql'
import { pino } from 'pino'
import type { Client } from '../../src/accounts/client.ts'
import { createClientDirectory, sha256 } from '../../src/accounts/client-directory.ts'
import { type AdmissionOptions, createAdmission } from '../../src/admission/admission.ts'
import type { AdmissionContext } from '../../src/admission/admission-context.ts'
import type { BudgetEvent } from '../../src/admission/charging/budget-event.ts'
import { createDocuments, type DocumentsOptions } from '../../src/admission/documents/documents.ts'
import { createKeptDocuments } from '../../src/admission/documents/kept-documents.ts'
import type { OperationEnded } from '../../src/admission/operation-observer.ts'
import { platformResolvers } from '../../src/admission/platform-resolvers.ts'
import type { Policy } from '../../src/admission/policy.ts'
import { createPreparedOperations } from '../../src/admission/prepared-operations.ts'
import type { HeaderOptions } from '../../src/admission/report/report-headers.ts'
import type { Tier, TierBudget } from '../../src/admission/tier.ts'
import type { Budget } from '../../src/budget/budget.ts'
import type { BudgetStore } from '../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { refusal } from '../../src/errors/refusal.ts'
import { toGraphQLError } from '../../src/errors/to-graphql-error.ts'
import type { EventLog } from '../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../src/events/memory/memory-event-log.ts'
import { createExecutor } from '../../src/execution/compiled/executor.ts'
import { executeWith } from '../../src/execution/compiled/executor-of.ts'
import { containSchema } from '../../src/execution/containment/contain-schema.ts'
import type { ContainmentOptions } from '../../src/execution/containment/containment-options.ts'
import { type TopicSource, topicSource } from '../../src/execution/topic-source.ts'
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'
import { createOverloadControl, type OverloadOptions } from '../../src/guard/overload/overload-control.ts'
import { createHttpServer, type HttpServerOptions } from '../../src/server/http-server.ts'
import { type ApolloServerOptions, createApolloServer } from '../../src/server/operations/apollo-server.ts'
import { maskError } from '../../src/server/operations/mask-error.ts'
import { testBudget } from './describe-budget-store.ts'
import { hostileThrows } from './hostile-throws.ts'

const SDL = `
  extend type Query {
    "Costs as many points as are asked for, twice: one field and one type each."
    things(first: Int): [Thing] @listSize(slicingArguments: ["first"])
    "Answers with fewer things than were asked for."
    few(first: Int): [Thing] @listSize(slicingArguments: ["first"])
    endless: [Thing]
    "Never answers."
    stuck: Int @cost(weight: "7")
    "Answers when the test lets it go."
    held: Int
    broken: Int
    "Fails with what a database says, thrown as one of databaseFailures."
    unreadable(thrownAs: String!): Int
    "A variable that may be null fits here, because of the default."
    sized(first: Int! = 1): Int
    forbidden: Int
    "Fails with what an error says of the status and the headers of its answer: one of headThrows."
    headed(kind: String!): Int
    filtered(by: Filter): Int
    "Answers a text of as many characters."
    text(length: Int!): String
    "Holds the event loop for as long."
    busy(ms: Float!): Int
    "Fails with one of hostileThrows, at once or later."
    hostile(thrown: String!, late: Boolean): Int
    "Answers what is no JSON: one of unserialisable."
    anything(kind: String!): Anything
    "Leaves a promise behind that is rejected when the operation has been answered."
    floating: Int
  }
  scalar Anything
  input Filter { not: Filter least: Int }
  type Mutation { count: Int! @cost(weight: "3") }
  extend type Subscription {
    "The news of some topics, in their order. Each costs a point."
    news(of: [String!]!, sharedBy: String, overflow: String): News!
    numbers(upTo: Int!): Int! @cost(weight: "4")
    failing(early: Boolean!): Int
    never: Int
    "Has a source that is none."
    sourceless: Int
    "Goes on after its first event whatever its signal says, until the test lets it go."
    deaf: Int
    "Has an event with a text for each length."
    texts(lengths: [Int!]!): String
    "Begins when the test lets it go, has one event, and then none for as long as anybody listens."
    quiet: Int
  }
  type News {
    text: String
    "The name of whom it was read for."
    reader: String
  }
  type Thing {
    id: ID!
    self: Thing!
    "Holds the event loop for a millisecond."
    busy: Int
  }
`

export interface TestApiOptions {
  readonly store?: BudgetStore
  readonly budgets?: readonly TierBudget[]
  readonly ipBudget?: Budget
  readonly globalBudgets?: readonly Budget[]
  readonly maxCost?: number
  readonly timeoutMs?: number
  readonly introspection?: boolean
  readonly wait?: AdmissionOptions['wait']
  readonly documents?: Partial<DocumentsOptions>
  readonly containment?: ContainmentOptions
  /** How often an operation is executed by graphql-js before it is compiled. @default 0 */
  readonly interpretedRuns?: number
  /** What the tiers say of subscriptions. */
  readonly subscriptions?: Partial<Pick<Tier, 'maxSubscriptions' | 'maxSubscriptionsPerSocket' | 'outOfBudget'>>
  readonly log?: EventLog
  /** Of Apollo Server. */
  readonly plugins?: ApolloServerOptions['plugins']
  /** Without it, everything runs at once. */
  readonly overload?: OverloadOptions
  readonly edge?: Pick<
    HttpServerOptions,
    | 'cors'
    | 'tls'
    | 'statusProfile'
    | 'connectionLimits'
    | 'onConnectionRefused'
    | 'onConnections'
    | 'maxQueuedEvents'
    | 'initTimeoutMs'
    | 'pingIntervalMs'
    | 'drainSpreadMs'
  > & { readonly trustedProxies?: readonly string[] }
}

const STATEMENT = 'select secret from customers where id = $1'

/** What a resolver may throw when a statement fails, none of which is for clients. */
export const databaseFailures = {
  'an error of the driver': () => Object.assign(new Error(`syntax error in ${STATEMENT}`), { code: '42601' }),
  'a GraphQLError': () => new GraphQLError(`syntax error in ${STATEMENT}`),
  'an error within another': () => new Error('no rows', { cause: new Error(STATEMENT) }),
  'what is no error': () => ({ sql: STATEMENT, message: STATEMENT }),
} as const

/** What a resolver may answer where any JSON is expected, and is none. */
export const unserialisable = {
  'a BigInt': () => ({ amount: 1n }),
  'a circle': () => {
    const circle: Record<string, unknown> = { name: 'hush' }
    circle['self'] = circle
    return circle
  },
  'what throws': () => ({
    toJSON() {
      throw new Error('the password is hush')
    },
  }),
} as const

/** What an error may say of the head of its answer; not all of it is what Apollo takes. */
export const headThrows = {
  'a status': { status: 418 },
  'a header': { headers: new Map([['x-reason', 'none']]) },
  'both, and names in capitals': { status: 401, headers: new Map([['WWW-Authenticate', 'Bearer']]) },
  'a header that cannot be sent': { headers: new Map([['x-reason', 'costs 5 €']]) },
  'headers of the server': {
    headers: new Map([
      ['cache-control', 'public'],
      ['content-length', '1'],
    ]),
  },
  'another type': { headers: new Map([['Content-Type', 'text/plain']]) },
  'headers that are no map': { headers: { 'x-a': 'b' } },
  'a status that is a text': { status: '403' },
  'no status': { status: 0 },
  'a text': 'none',
} as const

/** Keys of two clients of one tier. */
export const keys = { ada: 'key-of-ada', bob: 'key-of-bob' } as const

/**
 * A server with a small schema, real but for its port: budgets refill so slowly that a test sees none of it. The client
 * `ada` has 100 points and 50 requests.
 */
export async function createTestApi(options: TestApiOptions = {}) {
  const executed: string[] = []
  const ended: OperationEnded[] = []
  const budgetEvents: BudgetEvent[] = []
  const logged: string[] = []
  const aborted: unknown[] = []
  const stuck: unknown[] = []
  const held: (() => void)[] = []
  const hold = () => new Promise<void>((resolve) => held.push(resolve))
  const subscriptionEvents: { readonly event: string; readonly cost: number }[] = []
  const clientListeners = new Set<() => void>()
  const log = options.log ?? createMemoryEventLog()
  /** What subscriptions of topics were executed for. */
  const newsExecuted: unknown[] = []
  let subscriptions = 0
  const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(line) })
  const platform = ['cost', 'platform'].map((name) => readFileSync(`schema/${name}.graphql`, 'utf8'))
  const sdl = [...platform, SDL].join('\n')
  const schema = makeExecutableSchema({
    typeDefs: sdl,
    resolvers: [
      platformResolvers({ look: (client) => admission.look(client), lookEveryMs: 10 }),
      {
        Query: {
          things: (_: unknown, { first }: { first: number }) => things(first),
          few: () => things(2),
          endless: () => [],
          stuck: (_: unknown, __: unknown, { signal }: { signal: AbortSignal }) =>
            new Promise(() => {
              stuck.push(signal)
              signal.addEventListener('abort', () => aborted.push(signal.reason))
            }),
          held: hold,
          forbidden: () => {
            throw toGraphQLError(refusal('FORBIDDEN', { reason: 'This is for staff.' }))
          },
          broken: () => {
            throw new Error('the password is hush')
          },
          headed: (_: unknown, { kind }: { kind: keyof typeof headThrows }) => {
            throw new GraphQLError('no', { extensions: { code: 'FORBIDDEN', http: headThrows[kind] } })
          },
          unreadable: (_: unknown, { thrownAs }: { thrownAs: keyof typeof databaseFailures }) => {
            throw databaseFailures[thrownAs]()
          },
          sized: (_: unknown, { first }: { first: number }) => first,
          text: (_: unknown, { length }: { length: number }) => 'x'.repeat(length),
          busy: (_: unknown, { ms }: { ms: number }) => holdUp(ms),
          hostile: (_: unknown, { thrown, late }: { thrown: keyof typeof hostileThrows; late?: boolean }) => {
            const made = hostileThrows[thrown]()
            if (late === true) return Promise.reject(made)
            throw made
          },
          anything: (_: unknown, { kind }: { kind: keyof typeof unserialisable }) => unserialisable[kind](),
          floating: () => {
            void hold().then(() => Promise.reject(new Error('nobody waits for this')))
            return 1
          },
        },
        Mutation: {
          count: () => {
            executed.push('count')
            return executed.length
          },
        },
        Subscription: {
          news: {
            subscribe: (_: unknown, { of, sharedBy, overflow }: NewsArgs) => topicSource(of, { sharedBy, overflow }),
            resolve(payload: unknown, _: unknown, { client }: AdmissionContext) {
              newsExecuted.push(payload)
              return { text: payload, reader: client.id }
            },
          },
          texts: {
            async *subscribe(_: unknown, { lengths }: { lengths: readonly number[] }) {
              for (const length of lengths) yield { texts: 'x'.repeat(length) }
            },
          },
          sourceless: { subscribe: () => Promise.resolve(1) },
          deaf: {
            async *subscribe() {
              yield { deaf: 1 }
              await hold()
            },
          },
          never: { subscribe: () => new Promise(() => undefined) },
          quiet: {
            subscribe: async (_: unknown, __: unknown, { signal }: { signal: AbortSignal }) => {
              await hold()
              return quiet(signal)
            },
          },
          failing: {
            subscribe: (_: unknown, { early }: { early: boolean }) => {
              if (early) throw new Error('the password is hush')
              return failingLate()
            },
          },
          numbers: {
            async *subscribe(_: unknown, { upTo }: { upTo: number }) {
              for (let number = 1; number <= upTo; number++) yield { numbers: number }
            },
          },
        },
        Thing: { self: (thing: unknown) => thing, busy: () => holdUp(1) },
      },
    ],
  })
  containSchema(schema, options.containment)
  // As in the product, once an operation has come a few times.
  executeWith(schema, createExecutor({ interpretedRuns: options.interpretedRuns ?? 0 }))
  let policy = testPolicy(options)
  let headers: HeaderOptions = { draft: 11, resetFormat: 'epoch' }
  const store = options.store ?? createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
  let ids = 0
  const overload = options.overload && createOverloadControl(options.overload)
  const introspection = options.introspection ?? true
  const operations = createPreparedOperations({
    schema,
    model: createCostModel(schema, { defaultListSize: Number.POSITIVE_INFINITY }),
    limits: defaultGuardLimits,
    introspection,
  })
  const admission = createAdmission({
    schema,
    store,
    operations,
    overload,
    policy: () => policy,
    newId: () => `operation-${ids++}`,
    onSettleFailure: (cause) => logged.push(String(cause)),
    onBudgetEvent: (event) => budgetEvents.push(event),
    ...(options.wait !== undefined && { wait: options.wait }),
  })
  const conclude = {
    admission,
    observe: (operation: OperationEnded) => void ended.push(operation),
    headers: () => headers,
  }
  const documents = createDocuments({
    mode: 'any',
    kept: createKeptDocuments({ keepForMs: 60_000, nowMs: () => 0 }),
    ...options.documents,
  })
  const apollo = createApolloServer({
    ...{ schema, conclude, introspection, logger, plugins: options.plugins, ...options.edge },
    validDocument: operations.validDocument,
  })
  await apollo.start()
  const clientsOf = (changed: Partial<Client>) =>
    createClientDirectory(
      (['ada', 'bob'] as const).map((id) => ({
        client: { id, tenant: 'acme', tier: 'free', role: 'client', anonymous: false, ...changed },
        keySha256: sha256(keys[id]),
      })),
    )
  let directory = clientsOf({})
  const app = await createHttpServer({
    schema,
    sdl,
    apollo,
    admission,
    conclude,
    introspection,
    logger,
    directory: { findByKey: (key) => directory.findByKey(key) },
    extendContext: (context) => context,
    formatError: maskError(logger),
    log,
    drainSpreadMs: 0,
    onClientsChanged(listener) {
      clientListeners.add(listener)
      return () => clientListeners.delete(listener)
    },
    onSubscriptionEvent({ kind: event, cost, times }) {
      for (let time = 0; time < times; time++) subscriptionEvents.push({ event, cost })
    },
    onSubscriptions: (change) => {
      subscriptions += change
    },
    maxBodyBytes: 100_000,
    maxBatchSize: 10,
    documents,
    trustedProxies: [],
    ...options.edge,
    health: {
      metrics: { expose: async () => ({ contentType: 'text/plain', body: '' }) },
      notReady: async () => undefined,
    },
  })

  /** Sends an operation as ada unless headers say otherwise. */
  async function send(query: string, request: SendOptions = {}): Promise<TestAnswer> {
    const { variables, operationName, headers = {} } = request
    return post({ query, variables, operationName }, headers)
  }

  async function post(payload: object | string, headers: Record<string, string> = {}): Promise<TestAnswer> {
    const response = await app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', 'x-api-key': keys.ada, ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    })
    return { status: response.statusCode, headers: response.headers, body: response.json() }
  }

  return {
    app,
    store,
    /** How many operations wait for a seat. */
    waiting: () => overload?.state().waiting,
    /** How many operations have a seat. */
    running: () => overload?.state().running,
    send,
    post,
    /** Mutations that ran. */
    executed,
    /** What telemetry was told. */
    ended,
    /** What telemetry was told of budgets. */
    budgetEvents,
    logged,
    /** Subscriptions that are open, as telemetry counts them. */
    subscriptions: () => subscriptions,
    subscriptionEvents,
    newsExecuted,
    log,
    /** Work that has begun and never ends by itself. */
    stuck,
    /** Lets go what has begun and waits for it. */
    held,
    /** Why work was told to stop. */
    aborted,
    /** What a reload of the configuration does. */
    reload(changed: Partial<Policy>) {
      policy = { ...policy, ...changed }
    },
    reloadHeaders(changed: HeaderOptions) {
      headers = changed
    },
    /** What a reload of the clients does: all of them are so from now on; undefined takes their keys away. */
    reloadClients(changed: Partial<Client> | undefined) {
      directory = changed === undefined ? createClientDirectory([]) : clientsOf(changed)
      for (const listener of clientListeners) listener()
    },
    async close() {
      await app.close()
      await apollo.stop()
      await log.close()
      await store.close()
    },
  }
}

/** What the clients of a test may do: the tiers `free` and `anonymous`, of one kind. */
export function testPolicy(options: TestApiOptions): Policy {
  const free: Tier = {
    name: 'free',
    maxCost: options.maxCost ?? 90,
    timeoutMs: options.timeoutMs ?? 5_000,
    priority: 0,
    maxSubscriptions: 100,
    maxSubscriptionsPerSocket: 100,
    outOfBudget: 'pause',
    ...options.subscriptions,
    budgets: options.budgets ?? [
      testBudget({ name: 'burst', capacity: 100 }),
      testBudget({ name: 'requests', meter: 'requests', capacity: 50 }),
    ],
  }
  return {
    ipBudget: options.ipBudget ?? testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1_000 }),
    globalBudgets: options.globalBudgets ?? [],
    tiers: new Map([
      ['free', free],
      ['anonymous', { ...free, name: 'anonymous' }],
    ]),
    clientTiers: new Map(),
  }
}

interface NewsArgs {
  readonly of: readonly string[]
  readonly sharedBy?: TopicSource['sharedBy']
  readonly overflow?: TopicSource['overflow']
}

interface SendOptions {
  readonly variables?: object
  readonly operationName?: string
  readonly headers?: Record<string, string>
}

export interface TestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: {
    readonly data?: unknown
    readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[]
    readonly extensions?: Readonly<Record<string, unknown>>
  }
}

async function* quiet(signal: AbortSignal) {
  yield { quiet: 1 }
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

async function* failingLate() {
  yield { failing: 1 }
  throw new Error('the password is hush')
}

/** Lets nobody else have a turn. */
function holdUp(ms: number): number {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
  return ms
}

function things(count: number) {
  return Array.from({ length: count }, (_, id) => ({ id }))
}
