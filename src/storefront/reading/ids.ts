import { sql } from 'kysely'

/** `any($1)`, to compare a column with: one statement text for any number of ids. */
export function anyOf(ids: readonly number[]) {
  return sql<number>`any(${ids}::integer[])`
}

/** Ids as the table `parent` with the column `id`. */
export function parents(ids: readonly number[]) {
  return sql<{ id: number }>`unnest(${ids}::integer[])`.as<'parent'>(sql`parent(id)`)
}
