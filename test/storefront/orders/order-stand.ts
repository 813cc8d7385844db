import type { Shop } from '../open-shop.ts'

interface Problem {
  readonly code: string
  readonly message: string
  readonly line: number | null
}

export interface Payload {
  readonly order: { readonly id: string; readonly status: string } | null
  readonly problems: readonly Problem[]
}

export interface Line {
  readonly productId: string
  readonly quantity: number
}

/** Products of the test's own with a stock that it knows, and a customer to order them. */
export async function setUpStand(
  shop: Shop,
  stock: readonly { readonly quantity: number; readonly priceCents: number }[],
) {
  const [last] = await shop.db.selectFrom('products').select('id').orderBy('id', 'desc').limit(1).execute()
  const firstId = (last?.id ?? 0) + 1
  const categoryId = firstId + 1_000_000
  const createdAt = new Date('2026-01-01T00:00:00Z')
  await shop.db
    .insertInto('categories')
    .values({ id: categoryId, slug: `stand-${categoryId}`, name: 'Stand', parentId: null })
    .execute()
  const customer = { id: categoryId, name: 'Ada', email: `ada-${categoryId}@example.com`, createdAt }
  await shop.db.insertInto('customers').values(customer).execute()
  const products = stock.map(({ quantity, priceCents }, index) => ({ id: firstId + index, quantity, priceCents }))
  const rows = products.map(({ id, priceCents }) => {
    return { id, sku: `STAND-${id}`, name: `Stand ${id}`, description: '', priceCents, categoryId, createdAt }
  })
  await shop.db.insertInto('products').values(rows).execute()
  await shop.db
    .insertInto('inventory')
    .values(products.map(({ id, quantity }) => ({ productId: id, quantity })))
    .execute()

  return {
    customerId: `Customer:${customer.id}`,
    products: products.map(({ id }) => `Product:${id}`),
    /** @param at another shop on the same database */
    async place(lines: readonly Line[], customerId = `Customer:${customer.id}`, at = shop): Promise<Payload> {
      const source = `mutation ($input: PlaceOrderInput!) {
        placeOrder(input: $input) { order { id status } problems { code message line } } }`
      const variables = { input: { customerId, lines } }
      return (await at.data<{ placeOrder: Payload }>(source, { variables })).placeOrder
    },
    /** What is left of each product. */
    async left(): Promise<readonly number[]> {
      const ids = products.map(({ id }) => id)
      const left = await shop.db
        .selectFrom('inventory')
        .selectAll()
        .where('productId', 'in', ids)
        .orderBy('productId')
        .execute()
      return left.map(({ quantity }) => quantity)
    },
    /** The quantities of the events of each product, in order. */
    async stockEvents(): Promise<readonly (readonly unknown[])[]> {
      const events = await Promise.all(products.map(({ id }) => shop.events(`product:${id}:stock`)))
      return events.map((ofProduct) => ofProduct.map(({ payload }) => Object(payload).quantity))
    },
    /** How many of each product all orders of the customer have together. */
    async sold(): Promise<readonly number[]> {
      const lines = await shop.db
        .selectFrom('orderLines')
        .innerJoin('orders', 'orders.id', 'orderLines.orderId')
        .select(['productId', 'quantity'])
        .where('customerId', '=', customer.id)
        .execute()
      return products.map(({ id }) => {
        return lines.reduce((sum, { productId, quantity }) => (productId === id ? sum + quantity : sum), 0)
      })
    },
  }
}
