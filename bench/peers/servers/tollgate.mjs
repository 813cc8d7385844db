// What src/composition puts together, with the schema of this bench in place of the storefront: the same configuration,
// the same edge, the same Apollo Server, the same budgets. With `isProtected` false, whatever decides what may run is
// left out.
import { createRequire } from 'node:module'
import { createClientDirectory } from '../../../dist/accounts/client-directory.js'
import { openAdmission, openDocuments, openOperations, openOverload } from '../../../dist/composition/open-admission.js'
import { openShared } from '../../../dist/composition/open-shared.js'
import { loadConfig } from '../../../dist/config/load-config.js'
import { createExecutor } from '../../../dist/execution/compiled/executor.js'
import { executeWith } from '../../../dist/execution/compiled/executor-of.js'
import { containSchema } from '../../../dist/execution/containment/contain-schema.js'
import { listen } from '../../../dist/server/connections/listen.js'
import { createHttpServer } from '../../../dist/server/http-server.js'
import { createApolloServer } from '../../../dist/server/operations/apollo-server.js'
import { maskError } from '../../../dist/server/operations/mask-error.js'
import { createLogger } from '../../../dist/telemetry/logger.js'
import { createMetrics } from '../../../dist/telemetry/metrics.js'
import { resolvers, SDL } from '../schema.mjs'
import { allowAll } from '../tollgate/allow-all.mjs'

// The copies that the product has: a schema belongs to one graphql-js.
const { makeExecutableSchema } = createRequire(new URL('../../../package.json', import.meta.url))(
  '@graphql-tools/schema',
)

/** Answers the port. */
export async function tollgateServer(isProtected) {
  const config = loadConfig()
  const logger = createLogger({ level: config.log.level })
  const metrics = createMetrics()
  const { store, log, documentStore } = await openSharedInTime(config, logger, metrics)
  const schema = makeExecutableSchema({ typeDefs: SDL, resolvers })
  if (isProtected) contain(schema, config, metrics)
  const executor = createExecutor()
  executeWith(schema, executor)
  metrics.executions(executor.stats)
  const operations = openOperations(config, schema, logger)
  const { ipBudget, globalBudgets, tiers, rateLimitHeaders, introspection } = config
  const rules = { policy: { ipBudget, globalBudgets, tiers: new Map(Object.entries(tiers)), clientTiers: new Map() } }
  const overload = isProtected ? openOverload(config, metrics, []) : undefined
  const admission = isProtected
    ? openAdmission(operations, schema, store, overload, rules, logger, metrics)
    : allowAll(operations)
  const conclude = { admission, observe: metrics.operation, headers: () => rateLimitHeaders }
  const { statusProfile, cors, tls } = config.server
  const { validDocument } = operations
  const apollo = createApolloServer({ schema, conclude, introspection, validDocument, logger, statusProfile })
  await apollo.start()
  const server = await createHttpServer({
    schema,
    sdl: SDL,
    apollo,
    admission,
    conclude,
    introspection,
    logger,
    directory: createClientDirectory(config.clients),
    onClientsChanged: () => () => undefined,
    log,
    ...config.subscriptions,
    onSubscriptionEvent: metrics.subscriptionEvent,
    extendContext: (context) => context,
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
    health: { metrics, notReady: async () => undefined },
  })
  return await listen(server, config.server)
}

function contain(schema, { execution, guard }, metrics) {
  containSchema(schema, {
    ...execution,
    maxResponseBytes: guard.maxResponseBytes,
    onOversizedList: ({ coordinate }) => metrics.oversizedList(coordinate),
    onSlowResolver: ({ coordinate }) => metrics.slowResolver(coordinate),
  })
}

/** Tries again where the machine is so busy that Redis has no time to say hello. */
async function openSharedInTime(config, logger, metrics) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openShared(config, undefined, logger, metrics, [])
    } catch (error) {
      if (attempt === 10) throw error
    }
  }
}
