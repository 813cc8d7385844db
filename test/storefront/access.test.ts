import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clients, openShop, type Shop } from './open-shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

const place =
  'mutation { placeOrder(input: { customerId: "Customer:1", lines: [{ productId: "Product:1", quantity: 0 }] }) { problems { code } } }'
const review =
  'mutation { addReview(input: { customerId: "Customer:1", productId: "Product:1", rating: 0, title: "", body: "" }) { problems { code } } }'
const advance = 'mutation { advanceOrder(id: "Order:99999999") { problems { code } } }'

type Who = keyof typeof clients
type Outcome = 'allowed' | 'UNAUTHENTICATED' | 'FORBIDDEN'

const rules: readonly (readonly [name: string, source: string, outcomes: Readonly<Record<Who, Outcome>>])[] = [
  ['products', '{ products(first: 1) { nodes { id } } }', allow('anonymous', 'ada', 'staff')],
  ['customer', '{ customer(id: "Customer:1") { name } }', allow('anonymous', 'ada', 'staff')],
  ['node of a customer', '{ node(id: "Customer:1") { id } }', allow('anonymous', 'ada', 'staff')],
  ['order', '{ order(id: "Order:1") { id } }', allow('ada', 'staff')],
  ['node of an order', '{ node(id: "Order:1") { id } }', allow('ada', 'staff')],
  ['orders', '{ orders(first: 1) { nodes { id } } }', allow('ada', 'staff')],
  [
    'orders of the author of a review',
    '{ customer(id: "Customer:1") { orders(first: 1) { nodes { id } } } }',
    allow('ada', 'staff'),
  ],
  ['placeOrder', place, allow('ada', 'staff')],
  ['addReview', review, allow('ada', 'staff')],
  ['advanceOrder', advance, { anonymous: 'UNAUTHENTICATED', ada: 'FORBIDDEN', staff: 'allowed' }],
]

function allow(...allowed: readonly Who[]): Readonly<Record<Who, Outcome>> {
  const outcome = (who: Who): Outcome => (allowed.includes(who) ? 'allowed' : 'UNAUTHENTICATED')
  return { anonymous: outcome('anonymous'), ada: outcome('ada'), staff: outcome('staff') }
}

const cases = rules.flatMap(([name, source, outcomes]) =>
  (['anonymous', 'ada', 'staff'] as const).map((who) => [name, who, outcomes[who], source] as const),
)

test.each(cases)('%s for %s: %s', async (_, who, outcome, source) => {
  shop.statements.length = 0
  const { errors } = await shop.run(source, { client: clients[who] })
  expect(errors?.[0]?.extensions['code'] ?? 'allowed').toBe(outcome)
})

test.each([
  ['UNAUTHENTICATED', place, clients.anonymous, 'Mutation.placeOrder needs an API key'],
  ['UNAUTHENTICATED', review, clients.anonymous, 'Mutation.addReview needs an API key'],
  ['FORBIDDEN', advance, clients.ada, 'Mutation.advanceOrder is for staff'],
])('%s names the field and asks the database nothing', async (_, source, client, message) => {
  shop.statements.length = 0
  const { errors } = await shop.run(source, { client })
  expect(errors?.[0]?.message).toContain(message)
  expect(shop.statements).toEqual([])
})

test('a subscription to an order needs a key too', async () => {
  const source = 'subscription { orderStatusChanged(orderId: "Order:1") { status } }'
  expect(await shop.subscribe(source, { client: clients.anonymous })).toMatchObject({
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  })
})

test.each([
  'subscription { stockChanged(productIds: ["Product:1"]) { quantity } }',
  'subscription { reviewAdded(productId: "Product:1") { title } }',
])('anybody may watch a product: %s', async (source) => {
  expect(await shop.subscribe(source, { client: clients.anonymous })).toMatchObject({ topics: [expect.any(String)] })
})

describe('the email of a customer', () => {
  test.each([
    ['anonymous', null],
    ['ada', null],
    ['staff', 'grace@example.com'],
  ] as const)('for %s is %s', async (who, email) => {
    const row = { id: 7000, name: 'Grace', email: 'grace@example.com', createdAt: new Date() }
    await shop.db
      .insertInto('customers')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const source = '{ customer(id: "Customer:7000") { name email } }'
    expect(await shop.data(source, { client: clients[who] })).toEqual({ customer: { name: 'Grace', email } })
  })
})
