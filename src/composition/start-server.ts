import { setTimeout } from 'node:timers/promises'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { platformResolvers } from '../admission/platform-resolvers.ts'
import type { Config } from '../config/config.ts'
import { createExecutor } from '../execution/compiled/executor.ts'
import { executeWith } from '../execution/compiled/executor-of.ts'
import { containSchema } from '../execution/containment/contain-schema.ts'
import { listen } from '../server/connections/listen.ts'
import { createHttpServer } from '../server/http-server.ts'
import { createApolloServer } from '../server/operations/apollo-server.ts'
import { maskError } from '../server/operations/mask-error.ts'
import { createStorefront } from '../storefront/storefront.ts'
import type { Logger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type Closers, closeAll } from './closers.ts'
import { openAdmission, openDocuments, openOperations, openOverload } from './open-admission.ts'
import { openDatabase } from './open-database.ts'
import { logErrors, openShared } from './open-shared.ts'
import { connectToPrimary } from './primary-process.ts'
import { readSchemaFiles } from './read-schema-files.ts'
import type { Running } from './running.ts'
import { watchRules } from './watch-rules.ts'

/**
 * One server, alone or as a worker of a primary process: it opens what it needs, in order, and listens.
 *
 * @throws Error that says what is missing; what was opened is closed again
 */
export async function startServer(config: Config, logger: Logger): Promise<Running> {
  const closers: Closers = []
  const close = () => closeAll(closers, (err) => logger.warn({ err }, 'something did not close'))
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
  const primary = connectToPrimary({ values: metrics.values, onLogError: logErrors(logger) })
  if (primary !== undefined) closers.push(primary.close)
  const { store, log, documentStore } = await openShared(config, primary, logger, metrics, closers)
  const database = await openDatabase(config, log, primary, logger, metrics, closers)
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
  const executor = createExecutor()
  executeWith(schema, executor)
  metrics.executions(executor.stats)
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
      metrics: primary ?? metrics,
      notReady: async () => (draining ? 'this server is about to end' : database.notReady()),
    },
  })
  closers.push(() => server.close())
  const port = await listen(server, config.server)
  primary?.ready(port)
  return {
    port,
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
