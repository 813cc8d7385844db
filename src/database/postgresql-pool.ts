import { Pool, type PoolConfig, types } from 'pg'
import { columnParsers } from './column-parsers.ts'
import type { InterruptiblePool } from './pool-during.ts'

declare module 'pg' {
  interface ClientBase {
    /** Which process of PostgreSQL is at the other end. `@types/pg` leaves it out. */
    readonly processID: number | null
  }
}

interface PostgresqlPoolOptions {
  readonly maxConnections?: number
  readonly connectionTimeoutMs: number
  readonly statementTimeoutMs?: number
  readonly onConnectionLost?: (error: Error) => void
}

/** A pool of connections to PostgreSQL, one of which has been made when it is returned. */
export async function postgresqlPool(url: string, options: PostgresqlPoolOptions): Promise<InterruptiblePool> {
  const { maxConnections = 10, connectionTimeoutMs, statementTimeoutMs = 10_000, onConnectionLost } = options
  const address = addressOf(url)
  const settings: PoolConfig = {
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: connectionTimeoutMs,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
    fallback_application_name: 'tollgate',
    types: {
      getTypeParser: (id, format) =>
        (format === 'binary' ? undefined : columnParsers[id]) ?? types.getTypeParser(id, format),
    },
  }
  const pool = new Pool(settings)
  // A busy pool has no connection left to interrupt the others on. This one connects when it is needed.
  const interrupter = new Pool({ ...settings, max: 1 })
  const processIds = new WeakMap<object, number | null>()
  // Without listeners, an 'error' event would end the process. The pool passes on those of its idle connections only;
  // a transaction may hold one between two statements. A connection that is lost may tell it twice.
  pool.on('error', ignore)
  interrupter.on('error', ignore)
  interrupter.on('connect', (client) => client.on('error', ignore))
  pool.on('connect', (client) => {
    processIds.set(client, client.processID)
    client.once('error', (error) => onConnectionLost?.(error))
    client.on('error', ignore)
  })
  try {
    const client = await pool.connect()
    client.release()
    return {
      connect: () => pool.connect(),
      async interrupt(client) {
        // Where that fails, the statement ends by its own time.
        await interrupter.query('select pg_cancel_backend($1)', [processIds.get(client)]).catch(ignore)
      },
      async end() {
        await pool.end()
        await interrupter.end()
      },
    }
  } catch (error) {
    await pool.end()
    throw new Error(`PostgreSQL at ${address} cannot be used: ${reason(error)}`)
  }
}

function ignore(): void {}

/** Host and port of a PostgreSQL URL, without user and password. */
function addressOf(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('A PostgreSQL URL begins with postgres:// or postgresql://')
  if (!URL.canParse(url)) throw new Error('This PostgreSQL URL has an unreadable host, port or password')
  const { hostname, port, searchParams } = new URL(url)
  return `${searchParams.get('host') ?? (hostname || 'localhost')}:${searchParams.get('port') ?? (port || 5432)}`
}

function reason(error: unknown): string {
  // A refused connection to several addresses has an empty message of its own.
  if (error instanceof AggregateError) return error.errors.map(reason).join('; ')
  return error instanceof Error ? error.message : String(error)
}
