export interface BenchOperation {
  readonly name: string
  /** How many of ten are this one. */
  readonly often: number
  readonly query: string
  variables(random: () => number): object
}

/** What the pages of a shop ask for, from a glance at one product to a list with a list in it. */
export const operations: readonly BenchOperation[] = [
  {
    name: 'product',
    often: 3,
    query:
      'query ($id: ID!) { product(id: $id) { name description price { amount } stock averageRating category { name } } }',
    variables: (random) => ({ id: idOf('Product', random, 10_000) }),
  },
  {
    name: 'customer',
    often: 2,
    query:
      'query ($id: ID!) { customer(id: $id) { name orders(first: 3) { nodes { status placedAt total { amount } } } } }',
    variables: (random) => ({ id: idOf('Customer', random, 2_000) }),
  },
  {
    name: 'products with reviews',
    often: 3,
    query: `query ($sort: ProductSort) { products(first: 10, sort: $sort) {
      nodes { name price { amount } stock reviews(first: 3) { nodes { rating title author { name } } } }
      pageInfo { endCursor } } }`,
    variables: (random) => ({ sort: pick(['NEWEST', 'CHEAPEST', 'DEAREST', 'NAME'], random) }),
  },
  {
    name: 'orders',
    often: 1,
    query: `query ($status: OrderStatus) { orders(first: 20, status: $status) {
      nodes { status total { amount } customer { name } lines { quantity product { name } } } } }`,
    variables: (random) => ({ status: pick(['PLACED', 'PAID', 'SHIPPED', 'DELIVERED'], random) }),
  },
  {
    name: 'categories',
    often: 1,
    query: '{ categories { name children { name } } }',
    variables: () => ({}),
  },
]

/** One of them, as often as it is to come, as the body of a request. */
export function randomBody(random: () => number): string {
  const { query, variables } = pick(byOften, random)
  return JSON.stringify({ query, variables: variables(random) })
}

const byOften = operations.flatMap((operation) => new Array<BenchOperation>(operation.often).fill(operation))

function idOf(type: string, random: () => number, count: number): string {
  return `${type}:${1 + Math.floor(random() * count)}`
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('Nothing to pick from')
  return item
}
