import { dirname, resolve } from 'node:path'
import { ipBudgetDefaults } from './budget-schema.ts'
import { maxDrainSpreadMs } from './checks/max-drain-spread.ts'
import type { Config, ConfiguredTier } from './config.ts'
import type { ConfigFile } from './config-schema.ts'
import type { Environment } from './environment.ts'
import { overridden } from './overridden.ts'
import { durationMs } from './settings/duration.ts'
import { refillPerSecondOf, toBudget } from './to-budget.ts'

/** Joins a file and an environment that have no mistakes. The environment wins. */
export function toConfig(path: string, file: ConfigFile, environment: Environment): Config {
  const { server, guard, execution, overload, documents, subscriptions, cost, budgetStore, rateLimitHeaders } = file
  const outsideProduction = environment.NODE_ENV !== 'production'
  return deepFreeze({
    file: path,
    environment: environment.NODE_ENV,
    server: {
      host: environment.HOST ?? server.host,
      port: environment.PORT ?? server.port,
      processes: environment.WEB_CONCURRENCY ?? server.processes,
      trustedProxies: server.trustedProxies,
      maxBodyBytes: server.maxBodyBytes,
      maxHeaderBytes: server.maxHeaderBytes,
      maxConnections: server.maxConnections,
      maxConnectionsPerAddress: server.maxConnectionsPerAddress,
      headersTimeoutMs: durationMs(server.headersTimeout),
      requestTimeoutMs: durationMs(server.requestTimeout),
      keepAliveTimeoutMs: durationMs(server.keepAliveTimeout),
      responseTimeoutMs: durationMs(server.responseTimeout),
      maxSocketBufferBytes: server.maxSocketBufferBytes,
      maxSocketMessagesPerSecond: server.maxSocketMessagesPerSecond,
      statusProfile: server.statusProfile,
      cors: server.cors,
      tls: server.tls && { cert: beside(path, server.tls.cert), key: beside(path, server.tls.key) },
      drainDelayMs: durationMs(server.drainDelay),
      drainTimeoutMs: durationMs(server.drainTimeout),
    },
    guard,
    execution: {
      oversizedLists: execution.oversizedLists,
      eventLoopBudgetMs: durationMs(execution.eventLoopBudget),
    },
    overload: {
      mode: overload.mode,
      maxConcurrency: overload.maxConcurrency,
      maxWaiting: overload.maxWaiting,
      maxWaitMs: durationMs(overload.maxWait),
      maxEventLoopDelayMs: durationMs(overload.maxEventLoopDelay),
    },
    documents: {
      mode: documents.mode,
      manifest: documents.manifest === undefined ? undefined : beside(path, documents.manifest),
      apq: documents.apq,
      keepForMs: durationMs(documents.keepFor),
    },
    subscriptions: {
      maxQueuedEvents: subscriptions.maxQueuedEvents,
      maxQueuedBytes: subscriptions.maxQueuedBytes,
      maxEventsPerTopic: subscriptions.maxEventsPerTopic,
      keepForMs: durationMs(subscriptions.keepFor),
      initTimeoutMs: durationMs(subscriptions.initTimeout),
      pingIntervalMs: durationMs(subscriptions.pingInterval),
      maxSocketsPerAddress: subscriptions.maxSocketsPerAddress,
      drainSpreadMs: drainSpreadMs(subscriptions.drainSpread, durationMs(server.drainTimeout)),
    },
    cost,
    budgetStore: {
      prefix: budgetStore.prefix,
      deadlineMs: durationMs(budgetStore.deadline),
      expectedNodes: budgetStore.expectedNodes,
      leases: budgetStore.leases,
    },
    rateLimitHeaders,
    ipBudget: ipBudgetOf(file.ipBudget),
    globalBudgets: file.globalBudgets.map((budget) => toBudget({ ...budget, level: 'global' })),
    tiers: Object.fromEntries(Object.entries(file.tiers).map(([name, tier]) => [name, tierOf(name, tier)])),
    clients: file.clients.map((client) => clientOf(client, file.tiers)),
    introspection: file.introspection ?? outsideProduction,
    demoKeys: file.demoKeys ?? outsideProduction,
    log: { level: environment.LOG_LEVEL ?? file.log.level },
    redisUrl: environment.REDIS_URL,
    databaseUrl: environment.DATABASE_URL,
  })
}

function beside(file: string, path: string): string {
  return resolve(dirname(file), path)
}

const DRAIN_SPREAD_MS = 5_000

function drainSpreadMs(drainSpread: string | undefined, drainTimeoutMs: number): number {
  return drainSpread === undefined
    ? Math.min(DRAIN_SPREAD_MS, maxDrainSpreadMs(drainTimeoutMs))
    : durationMs(drainSpread)
}

type TierInFile = ConfigFile['tiers'][string]

function tierOf(name: string, { maxCost, timeout, priority, budgets, subscriptions }: TierInFile): ConfiguredTier {
  return {
    name,
    maxCost,
    timeoutMs: durationMs(timeout),
    priority,
    maxSubscriptions: subscriptions.perClient,
    maxSubscriptionsPerSocket: subscriptions.perSocket,
    outOfBudget: subscriptions.outOfBudget,
    budgets: budgets.map(toBudget),
  }
}

function clientOf(client: ConfigFile['clients'][number], tiers: ConfigFile['tiers']): Config['clients'][number] {
  const { id, tenant, tier, role, keySha256 } = client
  const base = tiers[tier]
  return {
    client: { id, tenant, tier, role, anonymous: false },
    keySha256: keySha256.toLowerCase(),
    ownTier: base && ownTierOf(client, base),
  }
}

function ownTierOf(client: ConfigFile['clients'][number], base: TierInFile): ConfiguredTier | undefined {
  const { tier, maxCost = base.maxCost, timeout = base.timeout, budgets: overrides } = client
  if (client.maxCost === undefined && client.timeout === undefined && Object.keys(overrides).length === 0) return
  const budgets = base.budgets.map((budget) => overridden(budget, overrides[budget.name] ?? {}))
  return tierOf(tier, { ...base, maxCost, timeout, budgets })
}

function ipBudgetOf({ capacity, mode, onStoreFailure, ...rate }: ConfigFile['ipBudget']): Config['ipBudget'] {
  return {
    name: 'ip',
    level: 'ip',
    meter: 'requests',
    algorithm: 'token-bucket',
    capacity,
    refillPerSecond: refillPerSecondOf({ capacity, window: ipBudgetDefaults.window, ...rate }),
    mode,
    onStoreFailure,
  }
}

function deepFreeze<Value extends object>(value: Value): Readonly<Value> {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  }
  return Object.freeze(value)
}
