import { describe, expect, test } from 'vitest'
import { generateShop } from '../../../src/storefront/seed/generate-shop.ts'
import { fullSize } from '../../../src/storefront/seed/shop-size.ts'
import { smallSize } from '../../support/database.ts'

describe.each([
  ['full', fullSize],
  ['small', smallSize],
])('a generated shop of %s size', (_title, size) => {
  const shop = generateShop(size)

  test('has as many rows as its size says, and always the same categories', () => {
    const { products, customers, reviews, orders } = shop
    expect([products, customers, reviews, orders].map(({ length }) => length)).toEqual(Object.values(size))
    expect(shop.inventory).toHaveLength(size.products)
    expect(shop.categories.filter(({ parentId }) => parentId === null)).toHaveLength(12)
    expect(shop.categories.filter(({ parentId }) => parentId !== null)).toHaveLength(60)
  })

  test('is the same in every run', () => {
    expect(generateShop(size)).toEqual(shop)
  })

  test('is older than the clock', () => {
    const latest = Math.max(...shop.orders.map(({ placedAt }) => placedAt.getTime()))
    expect(latest).toBeLessThan(Date.UTC(2026, 0, 1))
  })

  test('has products that are sold out, and more that are not', () => {
    const soldOut = shop.inventory.filter(({ quantity }) => quantity === 0).length / size.products
    expect(soldOut).toBeGreaterThan(0.02)
    expect(soldOut).toBeLessThan(0.2)
  })

  test('has orders of every status, more of each later one', () => {
    const count = (status: string) => shop.orders.filter((order) => order.status === status).length
    expect(count('PLACED')).toBeGreaterThan(0)
    expect(count('PAID')).toBeGreaterThan(0)
    expect(count('SHIPPED')).toBeGreaterThan(count('PAID'))
    expect(count('DELIVERED')).toBeGreaterThan(count('SHIPPED'))
  })

  test('has orders of 1 to 5 lines, each of another product, whose prices add up to the total', () => {
    const sizes = new Set<number>()
    let start = 0
    for (const { id, totalCents } of shop.orders) {
      const own = shop.orderLines.slice(start, start + 6).filter(({ orderId }) => orderId === id)
      start += own.length
      sizes.add(own.length)
      expect(own.map(({ position }) => position)).toEqual([...own.keys()])
      expect(new Set(own.map(({ productId }) => productId)).size).toBe(own.length)
      expect(own.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0)).toBe(totalCents)
    }
    expect(start).toBe(shop.orderLines.length)
    expect([...sizes].toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  test('has orders that only go forward in time, as their ids do', () => {
    const moments = shop.orders.map(({ placedAt }) => placedAt.getTime())
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
  })

  test.each([
    ['products', shop.products.map(({ createdAt }) => createdAt)],
    ['orders', shop.orders.map(({ placedAt }) => placedAt)],
    ['reviews of a product', shop.reviews.map(({ productId, createdAt }) => `${productId} ${createdAt}`)],
    ['orders of a customer', shop.orders.map(({ customerId, placedAt }) => `${customerId} ${placedAt}`)],
    ['product names', shop.products.map(({ name }) => name)],
    ['prices', shop.products.map(({ priceCents }) => priceCents)],
  ])('has equals among its %s, and more that differ', (_what, values) => {
    const distinct = new Set(values.map(String)).size
    expect(distinct).toBeLessThan(values.length)
    expect(distinct).toBeGreaterThan(values.length * 0.1)
  })
})
