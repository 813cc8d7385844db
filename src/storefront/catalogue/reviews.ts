import type { Kysely } from 'kysely'
import { inOrder, keyset } from '../pages/keyset.ts'
import { page } from '../pages/page.ts'
import type { PageRequest } from '../pages/page-request.ts'
import { byMoment, type Sort } from '../pages/sort.ts'
import { anyOf, parents } from '../reading/ids.ts'
import { byId, byParent } from '../reading/look-up.ts'
import type { ReviewRow } from '../rows.ts'
import type { StorefrontTables } from '../tables.ts'

export const newestReviews: Sort<ReviewRow> = byMoment('createdAt', {
  name: 'reviews newest',
  table: 'reviews',
  direction: 'desc',
})

export async function reviewsById(db: Kysely<StorefrontTables>, ids: readonly number[]) {
  return byId(await db.selectFrom('reviews').selectAll().where('id', '=', anyOf(ids)).execute())
}

/** The same page of the reviews of several products. */
export async function reviewPagesByProduct(
  db: Kysely<StorefrontTables>,
  productIds: readonly number[],
  request: PageRequest<ReviewRow>,
) {
  const query = db
    .selectFrom(parents(productIds))
    .innerJoinLateral(
      (eb) =>
        keyset(eb.selectFrom('reviews').selectAll().whereRef('reviews.productId', '=', 'parent.id'), request).as(
          'page',
        ),
      (join) => join.onTrue(),
    )
    .selectAll('page')
  const rows = byParent(await inOrder(query, request.sort, 'page').execute(), ({ productId }) => productId)
  return (id: number) => page(request, rows(id))
}

/** The mean rating of products, from 1 to 5; null without reviews. */
export async function averageRatings(db: Kysely<StorefrontTables>, productIds: readonly number[]) {
  const rows = await db
    .selectFrom('reviews')
    .select(({ cast, fn }) => ['productId', cast<number>(fn.avg('rating'), 'double precision').as('mean')])
    .where('productId', '=', anyOf(productIds))
    .groupBy('productId')
    .execute()
  const means = new Map(rows.map(({ productId, mean }) => [productId, mean]))
  return (id: number) => means.get(id) ?? null
}
