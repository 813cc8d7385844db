import { type SelectQueryBuilder, sql } from 'kysely'
import type { PageRequest } from './page-request.ts'
import type { Sort } from './sort.ts'

/** Narrows a query of `sort.table` to one page, and one row more that tells whether there is another page. */
export function keyset<DB, TB extends keyof DB, Output, Row>(
  query: SelectQueryBuilder<DB, TB, Output>,
  { sort, first, after }: PageRequest<Row>,
): SelectQueryBuilder<DB, TB, Output> {
  const sorted = inOrder(query, sort, sort.table).limit(first + 1)
  if (after === undefined) return sorted
  const value = sql.ref(`${sort.table}.${sort.column}`)
  const id = sql.ref(`${sort.table}.id`)
  const beyond = sort.direction === 'asc' ? sql`>` : sql`<`
  return sorted.where(sql<boolean>`(${value}, ${id}) ${beyond} (${after.value}, ${after.id})`)
}

/** Sorts what a query gives by the columns of one of its tables. */
export function inOrder<DB, TB extends keyof DB, Output, Row>(
  query: SelectQueryBuilder<DB, TB, Output>,
  { column, direction }: Sort<Row>,
  table: string,
): SelectQueryBuilder<DB, TB, Output> {
  return query.orderBy(sql.ref(`${table}.${column}`), direction).orderBy(sql.ref(`${table}.id`), direction)
}
