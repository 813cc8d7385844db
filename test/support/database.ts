import { createDatabase, type Database } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { storefrontMigrations } from '../../src/storefront/migrations/storefront-migrations.ts'
import { seed } from '../../src/storefront/seed/seed.ts'
import type { ShopSize } from '../../src/storefront/seed/shop-size.ts'
import type { StorefrontTables } from '../../src/storefront/tables.ts'

/** Large enough that every list has a second page, every status an order and some products no stock. */
export const smallSize: ShopSize = { products: 200, customers: 40, reviews: 600, orders: 300 }

export interface TestDatabaseOptions {
  /** An empty database of PostgreSQL, as `openPostgres` creates them. Without one it is a new PGlite. */
  readonly url?: string
  /**
   * What the shop holds: `smallSize`, or nothing but its tables.
   * @default 'small'
   */
  readonly seeded?: 'small' | false
  /** Told of every statement from the moment the database is returned. */
  readonly onQuery?: (sql: string) => void
}

/** A shop of the caller's own. A PGlite takes a second or two to start: share one within a file. */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<Database<StorefrontTables>> {
  const { url, seeded = 'small', onQuery } = options
  let opened = false
  const database = await createDatabase<StorefrontTables>({
    url,
    onQuery: onQuery && ((sql) => opened && onQuery(sql)),
  })
  await migrate(database.db, storefrontMigrations)
  if (seeded === 'small') await seed(database.db, smallSize)
  opened = true
  return database
}
