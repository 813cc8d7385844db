import type { Config } from '../config/config.ts'
import { createDatabase, type Database } from '../database/database.ts'
import { migrate } from '../database/migrate.ts'
import { outboxBacklog } from '../database/outbox-backlog.ts'
import { createOutboxRelay } from '../database/outbox-relay.ts'
import type { EventLog } from '../events/event-log.ts'
import { storefrontMigrations } from '../storefront/migrations/storefront-migrations.ts'
import { seed } from '../storefront/seed/seed.ts'
import type { StorefrontTables } from '../storefront/tables.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Closers } from './closers.ts'
import type { Primary } from './primary-process.ts'

/** The storefront's database, with what has to be in it, and the relay of its events to the log. */
export async function openDatabase(
  config: Config,
  log: EventLog,
  primary: Primary | undefined,
  logger: Logger,
  metrics: Metrics,
  closers: Closers,
) {
  const pool = config.databaseUrl === undefined ? primary?.pool : undefined
  const database = await createDatabase<StorefrontTables>({
    url: config.databaseUrl,
    pool,
    onConnectionLost: (err) => logger.warn({ err }, 'a connection to the database was lost'),
  })
  closers.push(() => database.close())
  const { db } = database
  // What the primary process has it has filled.
  if (pool === undefined) await fill(db, config)
  const relay = createOutboxRelay({
    db,
    deliver: log.append,
    // With a PGlite of its own nobody else has this database.
    alone: database.kind === 'pglite' && pool === undefined,
    onError: (err, where) => logger.error({ err, where }, 'events wait in the database: they cannot be passed on'),
    onRecovered: (where) => logger.info({ where }, 'events that waited in the database are passed on again'),
  })
  metrics.outbox(() => outboxBacklog(database.during(AbortSignal.timeout(BACKLOG_TIMEOUT_MS))))
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

/** How long a scrape of the metrics waits for the database. */
const BACKLOG_TIMEOUT_MS = 1_000

/** Makes the tables, and puts the shop's goods into them where this is no production database of somebody's. */
export async function fill(db: Database<StorefrontTables>['db'], config: Config): Promise<void> {
  await migrate(db, storefrontMigrations)
  if (config.environment !== 'production' || config.databaseUrl === undefined) await seed(db)
}
