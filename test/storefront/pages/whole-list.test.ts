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

  interface List {
    readonly field: string
    /** The parent of the list, where it has one: with as many items as any. */
    readonly parent?: () => Promise<{ readonly id: number }>
    readonly source: string
    readonly type: string
    /** The items of the list, as the tables have them. */
    readonly items: (parentId: number) => Promise<readonly { readonly id: number }[]>
  }

  const lists: readonly List[] = [
    {
      field: 'Query.products',
      source: `{ list: products(first: $first, after: $after) ${CONNECTION} }`,
      type: 'Product',
      items: () => shop.db.selectFrom('products').select('id').execute(),
    },
    {
      field: 'Query.orders',
      source: `{ list: orders(first: $first, after: $after, status: SHIPPED) ${CONNECTION} }`,
      type: 'Order',
      items: () => shop.db.selectFrom('orders').select('id').where('status', '=', 'SHIPPED').execute(),
    },
    {
      field: 'Category.products',
      parent: async () => ({ id: 1 }),
      source: `{ parent: node(id: $id) { ... on Category { list: products(first: $first, after: $after) ${CONNECTION} } } }`,
      type: 'Product',
      items: (id) =>
        shop.db
          .selectFrom('products')
          .innerJoin('categories', 'categories.id', 'categoryId')
          .select('products.id')
          .where((eb) => eb.or([eb('categoryId', '=', id), eb('parentId', '=', id)]))
          .execute(),
    },
    {
      field: 'Product.reviews',
      parent: () =>
        shop.db
          .selectFrom('reviews')
          .select('productId as id')
          .groupBy('productId')
          .orderBy(({ fn }) => fn.countAll(), 'desc')
          .orderBy('productId')
          .executeTakeFirstOrThrow(),
      source: `{ parent: node(id: $id) { ... on Product { list: reviews(first: $first, after: $after) ${CONNECTION} } } }`,
      type: 'Review',
      items: (id) => shop.db.selectFrom('reviews').select('id').where('productId', '=', id).execute(),
    },
    {
      field: 'Customer.orders',
      parent: () =>
        shop.db
          .selectFrom('orders')
          .select('customerId as id')
          .groupBy('customerId')
          .orderBy(({ fn }) => fn.countAll(), 'desc')
          .orderBy('customerId')
          .executeTakeFirstOrThrow(),
      source: `{ parent: node(id: $id) { ... on Customer { list: orders(first: $first, after: $after) ${CONNECTION} } } }`,
      type: 'Order',
      items: (id) => shop.db.selectFrom('orders').select('id').where('customerId', '=', id).execute(),
    },
  ]

  test.each(lists)('$field meets every row exactly once', async ({ field, parent, source, type, items }) => {
    const parentId = (await parent?.())?.id
    const rows = await items(parentId ?? 0)
    const first = Math.ceil(rows.length / 4)
    expect(rows.length).toBeGreaterThan(5)
    const header = `query (${parentId === undefined ? '' : '$id: ID!, '}$first: Int, $after: String)`
    const id = `${field.replace(/\..*/, '')}:${parentId}`
    const met = await walk(async (page) => {
      const data = await shop.data<{ list?: Connection; parent?: { list: Connection } }>(`${header} ${source}`, {
        variables: { id, ...page },
      })
      const list = data.list ?? data.parent?.list
      if (list === undefined) throw new Error(`${field} is not in the answer`)
      return list
    }, first)
    expect(met.toSorted()).toEqual(rows.map((row) => `${type}:${row.id}`).toSorted())
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
