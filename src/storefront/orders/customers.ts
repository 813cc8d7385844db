import type { Kysely } from 'kysely'
import { anyOf } from '../reading/ids.ts'
import { byId } from '../reading/look-up.ts'
import type { StorefrontTables } from '../tables.ts'

export async function customersById(db: Kysely<StorefrontTables>, ids: readonly number[]) {
  return byId(await db.selectFrom('customers').selectAll().where('id', '=', anyOf(ids)).execute())
}
