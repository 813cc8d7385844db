import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/database/database.ts'
import { seed } from '../../../src/storefront/seed/seed.ts'
import { fullSize } from '../../../src/storefront/seed/shop-size.ts'
import type { StorefrontTables } from '../../../src/storefront/tables.ts'
import { openTestDatabase, smallSize } from '../../support/database.ts'

describe('a seeded shop', () => {
  let database: Database<StorefrontTables>
  beforeAll(async () => {
    database = await openTestDatabase({ seeded: false })
    expect(await seed(database.db, smallSize)).toBe(true)
  })
  afterAll(() => database.close())

  test('is left alone when it is seeded again', async () => {
    expect(await seed(database.db, fullSize)).toBe(false)
    const { rows } = await sql`select count(*) as count from products`.execute(database.db)
    expect(rows).toEqual([{ count: smallSize.products }])
  })

  test('has moments to the millisecond, as they were made', async () => {
    const product = await database.db
      .selectFrom('products')
      .select(['id', 'createdAt'])
      .orderBy('id')
      .executeTakeFirst()
    expect(product?.createdAt.getMilliseconds()).not.toBe(0)
    const { rows } = await sql`select id from products where created_at = ${product?.createdAt} order by id`.execute(
      database.db,
    )
    expect(rows).toContainEqual({ id: product?.id })
  })

  test('numbers the next order after its own', async () => {
    const order = { customerId: 1, status: 'PLACED', totalCents: 0, placedAt: new Date() } as const
    const { id } = await database.db.insertInto('orders').values(order).returning('id').executeTakeFirstOrThrow()
    expect(id).toBe(smallSize.orders + 1)
  })

  test('numbers the next review after its own', async () => {
    const review = { customerId: 1, productId: 1, rating: 5, title: 'a', body: 'b', createdAt: new Date() }
    const { id } = await database.db.insertInto('reviews').values(review).returning('id').executeTakeFirstOrThrow()
    expect(id).toBe(smallSize.reviews + 1)
  })

  test.each([
    ['an order of nobody', 'orders_customer_id_fkey', sql`update orders set customer_id = 0 where id = 1`],
    ['a line of no order', 'order_lines_order_id_fkey', sql`insert into order_lines values (0, 0, 1, 1, 1)`],
    ['a line of no product', 'order_lines_product_id_fkey', sql`insert into order_lines values (1, 9, 0, 1, 1)`],
    ['a review of no product', 'reviews_product_id_fkey', sql`update reviews set product_id = 0 where id = 1`],
    ['a review by nobody', 'reviews_customer_id_fkey', sql`update reviews set customer_id = 0 where id = 1`],
    ['stock of no product', 'inventory_product_id_fkey', sql`insert into inventory values (0, 1)`],
    ['a product of no category', 'products_category_id_fkey', sql`update products set category_id = 0 where id = 1`],
    ['a category below none', 'categories_parent_id_fkey', sql`update categories set parent_id = 0 where id = 1`],
    ['negative stock', 'inventory_quantity_check', sql`update inventory set quantity = -1`],
    ['a rating of 6', 'reviews_rating_check', sql`update reviews set rating = 6`],
    ['a rating of 0', 'reviews_rating_check', sql`update reviews set rating = 0`],
    ['an unknown status', 'orders_status_check', sql`update orders set status = 'LOST'`],
    ['a line of quantity 0', 'order_lines_quantity_check', sql`update order_lines set quantity = 0`],
    ['a second product with the same sku', 'products_sku_key', sql`update products set sku = 'x'`],
  ])('refuses %s', async (_title, constraint, statement) => {
    await expect(statement.execute(database.db)).rejects.toMatchObject({ constraint })
  })
})
