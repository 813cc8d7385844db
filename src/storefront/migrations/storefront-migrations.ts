import type { Migrations } from '../../database/migrate.ts'
import { shop } from './0001-shop.ts'

/** The migrations of the shop. A new one gets the next number; one that has been released is never changed. */
export const storefrontMigrations: Migrations = {
  '0001-shop': shop,
}
