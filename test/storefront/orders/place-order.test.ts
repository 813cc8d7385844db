import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'
import { describeOrderConcurrency } from './describe-order-concurrency.ts'
import { type Line, setUpStand } from './order-stand.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

describe('placeOrder on PGlite', () => {
  describeOrderConcurrency(() => shop)
})

test('an order has its lines in the order given, at the prices in the database', async () => {
  const stand = await setUpStand(shop, [
    { quantity: 5, priceCents: 250 },
    { quantity: 5, priceCents: 1999 },
  ])
  const [cheap, dear] = stand.products
  const source = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { problems { code } order {
    status placedAt customer { id } total { amount currency }
    lines { quantity unitPrice { amount currency } product { id stock } } } } }`
  const lines = [
    { productId: dear, quantity: 2 },
    { productId: cheap, quantity: 3 },
  ]
  const variables = { input: { customerId: stand.customerId, lines } }
  expect(await shop.data(source, { variables })).toEqual({
    placeOrder: {
      problems: [],
      order: {
        status: 'PLACED',
        placedAt: '2026-11-24T09:30:00.000Z',
        customer: { id: stand.customerId },
        total: { amount: 2 * 1999 + 3 * 250, currency: 'EUR' },
        lines: [
          { quantity: 2, unitPrice: { amount: 1999, currency: 'EUR' }, product: { id: dear, stock: 3 } },
          { quantity: 3, unitPrice: { amount: 250, currency: 'EUR' }, product: { id: cheap, stock: 2 } },
        ],
      },
    },
  })
})

test('the second of two orders in one operation sees what the first has left', async () => {
  const stand = await setUpStand(shop, [{ quantity: 3, priceCents: 100 }])
  const source = `mutation ($input: PlaceOrderInput!) { first: placeOrder(input: $input) { ...stock }
    second: placeOrder(input: $input) { ...stock } }
    fragment stock on PlaceOrderPayload { order { lines { product { stock } } } }`
  const lines = stand.products.map((productId) => ({ productId, quantity: 1 }))
  const left = (stock: number) => ({ order: { lines: [{ product: { stock } }] } })
  expect(await shop.data(source, { variables: { input: { customerId: stand.customerId, lines } } })).toEqual({
    first: left(2),
    second: left(1),
  })
})

test('tells what is left of each product, in the transaction of the order', async () => {
  const stand = await setUpStand(
    shop,
    [5, 9].map((quantity) => ({ quantity, priceCents: 100 })),
  )
  for (const quantity of [2, 3, 4]) await stand.place(stand.products.map((productId) => ({ productId, quantity })))
  expect(await stand.stockEvents()).toEqual([
    [3, 0],
    [7, 4],
  ])
})

describe('nothing is ordered and nothing is taken from the stock, and the payload says why, where', () => {
  const lines = (count: number, productId = 'Product:1', quantity = 1): Line[] => {
    return Array.from({ length: count }, () => ({ productId, quantity }))
  }

  test.each<
    readonly [what: string, lines: readonly Line[], problems: readonly (readonly [string, number | null, string])[]]
  >([
    ['there are no lines', [], [['INVALID_LINES', null, 'The order has 0 lines; 1 to 20 are allowed.']]],
    ['there are 21 lines', lines(21), [['INVALID_LINES', null, 'The order has 21 lines; 1 to 20 are allowed.']]],
    ['a quantity is 0', lines(1, 'Product:1', 0), [['INVALID_LINES', 0, 'The quantity is 0; 1 to 100 are allowed.']]],
    [
      'a quantity is 101',
      lines(1, 'Product:1', 101),
      [['INVALID_LINES', 0, 'The quantity is 101; 1 to 100 are allowed.']],
    ],
    ['a product comes twice', lines(2), [['INVALID_LINES', 1, 'Product:1 is in line 0 too. Add them up there.']]],
    [
      'a product is unknown',
      [...lines(1), ...lines(1, 'Product:999999')],
      [['UNKNOWN_PRODUCT', 1, 'There is no Product:999999.']],
    ],
  ])('%s', async (_, order, problems) => {
    const stand = await setUpStand(shop, [{ quantity: 5, priceCents: 100 }])
    const payload = await stand.place(order)
    expect(payload.order).toBeNull()
    expect(payload.problems).toEqual(problems.map(([code, line, message]) => ({ code, line, message })))
    expect(await stand.sold()).toEqual([0])
  })

  test('one product of several is out of stock', async () => {
    const stand = await setUpStand(
      shop,
      [5, 2, 0].map((quantity) => ({ quantity, priceCents: 100 })),
    )
    const payload = await stand.place(stand.products.map((productId) => ({ productId, quantity: 3 })))
    const [, few, none] = stand.products
    expect(payload).toEqual({
      order: null,
      problems: [
        { code: 'OUT_OF_STOCK', line: 1, message: `3 of ${few} were ordered and 2 are in stock. Order 2 or fewer.` },
        {
          code: 'OUT_OF_STOCK',
          line: 2,
          message: `3 of ${none} were ordered and 0 are in stock. Leave it out, or try again later.`,
        },
      ],
    })
    expect(await stand.left()).toEqual([5, 2, 0])
    expect(await stand.sold()).toEqual([0, 0, 0])
    expect(await stand.stockEvents()).toEqual([[], [], []])
  })

  test('the customer is unknown', async () => {
    const stand = await setUpStand(shop, [{ quantity: 5, priceCents: 100 }])
    const line = stand.products.map((productId) => ({ productId, quantity: 1 }))
    const { problems } = await stand.place(line, 'Customer:999')
    expect(problems).toEqual([{ code: 'UNKNOWN_CUSTOMER', line: null, message: 'There is no Customer:999.' }])
    expect(await stand.left()).toEqual([5])
  })

  test('it comes to more than an Int holds', async () => {
    const stand = await setUpStand(shop, [{ quantity: 100, priceCents: 2_000_000_000 }])
    const { problems } = await stand.place(stand.products.map((productId) => ({ productId, quantity: 2 })))
    expect(problems).toMatchObject([{ code: 'INVALID_LINES', line: null }])
    expect(await stand.left()).toEqual([100])
  })
})

test.each([
  ['PlaceOrderInput.customerId', { customerId: 'Product:1', lines: [] }],
  ['OrderLineInput.productId', { customerId: 'Customer:1', lines: [{ productId: '1', quantity: 1 }] }],
])('a malformed %s is refused', async (where, input) => {
  const { errors } = await shop.run(
    'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { problems { code } } }',
    { variables: { input } },
  )
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  expect(errors?.[0]?.message).toContain(`${where} is "`)
})
