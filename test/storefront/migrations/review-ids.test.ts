import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../../src/database/database.ts'
import { migrate } from '../../../src/database/migrate.ts'
import { shop } from '../../../src/storefront/migrations/0001-shop.ts'
import { storefrontMigrations } from '../../../src/storefront/migrations/storefront-migrations.ts'
import type { StorefrontTables } from '../../../src/storefront/tables.ts'

test.each([
  ['after those that a shop has', [3, 41], 42],
  ['from 1 where it has none', [], 1],
])('a shop of the first version numbers new reviews %s', async (_what, ids, next) => {
  const database = await createDatabase<StorefrontTables>()
  onTestFinished(() => database.close())
  const { db } = database
  await migrate(db, { '0001-shop': shop })
  await sql`insert into categories values (1, 'c', 'C', null)`.execute(db)
  await sql`insert into products values (1, 's', 'P', '', 1, 1, now())`.execute(db)
  await sql`insert into customers values (1, 'Ada', 'ada@example.com', now())`.execute(db)
  const review = { productId: 1, customerId: 1, rating: 5, title: 't', body: 'b', createdAt: new Date() }
  for (const id of ids)
    await db
      .insertInto('reviews')
      .values({ id, ...review })
      .execute()
  await migrate(db, storefrontMigrations)
  expect(await db.insertInto('reviews').values(review).returning('id').execute()).toEqual([{ id: next }])
})
