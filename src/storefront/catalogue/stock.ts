import type { Kysely } from 'kysely'
import { anyOf } from '../reading/ids.ts'
import type { StorefrontTables } from '../tables.ts'

/** How many of each product can be ordered. A product without a row in the inventory has none. */
export async function stock(db: Kysely<StorefrontTables>, productIds: readonly number[]) {
  const rows = await db.selectFrom('inventory').selectAll().where('productId', '=', anyOf(productIds)).execute()
  const quantities = new Map(rows.map(({ productId, quantity }) => [productId, quantity]))
  return (id: number) => quantities.get(id) ?? 0
}
