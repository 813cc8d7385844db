import type { Config, ConfiguredBudget, ConfiguredTier } from './config.ts'
import { type ConfigFile, ipBudgetDefaults } from './config-schema.ts'
import { durationMs } from './duration.ts'
import type { Environment } from './environment.ts'

/** Joins a file and an environment that have no mistakes. The environment wins. */
export function toConfig(path: string, file: ConfigFile, environment: Environment): Config {
  const { server, guard, cost, budgetStore, ipBudget } = file
  const outsideProduction = environment.NODE_ENV !== 'production'
  return deepFreeze({
    file: path,
    environment: environment.NODE_ENV,
    server: {
      host: environment.HOST ?? server.host,
      port: environment.PORT ?? server.port,
      trustedProxies: server.trustedProxies,
      maxBodyBytes: server.maxBodyBytes,
      drainDelayMs: durationMs(server.drainDelay),
      drainTimeoutMs: durationMs(server.drainTimeout),
    },
    guard,
    cost,
    budgetStore: {
      prefix: budgetStore.prefix,
      deadlineMs: durationMs(budgetStore.deadline),
      expectedNodes: budgetStore.expectedNodes,
    },
    ipBudget: budgetOf({ ...ipBudget, name: 'ip', level: 'ip', meter: 'requests', algorithm: 'token-bucket' }),
    tiers: Object.fromEntries(Object.entries(file.tiers).map(([name, tier]) => [name, tierOf(name, tier)])),
    clients: file.clients.map(({ keySha256, ...client }) => ({
      client: { ...client, anonymous: false },
      keySha256: keySha256.toLowerCase(),
    })),
    introspection: file.introspection ?? outsideProduction,
    demoKeys: file.demoKeys ?? outsideProduction,
    log: { level: environment.LOG_LEVEL ?? file.log.level },
    redisUrl: environment.REDIS_URL,
    databaseUrl: environment.DATABASE_URL,
  })
}

function tierOf(name: string, { maxCost, timeout, budgets }: ConfigFile['tiers'][string]): ConfiguredTier {
  return { name, maxCost, timeoutMs: durationMs(timeout), budgets: budgets.map(budgetOf) }
}

type BudgetInFile = Omit<ConfiguredBudget, 'refillPerSecond'> & {
  readonly refillPerSecond?: number | undefined
  readonly window?: string | undefined
}

/** Only the IP budget may come without refill and window. */
function budgetOf({ refillPerSecond, window = ipBudgetDefaults.window, ...budget }: BudgetInFile): ConfiguredBudget {
  return { ...budget, refillPerSecond: refillPerSecond ?? budget.capacity / (durationMs(window) / 1000) }
}

function deepFreeze<Value extends object>(value: Value): Readonly<Value> {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  }
  return Object.freeze(value)
}
