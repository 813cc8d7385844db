import { type Kysely, sql } from 'kysely'

/** What waits in an outbox. Both are 0 nearly always: events are delivered within milliseconds. */
export interface OutboxBacklog {
  /** At most `MAX_COUNTED`. */
  readonly events: number
  /** For how long the oldest of them has waited, by the clock of the database. */
  readonly oldestSeconds: number
}

/** One query that reads no more than the first rows, however many there are. */
export async function outboxBacklog<Tables>(db: Kysely<Tables>): Promise<OutboxBacklog> {
  const query = sql<OutboxBacklog>`select count(*) as events,
    coalesce(greatest(extract(epoch from now() - min(created_at))::float8, 0), 0) as oldest_seconds
    from (select created_at from outbox order by id limit ${MAX_COUNTED}) as waiting`
  const [backlog] = (await query.execute(db)).rows
  return backlog ?? { events: 0, oldestSeconds: 0 }
}

const MAX_COUNTED = 10_000
