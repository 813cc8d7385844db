import { setTimeout } from 'node:timers/promises'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'

/** A pool of connections whose statements can be ended from outside, where the database has a way to. */
export interface InterruptiblePool extends PostgresPool {
  /**
   * Ends what runs on a connection, which can be used afterwards. Resolves once that has been asked for: from then on
   * it hits no later statement. It may be in vain where the statement was sent only just before.
   */
  interrupt?(client: PostgresPoolClient): Promise<void>
}

/**
 * The same pool for as long as `signal` has not aborted. Then what runs is interrupted, what has not begun never does,
 * and all of it rejects with the signal's reason. Only a rollback goes on, so a transaction happens as a whole or not
 * at all.
 */
export function poolDuring(pool: InterruptiblePool, signal: AbortSignal): PostgresPool {
  return {
    async connect() {
      signal.throwIfAborted()
      const client = await pool.connect()
      if (!signal.aborted) return clientDuring(client, pool, signal)
      client.release()
      throw signal.reason
    },
    // It ends with the pool itself.
    end: async () => undefined,
  }
}

function clientDuring(client: PostgresPoolClient, pool: InterruptiblePool, signal: AbortSignal): PostgresPoolClient {
  let before: Promise<unknown> = Promise.resolve()

  function query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query<Row>(
    statement: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof statement !== 'string') return client.query(statement)
    // One at a time: what has been handed to the driver begins, whatever happens meanwhile.
    const result = before.then(() => run<Row>(statement, parameters))
    before = result.catch(() => undefined)
    return result
  }

  async function run<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    if (sql.startsWith('rollback')) return await client.query<Row>(sql, parameters)
    signal.throwIfAborted()
    const statement = client.query<Row>(sql, parameters)
    let interruption: Promise<void> | undefined
    const interrupt = () => {
      interruption = interruptUntilOver(statement)
    }
    signal.addEventListener('abort', interrupt, { once: true })
    try {
      return await statement
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    } finally {
      signal.removeEventListener('abort', interrupt)
      // Nobody else gets the connection while an interruption is on its way to it.
      await interruption
    }
  }

  async function interruptUntilOver(statement: Promise<unknown>): Promise<void> {
    const over = statement.then(
      () => true,
      () => true,
    )
    do await pool.interrupt?.(client)
    while (!(await Promise.race([over, setTimeout(RETRY_MS, false, { ref: false })])))
  }

  return { query, release: () => client.release() }
}

const RETRY_MS = 50
