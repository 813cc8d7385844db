import { type Kysely, sql } from 'kysely'
import type { ProductSort } from '../generated/storefront-resolvers.ts'
import { inOrder, keyset } from '../pages/keyset.ts'
import { page } from '../pages/page.ts'
import type { PageRequest } from '../pages/page-request.ts'
import { byInteger, byMoment, byText, type Sort } from '../pages/sort.ts'
import { anyOf, parents } from '../reading/ids.ts'
import { byId, byParent } from '../reading/look-up.ts'
import type { ProductPage, ProductRow } from '../rows.ts'
import type { StorefrontTables } from '../tables.ts'

export interface ProductCriteria {
  /** Products of this category and those below it. */
  readonly categoryId?: number | undefined
  readonly minPriceCents?: number | undefined
  readonly maxPriceCents?: number | undefined
  readonly inStock?: boolean | undefined
}

const table = 'products'

export const productSorts: Readonly<Record<ProductSort, Sort<ProductRow>>> = {
  NEWEST: byMoment('createdAt', { name: 'products newest', table, direction: 'desc' }),
  CHEAPEST: byInteger('priceCents', { name: 'products cheapest', table, direction: 'asc' }),
  DEAREST: byInteger('priceCents', { name: 'products dearest', table, direction: 'desc' }),
  NAME: byText('name', { name: 'products by name', table, direction: 'asc' }),
}

export async function productsById(db: Kysely<StorefrontTables>, ids: readonly number[]) {
  return byId(await db.selectFrom('products').selectAll().where('id', '=', anyOf(ids)).execute())
}

/** One page of all products that meet the criteria. */
export async function productPage(
  db: Kysely<StorefrontTables>,
  { categoryId, minPriceCents, maxPriceCents, inStock }: ProductCriteria,
  request: PageRequest<ProductRow>,
): Promise<ProductPage> {
  let query = keyset(
    withCategoriesBelow(db, categoryId === undefined ? [] : [categoryId])
      .selectFrom('products')
      .selectAll(),
    request,
  )
  if (categoryId !== undefined) {
    // An array is compared much faster than a subquery, of which the planner expects hundreds of rows.
    query = query.where('categoryId', '=', sql<number>`any(array(select id from below))`)
  }
  if (minPriceCents !== undefined) query = query.where('priceCents', '>=', minPriceCents)
  if (maxPriceCents !== undefined) query = query.where('priceCents', '<=', maxPriceCents)
  if (inStock !== undefined) {
    const available = sql<boolean>`exists (select from inventory where product_id = products.id and quantity > 0)`
    query = query.where((eb) => (inStock ? available : eb.not(available)))
  }
  return page(request, await query.execute())
}

/** The same page of several categories, each with what is below it. */
export async function productPagesByCategory(
  db: Kysely<StorefrontTables>,
  categoryIds: readonly number[],
  request: PageRequest<ProductRow>,
) {
  // First a page of every category below, which an index has ready, then the page of them together.
  const query = withCategoriesBelow(db, categoryIds)
    .selectFrom(parents(categoryIds))
    .innerJoinLateral(
      (eb) => {
        const together = eb
          .selectFrom('below')
          .innerJoinLateral(
            (each) =>
              keyset(
                each.selectFrom('products').selectAll().whereRef('products.categoryId', '=', 'below.id'),
                request,
              ).as('product'),
            (join) => join.onTrue(),
          )
          .selectAll('product')
          .whereRef('below.root', '=', 'parent.id')
        return inOrder(together, request.sort, 'product')
          .limit(request.first + 1)
          .as('page')
      },
      (join) => join.onTrue(),
    )
    .selectAll('page')
    .select('parent.id as parentId')
  const rows = byParent(await inOrder(query, request.sort, 'page').execute(), ({ parentId }) => parentId)
  return (id: number) => page(request, rows(id))
}

// `union` leaves out what has been seen, so that a tree that somebody bit into its own tail ends too.
function withCategoriesBelow(db: Kysely<StorefrontTables>, roots: readonly number[]) {
  return db.withRecursive('below(root, id)', (tree) =>
    tree
      .selectFrom(parents(roots))
      .select(['parent.id as root', 'parent.id'])
      .union(
        tree
          .selectFrom('categories')
          .innerJoin('below', 'below.id', 'categories.parentId')
          .select(['below.root', 'categories.id']),
      ),
  )
}
