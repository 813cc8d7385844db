import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'

let shop: Shop

const at = (day: number) => new Date(Date.UTC(2026, 0, day))

beforeAll(async () => {
  shop = await openShop({ seeded: false })
  await shop.db
    .insertInto('categories')
    .values([
      { id: 1, slug: 'home', name: 'Home', parentId: null },
      { id: 2, slug: 'garden', name: 'Garden', parentId: null },
      { id: 3, slug: 'lamps', name: 'Lamps', parentId: 1 },
      { id: 4, slug: 'desk-lamps', name: 'Desk Lamps', parentId: 3 },
    ])
    .execute()
  const product = (id: number, name: string, priceCents: number, categoryId: number) => {
    return { id, sku: `S-${id}`, name, description: '', priceCents, categoryId, createdAt: at(id) }
  }
  await shop.db
    .insertInto('products')
    .values([
      product(1, 'Steel Desk Lamp', 4000, 4),
      product(2, 'Oak Chair', 9000, 1),
      product(3, 'Steel Lamp', 2000, 3),
      product(4, 'Steel Rake', 2000, 2),
      product(5, 'Floor Lamp 100% steel_grey', 6000, 3),
    ])
    .execute()
  await shop.db
    .insertInto('inventory')
    .values([
      { productId: 1, quantity: 5 },
      { productId: 2, quantity: 0 },
      { productId: 3, quantity: 1 },
    ])
    .execute()
  await shop.db
    .insertInto('customers')
    .values({ id: 1, name: 'Ada', email: 'a@example.com', createdAt: at(1) })
    .execute()
  const review = (id: number, rating: number) => {
    return { id, productId: 1, customerId: 1, rating, title: '', body: '', createdAt: at(1) }
  }
  await shop.db
    .insertInto('reviews')
    .values([review(1, 5), review(2, 4), review(3, 4)])
    .execute()
})

afterAll(() => shop.close())

async function ids(field: string): Promise<readonly string[]> {
  const { found } = await shop.data<{ found: { nodes: { id: string }[] } }>(`{ found: ${field} { nodes { id } } }`)
  return found.nodes.map(({ id }) => id.replace('Product:', ''))
}

test.each([
  ['products', '54321'],
  ['products(sort: null)', '54321'],
  ['products(sort: CHEAPEST)', '34152'],
  ['products(sort: DEAREST)', '25143'],
  ['products(sort: NAME)', '52134'],
  ['products(filter: null)', '54321'],
  ['products(filter: { categoryId: null, minPrice: null, maxPrice: null, inStock: null })', '54321'],
  ['products(filter: { categoryId: "Category:1" })', '5321'],
  ['products(filter: { categoryId: "Category:3" })', '531'],
  ['products(filter: { categoryId: "Category:99" })', ''],
  ['products(filter: { minPrice: 4000, maxPrice: 6000 })', '51'],
  ['products(filter: { minPrice: 6000, maxPrice: 4000 })', ''],
  ['products(filter: { inStock: true })', '31'],
  ['products(filter: { inStock: false })', '542'],
  ['products(filter: { categoryId: "Category:3", inStock: true, maxPrice: 2000 }, sort: NAME)', '3'],
])('%s gives the products %s', async (field, expected) => {
  expect((await ids(field)).join('')).toBe(expected)
})

test('a category has its own products and those of all categories below it', async () => {
  expect(
    await shop.data('{ categories { name products { nodes { id } } children { products { nodes { id } } } } }'),
  ).toEqual({
    categories: [
      { name: 'Garden', products: { nodes: [{ id: 'Product:4' }] }, children: [] },
      {
        name: 'Home',
        products: { nodes: ['5', '3', '2', '1'].map((id) => ({ id: `Product:${id}` })) },
        children: [{ products: { nodes: ['5', '3', '1'].map((id) => ({ id: `Product:${id}` })) } }],
      },
    ],
  })
})

test('a tree of categories that leads back to itself ends', async () => {
  await shop.db.insertInto('categories').values({ id: 8, slug: 'a', name: 'A', parentId: 2 }).execute()
  await shop.db.insertInto('categories').values({ id: 9, slug: 'b', name: 'B', parentId: 8 }).execute()
  await shop.db.updateTable('categories').set({ parentId: 9 }).where('id', '=', 8).execute()
  expect(await ids('products(filter: { categoryId: "Category:8" })')).toEqual([])
})

test('stock and rating are numbers where there are rows, and 0 and null where there are none', async () => {
  const source = '{ products(sort: NAME, first: 3) { nodes { id stock averageRating } } }'
  expect(await shop.data(source)).toEqual({
    products: {
      nodes: [
        { id: 'Product:5', stock: 0, averageRating: null },
        { id: 'Product:2', stock: 0, averageRating: null },
        { id: 'Product:1', stock: 5, averageRating: expect.closeTo(13 / 3) },
      ],
    },
  })
})

describe('search', () => {
  async function found(query: string, first = 10): Promise<readonly string[]> {
    const source = `query ($query: String!, $first: Int) {
      search(query: $query, first: $first) { ... on Product { id } ... on Category { id } } }`
    const { search } = await shop.data<{ search: { id: string }[] }>(source, { variables: { query, first } })
    return search.map(({ id }) => id)
  }

  test.each([
    ['lamp steel', ['Product:3', 'Product:1', 'Product:5']],
    ['LAMPS', ['Category:3', 'Category:4']],
    ['desk', ['Category:4', 'Product:1']],
    ['lamp oak', []],
    ['lam', []],
    ['100%', ['Product:5']],
    ['--', []],
    [`'); & | ! <-> :*`, []],
    ['\u{1F9F6}\u{1F9F6} \uD800', []],
  ])('%j finds %j', async (query, expected) => {
    expect(await found(query)).toEqual(expected)
  })

  test('gives at most as many as were asked for, the best', async () => {
    expect(await found('steel lamp', 1)).toEqual(['Product:3'])
  })

  test.each([
    ['a', 'has the length 1; 2 to 100 are allowed.'],
    ['  a  ', 'has the length 1; 2 to 100 are allowed.'],
    ['', 'has the length 0; 2 to 100 are allowed.'],
    ['\u{1F9F6}', 'has the length 1; 2 to 100 are allowed.'],
    ['x'.repeat(101), 'has the length 101; 2 to 100 are allowed.'],
    ['steel\0lamp', 'has a NUL character; none is allowed.'],
  ])('%j is refused: it %s', async (query, mistake) => {
    const { errors } = await shop.run('query ($query: String!) { search(query: $query) { __typename } }', {
      variables: { query },
    })
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).toContain(`Query.search(query:) ${mistake}`)
  })
})
