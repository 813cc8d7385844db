import { CamelCasePlugin, Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import { createPglitePool } from './pglite-pool.ts'
import { type InterruptiblePool, poolDuring } from './pool-during.ts'
import { postgresqlPool } from './postgresql-pool.ts'

export interface Database<Tables> {
  /** Tables and columns are `camelCase` here and `snake_case` in SQL. */
  readonly db: Kysely<Tables>
  readonly kind: 'pglite' | 'postgresql'
  /**
   * The same database for one piece of work. When its signal aborts, what it waits for rejects with the signal's reason:
   * PostgreSQL cancels the statement that runs, PGlite comes to its end, and either begins nothing more and rolls back
   * the transaction that is under way.
   */
  during(signal: AbortSignal): Kysely<Tables>
  /** Waits for what is running, then gives the connections back. Nothing can be asked afterwards. */
  close(): Promise<void>
}

export interface DatabaseOptions {
  /**
   * `postgres://user:password@host:port/database`. Without one the data lives in this process, in a PGlite that is
   * empty at first and gone at the end.
   */
  readonly url?: string | undefined
  /** Connections from elsewhere instead: a PGlite that another process has. */
  readonly pool?: PostgresPool | undefined
  /**
   * How many connections to PostgreSQL are held at most. PGlite is one connection.
   * @default 10
   */
  readonly maxConnections?: number
  /**
   * How long a query waits for a free connection, and a connection to be made, before it fails.
   * @default 3000
   */
  readonly connectionTimeoutMs?: number
  /**
   * After how long PostgreSQL gives up a statement and the query fails. PGlite cannot be interrupted.
   * @default 10000
   */
  readonly statementTimeoutMs?: number
  /** Told of every statement once it is over, `begin` and `commit` among them, with placeholders for its values. */
  readonly onQuery?: ((sql: string) => void) | undefined
  /** Told when PostgreSQL ends a connection on which nothing was running. The next query makes a new one. */
  readonly onConnectionLost?: (error: Error) => void
}

/**
 * A database that has answered once.
 *
 * @throws Error that names host and port, and never the password, where PostgreSQL cannot be reached
 */
export async function createDatabase<Tables>(options: DatabaseOptions = {}): Promise<Database<Tables>> {
  const { url, connectionTimeoutMs = 3000, onQuery } = options
  const pool: InterruptiblePool =
    options.pool ??
    (url === undefined
      ? await createPglitePool(connectionTimeoutMs)
      : await postgresqlPool(url, { ...options, connectionTimeoutMs }))
  // The keys inside a JSON value are data; they stay as they are.
  const plugins = [new CamelCasePlugin({ maintainNestedObjectKeys: true })]
  const on = (pool: PostgresPool) =>
    new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      plugins,
      ...(onQuery !== undefined && { log: ({ query }) => onQuery(query.sql) }),
    })
  const db = on(pool)
  // Kysely closes only what it has used.
  await db.connection().execute(async () => undefined)
  return {
    db,
    kind: url === undefined ? 'pglite' : 'postgresql',
    during: (signal) => on(poolDuring(pool, signal)),
    close: () => db.destroy(),
  }
}
