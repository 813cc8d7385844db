import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Database } from '../../../src/database/database.ts'
import { seed } from '../../../src/storefront/seed/seed.ts'
import type { StorefrontTables } from '../../../src/storefront/tables.ts'
import { openTestDatabase } from '../../support/database.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'

const tables = ['categories', 'products', 'inventory', 'customers', 'reviews', 'orders', 'order_lines'] as const

const newest = sql`order by created_at desc, id desc limit 9`
const latest = sql`order by placed_at desc, id desc limit 9`

describe('the shop at its full size', () => {
  let server: PostgresServer
  let url: string
  let postgresql: Database<StorefrontTables>
  let pglite: Database<StorefrontTables>
  let seeded: readonly boolean[]

  beforeAll(async () => {
    server = await openPostgres(inject('databaseUrl'))
    url = await server.createDatabase()
    // Two processes that start at once: both migrate, then both seed.
    const nodes = await Promise.all([
      openTestDatabase({ url, seeded: false }),
      openTestDatabase({ url, seeded: false }),
    ])
    seeded = await Promise.all(nodes.map(({ db }) => seed(db)))
    postgresql = nodes[0]
    await nodes[1].close()
    pglite = await openTestDatabase({ seeded: false })
    await seed(pglite.db)
  })
  afterAll(async () => {
    await postgresql.close()
    await pglite.close()
    await server.stop()
  })

  test('is filled by one of two that start at once', () => {
    expect(seeded.toSorted()).toEqual([false, true])
  })

  test.each(tables)('has the same %s in every run, on PGlite and on PostgreSQL', async (table) => {
    const checksum = await checksumOf(pglite.db, table)
    expect(checksum).toMatch(/^[1-9]\d* [0-9a-f]{32}$/)
    expect(await checksumOf(postgresql.db, table)).toBe(checksum)
  })

  test.each([
    ['the newest products', 'products_newest', sql`products where (created_at, id) < (now(), 1) ${newest}`],
    ['the products of a category', 'products_of_category', sql`products where category_id = 13 ${newest}`],
    [
      'the cheapest products',
      'products_by_price',
      sql`products where price_cents > 500 order by price_cents, id limit 9`,
    ],
    ['the dearest products', 'products_by_price', sql`products order by price_cents desc, id desc limit 9`],
    ['products by name', 'products_by_name', sql`products where (name, id) > ('M', 1) order by name, id limit 9`],
    ['products with a word', 'products_words', sql`products where to_tsvector('simple', name) @@ 'hammock:*'::tsquery`],
    ['the reviews of a product', 'reviews_of_product', sql`reviews where product_id = 1 ${newest}`],
    ['the newest orders', 'orders_newest', sql`orders where (placed_at, id) < (now(), 1) ${latest}`],
    ['the orders of a customer', 'orders_of_customer', sql`orders where customer_id = 1 ${latest}`],
    ['the orders of a status', 'orders_by_status', sql`orders where status = 'PAID' ${latest}`],
    ['the lines of some orders', 'order_lines_pkey', sql`order_lines where order_id = any ('{1,2,3}')`],
  ])('finds %s through the index %s, without sorting', async (_what, index, query) => {
    for (const { db } of [postgresql, pglite]) {
      const { rows } = await sql<Record<string, string>>`explain select * from ${query}`.execute(db)
      const plan = rows.flatMap((row) => Object.values(row)).join('\n')
      expect(plan).toMatch(new RegExp(`Index Scan.* ${index}\\b`))
      expect(plan).not.toMatch(/Sort|Seq Scan/)
    }
  })
})

/** How many rows a table has, and a hash of all that is in them. */
async function checksumOf(db: Kysely<StorefrontTables>, table: string): Promise<string | undefined> {
  return await db.transaction().execute(async (transaction) => {
    // A row as text has its moments in the time zone of the connection.
    await sql`set local time zone 'UTC'`.execute(transaction)
    const { rows } = await sql<{ checksum: string }>`
      select count(*) || ' ' || md5(string_agg(t::text, '|' order by t::text collate "C")) as checksum
      from ${sql.table(table)} t
    `.execute(transaction)
    return rows[0]?.checksum
  })
}
