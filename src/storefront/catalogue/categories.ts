import type { Kysely } from 'kysely'
import { anyOf } from '../reading/ids.ts'
import { byId, byParent } from '../reading/look-up.ts'
import type { CategoryRow } from '../rows.ts'
import type { StorefrontTables } from '../tables.ts'

export async function categoriesById(db: Kysely<StorefrontTables>, ids: readonly number[]) {
  return byId(await db.selectFrom('categories').selectAll().where('id', '=', anyOf(ids)).execute())
}

/** The categories right below others, by name. */
export async function categoriesByParent(db: Kysely<StorefrontTables>, parentIds: readonly number[]) {
  const children = db.selectFrom('categories').selectAll().where('parentId', '=', anyOf(parentIds))
  return byParent(await children.orderBy('name').orderBy('id').execute(), ({ parentId }) => parentId)
}

/** The categories at the top of the tree, by name. */
export async function topCategories(db: Kysely<StorefrontTables>): Promise<readonly CategoryRow[]> {
  const top = db.selectFrom('categories').selectAll().where('parentId', 'is', null)
  return await top.orderBy('name').orderBy('id').execute()
}
