import type { Kysely } from 'kysely'
import type { StorefrontTables } from '../tables.ts'

/** The database, for as long as somebody waits for the answer: throws once the operation's signal has aborted. */
export type Database = () => Kysely<StorefrontTables>

/** What one operation reads. Everything goes through here, so that nothing is asked for an operation that is over. */
export interface Reads {
  readonly database: Database
  /** All or nothing. An abort on the way rolls back. */
  transaction<Result>(run: (database: Database) => Promise<Result>): Promise<Result>
  /** What loaders have read so far belongs to this object. */
  generation(): object
  /** Begins a new generation: after a write, and for each event of a subscription. */
  forget(): void
}

export function createReads(db: Kysely<StorefrontTables>, signal: AbortSignal): Reads {
  let generation = {}

  function whileWanted(connection: Kysely<StorefrontTables>): Database {
    return () => {
      signal.throwIfAborted()
      return connection
    }
  }

  const database = whileWanted(db)
  return {
    database,
    transaction: (run) =>
      database()
        .transaction()
        .execute((transaction) => run(whileWanted(transaction))),
    generation: () => generation,
    forget() {
      generation = {}
    },
  }
}
