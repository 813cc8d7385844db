import { createHash } from 'node:crypto'
import { inject } from 'vitest'
import { startPostgres } from '../../support/postgres.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { type ShippedConfig, writeTestConfig } from '../../support/test-config.ts'

/** Any number of server processes that are one shop: one Redis, one PostgreSQL and one configuration. */
export interface ShopProcesses {
  readonly prefix: string
  readonly redisUrl: string
  readonly databaseUrl: string
  readonly config: Awaited<ReturnType<typeof writeTestConfig>>
  start(env?: Readonly<Record<string, string>>): Promise<ServerProcess>
  /** Kills those that are left, and all they had. */
  close(): Promise<void>
}

export async function openShop(
  change: (file: ShippedConfig) => void = () => undefined,
  redisUrl = inject('redisUrl'),
): Promise<ShopProcesses> {
  const prefix = freshPrefix()
  const config = await writeTestConfig((file) => {
    // A busy machine is no outage.
    file.budgetStore = { prefix, deadline: '5s' }
    Object.assign(file, { ipBudget: { capacity: 1e7, window: '30s' } })
    addClient(file, 'subscriber', SUBSCRIBER_KEY, [{ name: 'burst', capacity: 1e8, window: '60s' }])
    change(file)
  })
  const postgres = await startPostgres()
  const started: Promise<ServerProcess>[] = []
  return {
    prefix,
    redisUrl,
    databaseUrl: postgres.url,
    config,
    start(env) {
      const shared = { TOLLGATE_CONFIG: config.path, REDIS_URL: redisUrl, DATABASE_URL: postgres.url }
      const starting = startServer({ ...shared, ...env })
      started.push(starting)
      return starting
    },
    async close() {
      // Some may not be up yet.
      for (const outcome of await Promise.allSettled(started)) {
        if (outcome.status === 'fulfilled') await outcome.value.stop('SIGKILL')
      }
      await postgres.stop()
      await config.remove()
    },
  }
}

/** The key of a client whose budget does not end. */
export const SUBSCRIBER_KEY = 'the-key-of-a-subscriber'

/** A client with a tier of its own, which is called like it. */
export function addClient(
  file: ShippedConfig,
  name: string,
  key: string,
  budgets: ShippedConfig['tiers'][string]['budgets'],
): void {
  const { enterprise } = file.tiers
  if (enterprise === undefined) throw new Error('The shipped configuration has no tier enterprise')
  file.tiers[name] = { ...enterprise, budgets }
  const keySha256 = createHash('sha256').update(key).digest('hex')
  file.clients = [...(file.clients ?? []), { id: name, tenant: name, tier: name, keySha256 }]
}
