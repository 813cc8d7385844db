import type { Kysely } from 'kysely'
import type { StorefrontTables } from '../tables.ts'

/** What one operation reads. */
export interface Reads {
  /** The database, for as long as somebody waits for the answer. */
  readonly db: Kysely<StorefrontTables>
  /** What loaders have read so far belongs to this object. */
  generation(): object
  /** Begins a new generation, after a write. */
  forget(): void
}

export function createReads(db: Kysely<StorefrontTables>): Reads {
  let generation = {}
  return {
    db,
    generation: () => generation,
    forget() {
      generation = {}
    },
  }
}
