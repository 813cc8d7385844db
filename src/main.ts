// The composition root: the only file that wires rooms together. `npm start` and `tollgate serve` run it.
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import { type ClientDirectory, type ClientEntry, createClientDirectory } from './accounts/client-directory.ts'
import { demoClients } from './accounts/demo-clients.ts'
import { type Admission, createAdmission } from './admission/admission.ts'
import type { DocumentStore } from './admission/documents/document-store.ts'
import { createDocuments, type Documents } from './admission/documents/documents.ts'
import { createKeptDocuments } from './admission/documents/kept-documents.ts'
import { readManifest } from './admission/documents/read-manifest.ts'
import { createRedisDocumentStore } from './admission/documents/redis/redis-document-store.ts'
import { refusedDocuments } from './admission/documents/refused-documents.ts'
import { platformResolvers } from './admission/platform-resolvers.ts'
import type { Policy } from './admission/policy.ts'
import { createPreparedOperations, type PreparedOperations } from './admission/prepared-operations.ts'
import { unknownFields } from './admission/unknown-fields.ts'
import type { BudgetStore } from './budget/budget-store.ts'
import { createDenialMemory } from './budget/denial-memory.ts'
import { createLeasingBudgetStore } from './budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from './budget/memory/memory-budget-store.ts'
import { createRedisBudgetStore } from './budget/redis/redis-budget-store.ts'
import { createRedisConnection, type RedisConnection } from './budget/redis/redis-connection.ts'
import { createResilientBudgetStore } from './budget/resilient-budget-store.ts'
import type { Config } from './config/config.ts'
import { loadConfig } from './config/load-config.ts'
import { needsRestart } from './config/needs-restart.ts'
import { watchConfig } from './config/watch-config.ts'
import { createCostModel } from './cost/cost-model.ts'
import { createDatabase } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { createOutboxRelay } from './database/outbox-relay.ts'
import type { EventLog } from './events/event-log.ts'
import { createMemoryEventLog } from './events/memory/memory-event-log.ts'
import { createRedisEventLog } from './events/redis/redis-event-log.ts'
import { containSchema } from './execution/containment/contain-schema.ts'
import { watchFailures } from './execution/containment/watch-failures.ts'
import { createOverloadControl, type OverloadControl } from './guard/overload/overload-control.ts'
import { listen } from './server/connections/listen.ts'
import { createHttpServer } from './server/http-server.ts'
import { createApolloServer } from './server/operations/apollo-server.ts'
import { maskError } from './server/operations/mask-error.ts'
import { storefrontMigrations } from './storefront/migrations/storefront-migrations.ts'
import { seed } from './storefront/seed/seed.ts'
import { createStorefront } from './storefront/storefront.ts'
import type { StorefrontTables } from './storefront/tables.ts'
import { createLogger, type Logger } from './telemetry/logger.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'

async function main(): Promise<void> {
  try {
    const config = loadConfig()
    const logger = createLogger({ level: config.log.level })
    const server = await start(config, logger)
    stopOnSignals(server, logger)
    watchFailures({
      newId: randomUUID,
      stop: server.stop,
      onLateRejection({ id, error }) {
        logger.error({ err: error, errorId: id }, 'a promise was rejected when nobody waited for it any more')
        server.lateRejection()
      },
      onUncaught: ({ id, error }) =>
        logger.fatal({ err: error, errorId: id }, 'an error was caught by nobody: this server ends'),
    })
    process.stdout.write(greeting(config, server.port))
  } catch (error) {
    process.stderr.write(`${whyNotStarted(error)}\n`)
    process.exitCode = 1
  }
}

interface Running {
  readonly port: number
  /** Answers what was accepted, accepts nothing more, and closes everything in reverse order of its opening. */
  stop(): Promise<void>
  /** Counts a promise that was rejected when nobody waited for it any more. */
  lateRejection(): void
}

/** What has to be closed, in the order in which it was opened. */
type Closers = (() => Promise<unknown>)[]

async function start(config: Config, logger: Logger): Promise<Running> {
  const closers: Closers = []
  async function close(): Promise<void> {
    for (const closer of closers.splice(0).reverse()) {
      // One that fails must not keep the others open.
      await closer().catch((err) => logger.warn({ err }, 'something did not close'))
    }
  }
  try {
    return await open(config, logger, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(config: Config, logger: Logger, closers: Closers, close: () => Promise<void>): Promise<Running> {
  const { introspection } = config
  const metrics = createMetrics()
  const { store, log, documentStore } = await openShared(config, logger, metrics, closers)
  const database = await openDatabase(config, log, logger, closers)
  const storefront = createStorefront(database)
  const sdl = readSchemaFiles()
  const schema = makeExecutableSchema({
    typeDefs: sdl,
    resolvers: [storefront.resolvers, platformResolvers({ look: (client) => admission.look(client) })],
  })
  containSchema(schema, {
    ...config.execution,
    maxResponseBytes: config.guard.maxResponseBytes,
    onOversizedList: ({ coordinate }) => metrics.oversizedList(coordinate),
    onSlowResolver: ({ coordinate }) => metrics.slowResolver(coordinate),
  })
  const rules = watchRules(config, schema, logger, closers)
  const operations = openOperations(config, schema, logger)
  const overload = openOverload(config, metrics, closers)
  const admission = openAdmission(operations, schema, store, overload, rules, logger, metrics)
  const conclude = { admission, observe: metrics.operation, headers: () => rules.config.rateLimitHeaders }
  const { statusProfile, cors, tls } = config.server
  const apollo = createApolloServer({
    schema,
    conclude,
    introspection,
    validDocument: operations.validDocument,
    logger,
    statusProfile,
  })
  await apollo.start()
  closers.push(() => apollo.stop())

  let draining = false
  const server = await createHttpServer({
    schema,
    sdl,
    apollo,
    admission,
    conclude,
    introspection,
    logger,
    directory: { findByKey: (key) => rules.directory.findByKey(key) },
    onClientsChanged: rules.onChange,
    log,
    ...config.subscriptions,
    onSubscriptionEvent: metrics.subscriptionEvent,
    extendContext: storefront.contextFor,
    formatError: maskError(logger),
    onSubscriptions: metrics.subscriptions,
    statusProfile,
    cors,
    tls,
    maxBodyBytes: config.server.maxBodyBytes,
    maxBatchSize: config.guard.maxBatchSize,
    documents: openDocuments(config, operations, documentStore, logger, metrics),
    trustedProxies: config.server.trustedProxies,
    connectionLimits: { ...config.server, ...config.subscriptions },
    onConnections: metrics.connections,
    onConnectionRefused: metrics.connectionRefused,
    health: {
      metrics,
      notReady: async () => (draining ? 'this server is about to end' : database.notReady()),
    },
  })
  closers.push(() => server.close())
  return {
    port: await listen(server, config.server),
    lateRejection: metrics.lateRejection,
    async stop() {
      draining = true
      await setTimeout(config.server.drainDelayMs)
      const cut = globalThis.setTimeout(() => {
        logger.error(`operations that did not end within ${config.server.drainTimeoutMs} ms are cut off`)
        process.exitCode = 1
        server.server.closeAllConnections()
        for (const socket of server.websocketServer.clients) socket.terminate()
      }, config.server.drainTimeoutMs)
      await close()
      clearTimeout(cut)
    },
  }
}

async function openDatabase(config: Config, log: EventLog, logger: Logger, closers: Closers) {
  const database = await createDatabase<StorefrontTables>({
    url: config.databaseUrl,
    onConnectionLost: (err) => logger.warn({ err }, 'a connection to the database was lost'),
  })
  closers.push(() => database.close())
  const { db } = database
  await migrate(db, storefrontMigrations)
  // Made-up products have no place in somebody's production database.
  if (config.environment !== 'production' || config.databaseUrl === undefined) await seed(db)
  const relay = createOutboxRelay({
    db,
    deliver: log.append,
    // With PGlite nobody else has this database.
    alone: database.kind === 'pglite',
    onError: (err) => logger.error({ err }, 'events wait in the database: they cannot be passed on'),
  })
  closers.push(relay.close)
  return {
    during: database.during,
    onEventsRecorded: relay.wake,
    async notReady(): Promise<string | undefined> {
      const one = db.selectNoFrom((query) => query.lit(1).as('one')).execute()
      return one.then(
        () => undefined,
        () => 'the database does not answer',
      )
    },
  }
}

/** What several processes share: in Redis where there is one, otherwise in this process, which is alone then. */
async function openShared(
  { redisUrl, budgetStore, documents, subscriptions }: Config,
  logger: Logger,
  metrics: Metrics,
  closers: Closers,
): Promise<{ store: BudgetStore; log: EventLog; documentStore?: DocumentStore }> {
  const onLogError = (err: unknown) => logger.warn({ err }, 'the log of events met an error')
  if (redisUrl === undefined) {
    // Nothing is nearer than what is here already, so nobody needs a lease.
    const store = createLeasingBudgetStore({
      store: createMemoryBudgetStore(),
      newId: randomUUID,
      busyTakesPerSecond: Infinity,
    })
    const log = createMemoryEventLog({ ...subscriptions, onError: onLogError })
    closers.push(store.close, log.close)
    return { store, log }
  }
  const { prefix, deadlineMs, expectedNodes, leases } = budgetStore
  const onError = (err: Error) => logger.warn({ err }, 'a connection to Redis met an error')
  const connect = async (commandTimeoutMs: number): Promise<RedisConnection> => {
    const connection = await createRedisConnection(redisUrl, { commandTimeoutMs, onError })
    closers.push(async () => connection.disconnect())
    return connection
  }
  const resilient = createResilientBudgetStore({
    // Later than the deadline of a take, so that an answer in time is read where this process was busy.
    store: createRedisBudgetStore({ connection: await connect(4 * deadlineMs), prefix }),
    local: createMemoryBudgetStore(),
    deadlineMs,
    expectedNodes,
    onStateChange(state, err) {
      metrics.budgetStoreState(state)
      if (state === 'ok') logger.info('the budget store answers again')
      else logger.error({ err }, 'the budget store is given up: the policy of each budget decides')
    },
  })
  const leasing = createLeasingBudgetStore({
    store: resilient,
    newId: randomUUID,
    deadlineMs,
    expectedNodes,
    ...(!leases && { busyTakesPerSecond: Infinity }),
  })
  const store = createDenialMemory({ store: leasing })
  closers.push(store.close)
  metrics.budgetStoreFailures(resilient.counts)
  metrics.leases(leasing.counts)
  metrics.denialMemory(store.hits)
  const log = createRedisEventLog({
    commands: await connect(LOG_TIMEOUT_MS),
    subscriber: await connect(SUBSCRIBE_TIMEOUT_MS),
    prefix,
    ...subscriptions,
    onError: onLogError,
  })
  closers.push(log.close)
  const redis = await connect(DOCUMENT_TIMEOUT_MS)
  return { store, log, documentStore: createRedisDocumentStore({ redis, prefix, keepForMs: documents.keepForMs }) }
}

/** Later than what an operation waits for its document, so that an answer in time is read where this process was busy. */
const DOCUMENT_TIMEOUT_MS = 200

/** How long the log of events waits for Redis; and for Redis to confirm a subscription. */
const LOG_TIMEOUT_MS = 1_000
const SUBSCRIBE_TIMEOUT_MS = 5_000

/** What may change while the server runs. */
interface Rules {
  readonly config: Config
  readonly policy: Policy
  readonly directory: ClientDirectory
  /** Calls back after each change; answers how to stop that. */
  readonly onChange: (listener: () => void) => () => void
}

/** The rules as they are now: read anew when the configuration file changes and on SIGHUP. */
function watchRules(started: Config, schema: GraphQLSchema, logger: Logger, closers: Closers): Rules {
  const { demoKeys } = started
  let rules = rulesOf(started, schema)
  const listeners = new Set<() => void>()
  const watch = watchConfig({
    config: started,
    onChange(config) {
      rules = rulesOf({ ...config, demoKeys }, schema)
      for (const listener of listeners) listener()
      const waiting = needsRestart(started, config)
      logger.info({ file: config.file }, 'the configuration has changed: its budgets, tiers and clients are in effect')
      if (waiting.length > 0) logger.warn({ settings: waiting }, 'some settings take effect with the next start alone')
    },
    onMistake: (err) => logger.error({ err }, 'the configuration cannot be used: the one before stays in effect'),
  })
  process.on('SIGHUP', watch.reload)
  closers.push(async () => {
    process.off('SIGHUP', watch.reload)
    watch.close()
  })
  return {
    get config() {
      return rules.config
    },
    get policy() {
      return rules.policy
    },
    get directory() {
      return rules.directory
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function rulesOf(config: Config, schema: GraphQLSchema): Omit<Rules, 'onChange'> {
  const { file, ipBudget, globalBudgets, tiers, clients } = config
  const unknown = unknownFields(Object.values(tiers), schema)
  if (unknown.length > 0) throw new Error([`The configuration ${file} cannot be used:`, ...unknown].join('\n  '))
  const clientTiers = clients.flatMap(({ client, ownTier }) => (ownTier ? [[client.id, ownTier] as const] : []))
  return {
    config,
    policy: { ipBudget, globalBudgets, tiers: new Map(Object.entries(tiers)), clientTiers: new Map(clientTiers) },
    directory: createClientDirectory([...clients, ...demoClientsOf(config)]),
  }
}

function openOperations(config: Config, schema: GraphQLSchema, logger: Logger): PreparedOperations {
  const model = createCostModel(schema, config.cost)
  for (const { coordinate, message } of model.warnings) logger.warn({ coordinate }, message)
  return createPreparedOperations({ schema, model, limits: config.guard, introspection: config.introspection })
}

function openDocuments(
  { documents: { mode, manifest: path, apq, keepForMs } }: Config,
  operations: PreparedOperations,
  store: DocumentStore | undefined,
  logger: Logger,
  metrics: Metrics,
): Documents {
  const manifest = path === undefined ? undefined : readManifest(path)
  const refused = manifest && refusedDocuments(manifest, operations)
  for (const document of refused ?? []) logger.warn(document, 'a document of the manifest would be refused')
  const kept = createKeptDocuments({
    store,
    keepForMs,
    nowMs: () => performance.now(),
    onStoreFailure: (err) => logger.warn({ err }, 'documents are not shared with other servers'),
  })
  return createDocuments({
    mode,
    manifest,
    ...(apq && { kept }),
    onUnknownDocument(source) {
      metrics.unknownDocument()
      logger.debug({ document: source.slice(0, 200) }, 'a document is not in the manifest')
    },
  })
}

function openOverload(
  { overload: { mode, ...limits } }: Config,
  metrics: Metrics,
  closers: Closers,
): OverloadControl | undefined {
  if (mode === 'off') return undefined
  const overload = createOverloadControl(limits)
  closers.push(async () => overload.close())
  metrics.overload(overload.state)
  return overload
}

function openAdmission(
  operations: PreparedOperations,
  schema: GraphQLSchema,
  store: BudgetStore,
  overload: OverloadControl | undefined,
  rules: Rules,
  logger: Logger,
  metrics: Metrics,
): Admission {
  return createAdmission({
    schema,
    store,
    operations,
    overload,
    policy: () => rules.policy,
    newId: randomUUID,
    onSettleFailure: (err) => logger.error({ err }, 'an operation was not settled: its estimate stays charged'),
    onBudgetEvent(event) {
      metrics.budgetEvent(event)
      const { kind, tier, budget, level } = event
      if (kind === 'over-soft-threshold') logger.debug({ tier, budget, level }, 'a budget is over its soft threshold')
    },
  })
}

/** The demo clients, but for those whose tier an operator has taken out. */
function demoClientsOf({ demoKeys, tiers }: Config): readonly ClientEntry[] {
  return demoKeys ? demoClients().filter(({ client }) => Object.hasOwn(tiers, client.tier)) : []
}

/** All of `schema/` in the package, from `src/` as from `dist/`. */
function readSchemaFiles(): string {
  const folder = fileURLToPath(new URL('../schema/', import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'))
  return files
    .sort()
    .map((file) => readFileSync(`${folder}${file}`, 'utf8'))
    .join('\n')
}

function stopOnSignals(server: Running, logger: Logger): void {
  let stoppingSinceMs: number | undefined
  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stoppingSinceMs !== undefined) {
      // Whoever asks twice does not want to wait. A signal at once after the first is npm's copy of it.
      if (Date.now() - stoppingSinceMs > 1_000) process.exit(1)
      return
    }
    stoppingSinceMs = Date.now()
    logger.info({ signal }, 'stopping: what was accepted is answered, nothing more is accepted')
    await server.stop()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))
}

function greeting(config: Config, port: number): string {
  const { server, redisUrl, databaseUrl, file } = config
  const keys = demoClientsOf(config).map(({ client }) => client.id)
  const host = server.host === '0.0.0.0' || server.host === '::' ? 'localhost' : server.host
  const lines = [
    `Tollgate serves ${server.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}/graphql`,
    `  budgets in ${redisUrl === undefined ? 'memory' : 'Redis'}, data in ${databaseUrl === undefined ? 'PGlite, in memory' : 'PostgreSQL'}, configured by ${file}`,
  ]
  if (keys.length > 0) lines.push(`  demo keys: ${keys.join(', ')}`)
  return `${lines.join('\n')}\n`
}

/** Outages and mistakes of configuration say all in their message. What only a bug throws shows where. */
function whyNotStarted(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isBug = [TypeError, ReferenceError, RangeError, SyntaxError].some((type) => error instanceof type)
  return (isBug ? error.stack : undefined) ?? error.message
}

await main()
