import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'

interface Connection {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[]
  readonly nodes: readonly { readonly id: string }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

type ReadPage = (variables: { readonly first: number; readonly after: string | null }) => Promise<Connection>

const CONNECTION = `{ edges { cursor node { id } } nodes { id } pageInfo {
  hasNextPage hasPreviousPage startCursor endCursor } }`

/** The ids of a list, page by page, with what every page has to say of itself. */
async function walk(read: ReadPage, first: number, between: () => Promise<void> = async () => undefined) {
  const ids: string[] = []
  let after: string | null = null
  for (;;) {
    const { nodes, edges, pageInfo }: Connection = await read({ first, after })
    expect(edges.map(({ node }) => node)).toEqual(nodes)
    expect(pageInfo.hasPreviousPage).toBe(after !== null)
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null)
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null)
    ids.push(...nodes.map(({ id }) => id))
    if (!pageInfo.hasNextPage) return ids
    expect(nodes).toHaveLength(first)
    after = pageInfo.endCursor
    await between()
  }
}

describe('a walk over the pages of a list', () => {
  let shop: Shop

  beforeAll(async () => {
    shop = await openShop()
  })

  afterAll(() => shop.close())

  async function mostOften(table: 'reviews' | 'orders', column: 'productId' | 'customerId'): Promise<number> {
    const rows = await shop.db.selectFrom(table).selectAll().execute()
    const counts = new Map<number, number>()
    for (const row of rows) {
      const id: unknown = Reflect.get(row, column)
      if (typeof id === 'number') counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    const [most] = [...counts].sort(([, a], [, b]) => b - a)
    if (most === undefined) throw new Error(`The test needs ${table}`)
    return most[0]
  }

  const lists: readonly (readonly [
    name: string,
    read: () => Promise<ReadPage>,
    ids: () => Promise<readonly string[]>,
    first: number,
  ])[] = [
    [
      'Query.products',
      async () => async (variables) => {
        const source = `query ($first: Int, $after: String) { list: products(first: $first, after: $after) ${CONNECTION} }`
        return (await shop.data<{ list: Connection }>(source, { variables })).list
      },
      async () => (await shop.db.selectFrom('products').select('id').execute()).map(({ id }) => `Product:${id}`),
      7,
    ],
    [
      'Category.products',
      async () => async (variables) => {
        const source = `query ($first: Int, $after: String) {
          top: category(id: "Category:1") { list: products(first: $first, after: $after) ${CONNECTION} } }`
        return (await shop.data<{ top: { list: Connection } }>(source, { variables })).top.list
      },
      async () => {
        const below = shop.db.selectFrom('categories').select('id').where('parentId', '=', 1)
        const products = shop.db.selectFrom('products').select('id')
        const rows = await products
          .where((eb) => eb.or([eb('categoryId', '=', 1), eb('categoryId', 'in', below)]))
          .execute()
        return rows.map(({ id }) => `Product:${id}`)
      },
      3,
    ],
    [
      'Product.reviews',
      async () => {
        const id = `Product:${await mostOften('reviews', 'productId')}`
        const source = `query ($id: ID!, $first: Int, $after: String) {
          product(id: $id) { list: reviews(first: $first, after: $after) ${CONNECTION} } }`
        return async (page) => {
          return (await shop.data<{ product: { list: Connection } }>(source, { variables: { id, ...page } })).product
            .list
        }
      },
      async () => {
        const id = await mostOften('reviews', 'productId')
        const rows = await shop.db.selectFrom('reviews').select('id').where('productId', '=', id).execute()
        return rows.map((row) => `Review:${row.id}`)
      },
      2,
    ],
    [
      'Query.orders',
      async () => async (variables) => {
        const source = `query ($first: Int, $after: String) {
          list: orders(first: $first, after: $after, status: SHIPPED) ${CONNECTION} }`
        return (await shop.data<{ list: Connection }>(source, { variables })).list
      },
      async () => {
        const rows = await shop.db.selectFrom('orders').select('id').where('status', '=', 'SHIPPED').execute()
        return rows.map(({ id }) => `Order:${id}`)
      },
      4,
    ],
    [
      'Customer.orders',
      async () => {
        const id = `Customer:${await mostOften('orders', 'customerId')}`
        const source = `query ($id: ID!, $first: Int, $after: String) {
          customer(id: $id) { list: orders(first: $first, after: $after) ${CONNECTION} } }`
        return async (page) => {
          return (await shop.data<{ customer: { list: Connection } }>(source, { variables: { id, ...page } })).customer
            .list
        }
      },
      async () => {
        const id = await mostOften('orders', 'customerId')
        const rows = await shop.db.selectFrom('orders').select('id').where('customerId', '=', id).execute()
        return rows.map((row) => `Order:${row.id}`)
      },
      3,
    ],
  ]

  test.each(lists)('%s meets every row exactly once', async (_, read, ids, first) => {
    const expected = await ids()
    expect(expected.length).toBeGreaterThan(2 * first)
    const met = await walk(await read(), first)
    expect(met.toSorted()).toEqual(expected.toSorted())
  })
})

describe('a walk over products, with ties and with rows inserted on the way', () => {
  const sorts = ['NEWEST', 'CHEAPEST', 'DEAREST', 'NAME'] as const
  let shop: Shop
  let nextId = 1

  beforeAll(async () => {
    shop = await openShop({ seeded: false })
  })

  afterAll(() => shop.close())

  interface Draft {
    readonly day: number
    readonly priceCents: number
    readonly name: string
  }

  const draft: fc.Arbitrary<Draft> = fc.record({
    day: fc.integer({ min: 1, max: 4 }),
    priceCents: fc.integer({ min: 100, max: 103 }),
    name: fc.constantFrom('Ada', 'ada', 'Österreich', `O'Hara "x" \\ %_`, '\u{1F9F6} wool', '\uFF21 wide', ''),
  })

  async function insert(categoryId: number, drafts: readonly Draft[]) {
    const rows = drafts.map(({ day, priceCents, name }) => {
      const id = nextId++
      const createdAt = new Date(Date.UTC(2026, 0, day, 0, 0, 0, 123))
      return { id, sku: `T-${id}`, name, description: '', priceCents, categoryId, createdAt }
    })
    if (rows.length > 0) await shop.db.insertInto('products').values(rows).execute()
    return rows
  }

  type Row = Awaited<ReturnType<typeof insert>>[number]

  const compare: Readonly<Record<(typeof sorts)[number], (a: Row, b: Row) => number>> = {
    NEWEST: (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id,
    CHEAPEST: (a, b) => a.priceCents - b.priceCents || a.id - b.id,
    DEAREST: (a, b) => b.priceCents - a.priceCents || b.id - a.id,
    NAME: (a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || a.id - b.id,
  }

  test('meets each row that was there exactly once, in order, and no row twice', async () => {
    const source = `query ($category: ID, $sort: ProductSort, $first: Int, $after: String) {
      list: products(filter: { categoryId: $category }, sort: $sort, first: $first, after: $after) ${CONNECTION} }`
    const walks = fc.record({
      sort: fc.constantFrom(...sorts),
      first: fc.integer({ min: 1, max: 6 }),
      rows: fc.array(draft, { maxLength: 16, size: 'max' }),
      later: fc.array(fc.array(draft, { maxLength: 3 }), { maxLength: 8, size: 'max' }),
    })
    await fc.assert(
      fc.asyncProperty(walks, async ({ sort, first, rows, later }) => {
        const categoryId = nextId++
        await shop.db
          .insertInto('categories')
          .values({ id: categoryId, slug: `t-${categoryId}`, name: 'T', parentId: null })
          .execute()
        const present = (await insert(categoryId, rows)).toSorted(compare[sort]).map(({ id }) => `Product:${id}`)
        const waiting = [...later]
        const met = await walk(
          async (page) => {
            const variables = { category: `Category:${categoryId}`, sort, ...page }
            return (await shop.data<{ list: Connection }>(source, { variables })).list
          },
          first,
          async () => void (await insert(categoryId, waiting.shift() ?? [])),
        )
        expect(new Set(met).size).toBe(met.length)
        expect(met.filter((id) => present.includes(id))).toEqual(present)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
