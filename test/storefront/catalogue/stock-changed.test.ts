import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'
import { setUpStand } from '../orders/order-stand.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

const source = 'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { quantity product { id stock } } }'

test('comes by a topic of each product, of which the latest event is kept, for all clients of a role', async () => {
  const ids = ['Product:2', 'Product:1', 'Product:2']
  expect(await shop.subscribe(source, { variables: { ids } })).toMatchObject({
    topics: ['product:2:stock', 'product:1:stock'],
    sharedBy: 'role',
    overflow: 'coalesce',
  })
})

test('shows the quantity of the event beside what there is now', async () => {
  const stand = await setUpStand(shop, [{ quantity: 9, priceCents: 100 }])
  const [id = ''] = stand.products
  for (const quantity of [4, 3]) await stand.place([{ productId: id, quantity }])
  const [event] = await shop.events(`${id.toLowerCase()}:stock`)
  expect(await shop.answer(source, event?.payload, { variables: { ids: [id] } })).toEqual({
    data: { stockChanged: { quantity: 5, product: { id, stock: 2 } } },
  })
})

test.each([
  ['of a product that is gone', { productId: 777777, quantity: 1 }, 'the product 777777, which is not there'],
  ['without a quantity', { productId: 1 }, 'no event of the kind'],
  ['with part of an item', { productId: 1, quantity: 0.5 }, 'no event of the kind'],
])('answers an event %s with an error', async (_what, event, message) => {
  const { errors } = await shop.answer(source, event, { variables: { ids: ['Product:1'] } })
  expect(errors?.[0]?.message).toContain(message)
})

const many = Array.from({ length: 21 }, (_, index) => `Product:${index + 1}`)

test('may be asked for 20 products, in one statement', async () => {
  shop.statements.length = 0
  const stream = await shop.subscribe(source, { variables: { ids: many.slice(1) } })
  expect(stream).toMatchObject({ topics: { length: 20 } })
  expect(shop.statements).toHaveLength(1)
})

test.each([
  ['no products', [], 'has 0 ids; 1 to 20 are allowed.'],
  ['21 products', many, 'has 21 ids; 1 to 20 are allowed.'],
  ['an unknown product', ['Product:1', 'Product:777777'], 'is "Product:777777"; there is no such product.'],
  ['an order', ['Order:1'], 'is "Order:1"; allowed are ids of the type Product, such as Product:42.'],
])('of %s is refused', async (_what, ids, message) => {
  expect(await shop.subscribe(source, { variables: { ids } })).toMatchObject({
    errors: [
      {
        message: expect.stringContaining(`Subscription.stockChanged(productIds:) ${message}`),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ],
  })
})
