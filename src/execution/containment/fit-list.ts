import type { GraphQLResolveInfo } from 'graphql'
import { isIterable } from './is-iterable.ts'
import type { ListField } from './list-field.ts'
import { ITEMS_BETWEEN_LOOKS, type OperationContainment } from './operation-containment.ts'
import { OversizedListError } from './oversized-list-error.ts'
import { WatchedList } from './watched-list.ts'

/** Fewer items are left to whoever looks next, unless there have been very many of them since anybody did. */
const SHORT = { alone: 8, within: 64 } as const
const MAX_UNSEEN = 256

/**
 * Holds a list to the size that the estimate counted, as the policy says. What it gives back is completed item by item
 * under the limits of its operation, so that a list without an end has one.
 */
export function fitList(
  list: Iterable<unknown>,
  field: ListField,
  operation: OperationContainment,
  info: GraphQLResolveInfo,
): Iterable<unknown> {
  const { coordinate, depth } = field
  const { oversizedLists } = operation.settings
  const expected = operation.sizeOf(info)
  const isPlain = Array.isArray(list) && depth === 1
  if (isPlain ? list.length <= expected : oversizedLists === 'charge' || expected === Number.POSITIVE_INFINITY) {
    // Within a list that is watched, short ones are completed faster than they could be.
    const short = operation.isWatched ? SHORT.within : SHORT.alone
    const isShort = isPlain && list.length < short && operation.itemsUnseen < MAX_UNSEEN
    if (isShort) operation.itemsUnseen += list.length
    return isShort ? list : new WatchedList(list, { coordinate, depth, expected }, operation)
  }
  const taken = isPlain ? list : take(list, depth, expected + 1, coordinate, operation)
  const found = isPlain ? list.length : countItems(taken, depth)
  if (found > expected) {
    operation.oversized({ coordinate, expected, found })
    if (oversizedLists === 'error') throw new OversizedListError({ coordinate, expected, found })
  }
  const kept = oversizedLists === 'charge' ? taken : take(taken, depth, expected, coordinate, operation)
  // It has been told of.
  return new WatchedList(kept, { ...field, expected: Number.POSITIVE_INFINITY }, operation)
}

/** As many items as there is room for, in lists as they were. Lists that are empty take none. */
function take(
  list: Iterable<unknown>,
  depth: number,
  room: number,
  coordinate: string,
  operation: OperationContainment,
): readonly unknown[] {
  const taken: unknown[] = []
  if (room <= 0) return taken
  let left = room
  const begun = operation.begin()
  try {
    for (const item of list) {
      const inner = depth > 1 && isIterable(item) ? take(item, depth - 1, left, coordinate, operation) : undefined
      left -= inner === undefined ? 1 : countItems(inner, depth - 1)
      taken.push(inner ?? item)
      if (taken.length % ITEMS_BETWEEN_LOOKS === 0) operation.look(coordinate)
      if (left <= 0 || operation.isOver) break
    }
  } finally {
    operation.look(coordinate)
    if (begun) operation.end()
  }
  return taken
}

function countItems(list: readonly unknown[], depth: number): number {
  if (depth === 1) return list.length
  let items = 0
  for (const inner of list) items += Array.isArray(inner) ? countItems(inner, depth - 1) : 1
  return items
}
