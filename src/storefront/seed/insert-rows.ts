import { type Kysely, sql } from 'kysely'
import type { StorefrontTables } from '../tables.ts'

type ColumnTypes<Row> = { readonly [Column in keyof Row]: 'int' | 'text' | 'timestamptz' }

/** Inserts any number of rows in one statement: a parameter for each column instead of one for each value. */
export async function insertRows<Row>(
  db: Kysely<StorefrontTables>,
  table: keyof StorefrontTables,
  rows: readonly Row[],
  types: ColumnTypes<Row>,
): Promise<void> {
  const names = []
  const arrays = []
  for (const name in types) {
    names.push(sql.ref(name))
    arrays.push(sql`${rows.map((row) => row[name])}::${sql.raw(types[name])}[]`)
  }
  const columns = sql`insert into ${sql.table(table)} (${sql.join(names)})`
  await sql`${columns} select * from unnest(${sql.join(arrays)})`.execute(db)
}
