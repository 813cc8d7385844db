import DataLoader from 'dataloader'
import type { Kysely } from 'kysely'
import type { Page } from '../pages/page.ts'
import type { PageRequest } from '../pages/page-request.ts'
import type { StorefrontTables } from '../tables.ts'
import type { Reads } from './reads.ts'

export interface Reading {
  readonly reads: Reads
}

/** Reads what belongs to many ids, in one statement. The answer looks up one of them. */
type Fetch<Value, Rest extends readonly unknown[]> = (
  db: Kysely<StorefrontTables>,
  ids: readonly number[],
  ...rest: Rest
) => Promise<(id: number) => Value>

/**
 * Gathers the ids that an operation asks for at one level and fetches what belongs to them together. What was read is
 * kept until the operation ends, or until its `Reads` forget it.
 */
export function loader<Value>(fetch: Fetch<Value, []>): (context: Reading, id: number) => Promise<Value> {
  const loaders = new WeakMap<object, DataLoader<number, Value>>()
  return ({ reads }, id) => kept(loaders, reads.generation(), () => batched(reads, fetch)).load(id)
}

/** The same for a page of each parent: one statement for each distinct request. */
export function pageLoader<Row>(
  fetch: Fetch<Page<Row>, [PageRequest<Row>]>,
): (context: Reading, parentId: number, request: PageRequest<Row>) => Promise<Page<Row>> {
  const loaders = new WeakMap<object, Map<string, DataLoader<number, Page<Row>>>>()
  return ({ reads }, parentId, request) => {
    const byRequest = kept(loaders, reads.generation(), () => new Map())
    return kept(byRequest, request.key, () => batched(reads, fetch, request)).load(parentId)
  }
}

/** A loader for ids that the database vouches for, foreign keys: nothing there is a bug, and throws. */
export function existing<Row>(
  what: string,
  find: (context: Reading, id: number) => Promise<Row | null>,
): (context: Reading, id: number) => Promise<Row> {
  return async (context, id) => {
    const row = await find(context, id)
    if (row === null) throw new Error(`Something refers to the ${what} ${id}, which is not there`)
    return row
  }
}

function batched<Value, Rest extends readonly unknown[]>(
  { db }: Reads,
  fetch: Fetch<Value, Rest>,
  ...rest: Rest
): DataLoader<number, Value> {
  return new DataLoader(async (ids) => {
    const lookUp = await fetch(db, ids, ...rest)
    return ids.map(lookUp)
  })
}

function kept<Key, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  create: () => Value,
): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
