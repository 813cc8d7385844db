import { type Kysely, sql } from 'kysely'
import type { SearchResultRow } from '../rows.ts'
import type { StorefrontTables } from '../tables.ts'

/** Products and categories whose name has all of these words, whatever their order and case: the best match first. */
export async function search(
  db: Kysely<StorefrontTables>,
  words: string,
  first: number,
): Promise<readonly SearchResultRow[]> {
  // plainto_tsquery takes any text for words. Rank 2 divides by the length, so that short names come first.
  const { rows } = await sql<SearchResultRow>`
    with wanted as (select plainto_tsquery('simple', ${words}) as query),
    hits as (
      select 'Product' as type, id, name, sku, description, price_cents, category_id, created_at,
        null as slug, null::integer as parent_id
      from products where to_tsvector('simple', name) @@ (select query from wanted)
      union all
      select 'Category', id, name, null, null, null, null, null, slug, parent_id
      from categories where to_tsvector('simple', name) @@ (select query from wanted)
    )
    select * from hits
    order by ts_rank(to_tsvector('simple', name), (select query from wanted), 2) desc, name, type, id
    limit ${first}`.execute(db)
  return rows
}
