import { setImmediate } from 'node:timers/promises'
import { PGlite } from '@electric-sql/pglite'
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { columnParsers } from './column-parsers.ts'

/** A PGlite that is empty and in memory, as a pool. */
export async function createPglitePool(connectionTimeoutMs = 3000): Promise<PostgresPool> {
  return pglitePool(await PGlite.create({ parsers: columnParsers }), connectionTimeoutMs)
}

/**
 * PGlite as a pool of one connection: whoever has it, for a statement or for a transaction, has it alone, and the others
 * wait in the order they came. Kysely's PostgreSQL dialect does the rest.
 */
function pglitePool(pglite: PGlite, connectionTimeoutMs: number): PostgresPool {
  const queue: (() => void)[] = []
  let taken = false

  const client: PostgresPoolClient = { query, release }

  function query<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>
  function query<Row>(
    statement: string | PostgresCursor<Row>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof statement !== 'string') throw new Error('PGlite has no cursors: select pages instead of a stream')
    return run<Row>(statement, parameters)
  }

  async function run<Row>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    // A statement holds up the whole process. Between two of them the timers, deadlines among them, and the sockets have
    // their turn; without that a row of statements is one piece.
    await setImmediate()
    const { rows, affectedRows, command } = await pglite.query<Row>(sql, [...parameters])
    return { rows, rowCount: affectedRows ?? rows.length, command: isWrite(command) ? command : 'SELECT' }
  }

  function connect(): Promise<PostgresPoolClient> {
    if (!taken) {
      taken = true
      return Promise.resolve(client)
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(start), 1)
        reject(new Error(`The connection to PGlite was not free within ${connectionTimeoutMs} ms. ${HINT}`))
      }, connectionTimeoutMs)
      function start(): void {
        clearTimeout(timer)
        resolve(client)
      }
      queue.push(start)
    })
  }

  function release(): void {
    const next = queue.shift()
    if (next === undefined) taken = false
    else next()
  }

  async function end(): Promise<void> {
    // Whoever is in the queue still has its turn.
    if (taken) await new Promise<void>((resolve) => queue.push(resolve))
    await pglite.close()
  }

  return { connect, end }
}

// On PostgreSQL the same mistake goes unseen until all connections of the pool are taken by transactions.
const HINT = 'Inside a transaction ask the transaction; a query to the database itself waits for the transaction to end'

type Write = Exclude<PostgresQueryResult<unknown>['command'], 'SELECT'>

function isWrite(command: string | undefined): command is Write {
  return command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE'
}
