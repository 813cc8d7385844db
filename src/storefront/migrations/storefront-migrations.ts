import type { Migrations } from '../../database/migrate.ts'
import { outbox } from '../../database/outbox.ts'
import { shop } from './0001-shop.ts'
import { reviewIds } from './0003-review-ids.ts'

/** The migrations of the shop. A new one gets the next number; one that has been released is never changed. */
export const storefrontMigrations: Migrations = {
  '0001-shop': shop,
  '0002-outbox': outbox,
  '0003-review-ids': reviewIds,
}
