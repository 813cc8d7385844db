/** Operations that nest, and their fields that need the database: each asks once, however many rows are above it. */
export const operations: readonly (readonly [name: string, source: string, fields: readonly string[]])[] = [
  [
    'reviews of products with their authors',
    '{ products(first: 50) { nodes { name reviews(first: 5) { nodes { rating author { name } } } } } }',
    ['products', 'reviews', 'author'],
  ],
  [
    'all that a product has',
    '{ products(first: 50) { nodes { stock averageRating category { parent { name } } reviews { nodes { id } } } } }',
    ['products', 'stock', 'averageRating', 'category', 'parent', 'reviews'],
  ],
  [
    'a tree of categories with their products',
    '{ categories { children { name children { id } products(first: 3) { nodes { stock } } } } }',
    ['categories', 'children', 'children', 'products', 'stock'],
  ],
  [
    'lines of orders with their products and customers',
    '{ orders(first: 50) { edges { node { customer { name } lines { quantity product { category { name } } } } } } }',
    ['orders', 'customer', 'lines', 'product', 'category'],
  ],
  [
    'orders of the authors of reviews',
    `{ products(first: 20) { nodes { reviews(first: 3) { nodes { author { orders(first: 2) { nodes { lines {
      product { name } } } } } } } } } }`,
    ['products', 'reviews', 'author', 'orders', 'lines', 'product'],
  ],
  [
    'one connection with two sets of arguments',
    `{ products(first: 20) { nodes { few: reviews(first: 1) { nodes { author { name } } }
      more: reviews(first: 4) { nodes { author { email } } } } } }`,
    // Two pages are two statements, and what is below each is asked for when it is there.
    ['products', 'few', 'more', 'author', 'author'],
  ],
  [
    'several objects by their ids',
    '{ a: product(id: "Product:1") { name } b: product(id: "Product:2") { name } c: node(id: "Product:3") { id } }',
    ['product'],
  ],
  [
    'what was found',
    '{ search(query: "steel", first: 20) { ... on Product { stock category { name } } ... on Category { name } } }',
    ['search', 'stock', 'category'],
  ],
]
