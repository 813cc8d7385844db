import { type Kysely, sql } from 'kysely'
import type { StorefrontTables } from '../tables.ts'
import { generateShop } from './generate-shop.ts'
import { insertRows } from './insert-rows.ts'
import { fullSize, type ShopSize } from './shop-size.ts'
import { withoutForeignKeys } from './without-foreign-keys.ts'

/**
 * Fills an empty shop with made-up data, the same in every run and on every database, and answers whether it did: a
 * shop that has products is left alone. It happens in one transaction; of several processes that start at once, one
 * fills and the others wait for it.
 */
export async function seed(db: Kysely<StorefrontTables>, size: ShopSize = fullSize): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    // Waiting for another process may take longer than a statement of an operation may.
    await sql`set local statement_timeout = 0`.execute(transaction)
    await sql`select pg_advisory_xact_lock(hashtext('storefront seed'))`.execute(transaction)
    const product = await transaction.selectFrom('products').select('id').limit(1).executeTakeFirst()
    if (product !== undefined) return false
    await withoutForeignKeys(transaction, () => insertShop(transaction, size))
    await sql`select setval(pg_get_serial_sequence('reviews', 'id'), ${size.reviews})`.execute(transaction)
    await sql`select setval(pg_get_serial_sequence('orders', 'id'), ${size.orders})`.execute(transaction)
    // Without statistics the planner would not trust the indexes, and PGlite gathers none by itself.
    await sql`analyze categories, products, inventory, customers, reviews, orders, order_lines`.execute(transaction)
    return true
  })
}

async function insertShop(db: Kysely<StorefrontTables>, size: ShopSize): Promise<void> {
  const shop = generateShop(size)
  await insertRows(db, 'categories', shop.categories, { id: 'int', slug: 'text', name: 'text', parentId: 'int' })
  await insertRows(db, 'products', shop.products, {
    id: 'int',
    sku: 'text',
    name: 'text',
    description: 'text',
    priceCents: 'int',
    categoryId: 'int',
    createdAt: 'timestamptz',
  })
  await insertRows(db, 'inventory', shop.inventory, { productId: 'int', quantity: 'int' })
  await insertRows(db, 'customers', shop.customers, {
    id: 'int',
    name: 'text',
    email: 'text',
    createdAt: 'timestamptz',
  })
  await insertRows(db, 'reviews', shop.reviews, {
    id: 'int',
    productId: 'int',
    customerId: 'int',
    rating: 'int',
    title: 'text',
    body: 'text',
    createdAt: 'timestamptz',
  })
  await insertRows(db, 'orders', shop.orders, {
    id: 'int',
    customerId: 'int',
    status: 'text',
    totalCents: 'int',
    placedAt: 'timestamptz',
  })
  await insertRows(db, 'orderLines', shop.orderLines, {
    orderId: 'int',
    position: 'int',
    productId: 'int',
    quantity: 'int',
    unitPriceCents: 'int',
  })
}
