import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'

/** What the process that has a pool answers for one other process. Connections have numbers. */
export interface PoolVerbs {
  connect(): Promise<number>
  query(connection: number, sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>>
  release(connection: number): void
}

/** A pool as another process uses it. `gone` rolls back and frees what that process had, once it is there no more. */
export function sharePool(pool: PostgresPool): PoolVerbs & { gone(): Promise<void> } {
  const connections = new Map<number, PostgresPoolClient>()
  let last = 0
  let isGone = false

  function connection(number: number): PostgresPoolClient {
    const found = connections.get(number)
    if (found === undefined) throw new Error(`There is no connection ${number}: it was released`)
    return found
  }

  async function rollBack(client: PostgresPoolClient): Promise<void> {
    // Outside of a transaction this is a warning of the database alone.
    await client.query('rollback', []).catch(() => undefined)
    client.release()
  }

  return {
    async connect() {
      const client = await pool.connect()
      last += 1
      if (isGone) client.release()
      else connections.set(last, client)
      return last
    },
    query: (number, sql, parameters) => connection(number).query(sql, parameters),
    release(number) {
      connection(number).release()
      connections.delete(number)
    },
    async gone() {
      isGone = true
      const open = [...connections.values()]
      connections.clear()
      await Promise.all(open.map(rollBack))
    },
  }
}

/** A pool that another process has. It ends with that process. */
export function remotePool(verbs: PoolVerbs): PostgresPool {
  async function connect(): Promise<PostgresPoolClient> {
    const connection = await verbs.connect()

    function query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
    function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
    function query<Row>(
      statement: string | PostgresCursor<Row>,
      parameters: readonly unknown[] = [],
    ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
      if (typeof statement !== 'string') throw new Error('There are no cursors here: select pages instead of a stream')
      // What the statement selects is the caller's to know, as with every driver.
      return verbs.query(connection, statement, parameters) as Promise<PostgresQueryResult<Row>>
    }

    return { query, release: () => verbs.release(connection) }
  }
  return { connect, end: async () => undefined }
}
