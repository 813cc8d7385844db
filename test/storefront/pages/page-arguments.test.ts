import { isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

/** Every field that takes `first`, as an operation with the variable `$first`. */
const lists: Readonly<Record<string, string>> = {
  'Query.products': '{ products(first: $first) { nodes { id } } }',
  'Query.search': '{ search(query: "steel", first: $first) { __typename } }',
  'Query.orders': '{ orders(first: $first) { nodes { id } } }',
  'Product.reviews': '{ product(id: "Product:1") { reviews(first: $first) { nodes { id } } } }',
  'Category.products': '{ category(id: "Category:1") { products(first: $first) { nodes { id } } } }',
  'Customer.orders': '{ customer(id: "Customer:1") { orders(first: $first) { nodes { id } } } }',
}

function statedMaxima(): ReadonlyMap<string, number> {
  const types = Object.values(shop.schema.getTypeMap()).filter(isObjectType)
  const fields = types.flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
  return new Map(
    fields.flatMap(({ type, field }) => {
      const first = field.args.find(({ name }) => name === 'first')
      if (first === undefined) return []
      return [[`${type.name}.${field.name}`, Number(/at most (\d+)/.exec(first.description ?? '')?.[1])] as const]
    }),
  )
}

function runWith(coordinate: string, first: number | null) {
  return shop.run(`query ($first: Int) ${lists[coordinate]}`, { variables: { first } })
}

test('every field that takes `first` is in this test, and states its maximum', () => {
  expect([...statedMaxima().keys()].toSorted()).toEqual(Object.keys(lists).toSorted())
  for (const maximum of statedMaxima().values()) expect(maximum).toBeGreaterThan(0)
})

describe.each(Object.keys(lists))('%s', (coordinate) => {
  test('accepts the maximum that its description states', async () => {
    expect((await runWith(coordinate, statedMaxima().get(coordinate) ?? 0)).errors).toBeUndefined()
  })

  test('answers an empty page for first: 0', async () => {
    const answer = await runWith(coordinate, 0)
    expect(answer.errors).toBeUndefined()
    expect(JSON.stringify(answer.data)).toContain('[]')
  })

  test.each([
    ['one more than the maximum', () => (statedMaxima().get(coordinate) ?? 0) + 1],
    ['a negative number', () => -1],
    ['null', () => null],
  ])('refuses %s, naming the argument, what was found and what is allowed', async (_, first) => {
    const maximum = statedMaxima().get(coordinate)
    const { errors } = await runWith(coordinate, first())
    expect(errors).toHaveLength(1)
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).toContain(`${coordinate}(first:) is ${first()}; 0 to ${maximum} are allowed.`)
  })
})

describe('a cursor', () => {
  const connection = 'edges { cursor } pageInfo { endCursor }'

  async function cursorOf(list: string): Promise<string> {
    const { connection: found } = await shop.data<{ connection: { edges: { cursor: string }[] } }>(
      `{ connection: ${list} { ${connection} } }`,
    )
    const [edge] = found.edges
    if (edge === undefined) throw new Error(`${list} is empty`)
    return edge.cursor
  }

  function encode(value: unknown): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url')
  }

  test('stays good when its row is gone', async () => {
    await shop.db
      .insertInto('customers')
      .values({ id: 9001, name: 'Gone', email: 'gone@example.com', createdAt: new Date() })
      .execute()
    const placedAt = new Date('2030-01-01T00:00:00Z')
    const orders = [1, 2, 3].map((id) => ({
      id: 900_000 + id,
      customerId: 9001,
      status: 'PAID' as const,
      totalCents: 1,
      placedAt,
    }))
    await shop.db.insertInto('orders').values(orders).execute()
    const after = await cursorOf('orders(first: 2)')
    await shop.db.deleteFrom('orders').where('id', '=', 900_003).execute()
    const source = `query ($after: String) { orders(first: 2, after: $after) { nodes { id } } }`
    expect(await shop.data(source, { variables: { after } })).toEqual({
      orders: { nodes: [{ id: 'Order:900002' }, { id: 'Order:900001' }] },
    })
  })

  test.each([
    ['of another order', async () => cursorOf('products(first: 1, sort: CHEAPEST)')],
    ['of another list', async () => cursorOf('orders(first: 1)')],
    ['that is rubbish', async () => 'rubbish'],
    ['that is empty', async () => ''],
    ['of another version', async () => encode([2, 'products newest', 0, 1])],
    ['with a text where a moment belongs', async () => encode([1, 'products newest', '2026-01-01', 1])],
    ['with a moment beyond all calendars', async () => encode([1, 'products newest', 9e15, 1])],
    ['with an id beyond all rows', async () => encode([1, 'products newest', 0, 2 ** 31])],
    ['with more than it should have', async () => encode([1, 'products newest', 0, 1, 1])],
    ['that is no list', async () => encode({ length: 4 })],
  ])('%s is refused, naming the argument', async (_, cursor) => {
    const variables = { after: await cursor() }
    const { errors } = await shop.run('query ($after: String) { products(after: $after) { nodes { id } } }', {
      variables,
    })
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).toContain('Query.products(after:) is "')
  })

  test.each([
    ['NAME', 'products by name', 'a NUL\0'],
    ['NAME', 'products by name', 7],
    ['CHEAPEST', 'products cheapest', 2 ** 31],
    ['CHEAPEST', 'products cheapest', 1.5],
  ])('for the order %s that was forged as %s %j is refused', async (sort, name, value) => {
    const variables = { sort, after: encode([1, name, value, 1]) }
    const source =
      'query ($after: String, $sort: ProductSort) { products(after: $after, sort: $sort) { nodes { id } } }'
    expect((await shop.run(source, { variables })).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })
})
