import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { clients, openShop, type Shop } from './open-shop.ts'
import { setUpStand } from './orders/order-stand.ts'

let shop: Shop
let controller: AbortController
/** Aborts the operation once a statement with this text is over. */
let abortAfter: string | undefined

beforeAll(async () => {
  shop = await openShop({
    onQuery(sql) {
      if (abortAfter !== undefined && sql.includes(abortAfter)) controller.abort(new Error('nobody waits any more'))
    },
  })
})

beforeEach(() => {
  controller = new AbortController()
  abortAfter = undefined
})

afterAll(() => shop.close())

describe('for an operation that nobody waits for any more', () => {
  test.each([
    '{ product(id: "Product:1") { name } }',
    '{ products { nodes { name } } }',
    '{ categories { name } }',
    '{ search(query: "steel") { __typename } }',
    '{ orders { nodes { id } } }',
    'mutation { placeOrder(input: { customerId: "Customer:1", lines: [{ productId: "Product:1", quantity: 1 }] }) { problems { code } } }',
  ])('the database is asked nothing: %s', async (source) => {
    controller.abort(new Error('nobody waits any more'))
    shop.statements.length = 0
    const { errors } = await shop.run(source, { signal: controller.signal })
    expect(errors?.[0]?.message).toBe('nobody waits any more')
    expect(shop.statements).toEqual([])
  })

  test('loaders ask nothing more', async () => {
    abortAfter = 'from "reviews"'
    shop.statements.length = 0
    await shop.run('{ products { nodes { reviews { nodes { author { name } product { name } } } } } }', {
      signal: controller.signal,
    })
    expect(shop.statements).toHaveLength(2)
  })

  test.each(['begin', 'for update', 'update "inventory"', 'insert into "orders"', 'insert into outbox'])(
    'an order that was begun is undone, and nothing is told of it: aborted after %s',
    async (statement) => {
      const stand = await setUpStand(shop, [{ quantity: 5, priceCents: 100 }])
      abortAfter = statement
      const source = 'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }'
      const lines = stand.products.map((productId) => ({ productId, quantity: 1 }))
      const variables = { input: { customerId: stand.customerId, lines } }
      const { errors } = await shop.run(source, { variables, signal: controller.signal })
      expect(errors?.[0]?.message).toBe('nobody waits any more')
      expect(await stand.left()).toEqual([5])
      expect(await stand.sold()).toEqual([0])
      expect(await stand.stockEvents()).toEqual([[]])
    },
  )

  test.each(['update "orders"', 'insert into outbox'])(
    'an order that was moved on is where it was, and nothing is told of it: aborted after %s',
    async (statement) => {
      const stand = await setUpStand(shop, [{ quantity: 5, priceCents: 100 }])
      const { order } = await stand.place(stand.products.map((productId) => ({ productId, quantity: 1 })))
      abortAfter = statement
      const options = { variables: { id: order?.id }, client: clients.staff, signal: controller.signal }
      const { errors } = await shop.run('mutation ($id: ID!) { advanceOrder(id: $id) { order { id } } }', options)
      expect(errors?.[0]?.message).toBe('nobody waits any more')
      const status = shop.data('query ($id: ID!) { order(id: $id) { status } }', { variables: { id: order?.id } })
      expect(await status).toEqual({ order: { status: 'PLACED' } })
      expect(await shop.events(`${order?.id.toLowerCase()}:status`)).toEqual([])
    },
  )
})
