import type { GraphQLResolveInfo } from 'graphql'
import { badInput, quote } from '../checks/bad-input.ts'
import { argument } from '../checks/coordinates.ts'
import { decodeCursor, type Position } from './cursor.ts'
import type { Sort } from './sort.ts'

/** Which part of a sorted list is wanted. */
export interface PageRequest<Row> {
  readonly sort: Sort<Row>
  readonly first: number
  readonly after: Position | undefined
  /** Equal for equal requests: loaders keep them together. */
  readonly key: string
}

export interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
}

/**
 * The page that a field's arguments ask for.
 *
 * @throws GraphQLError BAD_USER_INPUT where `first` is out of bounds or `after` is no cursor of this list
 */
export function pageRequest<Row>(
  info: GraphQLResolveInfo,
  args: PageArguments,
  { sort, maxFirst }: { readonly sort: Sort<Row>; readonly maxFirst: number },
): PageRequest<Row> {
  const first = checkFirst(info, args.first, maxFirst)
  const cursor = args.after ?? undefined
  const after = cursor === undefined ? undefined : decodeCursor(sort, cursor)
  if (cursor !== undefined && after === undefined) {
    throw badInput(
      `${argument(info, 'after')} is ${quote(cursor)}; allowed is a cursor of the same list in the same order, as edges ` +
        'and pageInfo give it.',
    )
  }
  return { sort, first, after, key: `${first} ${sort.name} ${cursor ?? ''}` }
}

/** `first`, where it is from 0 to its maximum; an explicit null is not. */
export function checkFirst(info: GraphQLResolveInfo, first: number | null | undefined, maxFirst: number): number {
  if (typeof first === 'number' && first >= 0 && first <= maxFirst) return first
  throw badInput(`${argument(info, 'first')} is ${first ?? null}; 0 to ${maxFirst} are allowed.`)
}
