import { type Migration, sql, type Transaction } from 'kysely'

/**
 * The table of events that are to be told to others. They are written in the transaction of the change that caused them,
 * so that an event is there exactly where its change is; a relay takes them out.
 */
export const outbox: Migration = {
  async up(db) {
    await sql`create table outbox (
      id bigint generated always as identity primary key,
      key uuid not null default gen_random_uuid(),
      topic text collate "C" not null,
      payload jsonb not null,
      created_at timestamptz(3) not null default now()
    )`.execute(db)
  },
}

export interface OutboxEvent {
  readonly topic: string
  readonly payload: JsonValue
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }

/**
 * Writes events into the outbox, in this order. Those of one topic are told in the order of their changes where each
 * change has locked the row that it is about before: whoever writes next has waited for this transaction to end.
 */
export async function recordEvents<Tables>(
  transaction: Transaction<Tables>,
  events: readonly OutboxEvent[],
): Promise<void> {
  if (events.length === 0) return
  // As text, since the driver takes an array for one of PostgreSQL's and a string for JSON that is written already.
  const rows = events.map(({ topic, payload }) => sql`(${topic}, ${JSON.stringify(payload)}::jsonb)`)
  await sql`insert into outbox (topic, payload) values ${sql.join(rows)}`.execute(transaction)
}
