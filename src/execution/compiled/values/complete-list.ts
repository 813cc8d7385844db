import { GraphQLError, type GraphQLResolveInfo, type ResponsePath } from 'graphql'
import { WatchedList } from '../../containment/watched-list.ts'
import type { FieldPlace, Frame } from '../frame.ts'
import { isPromise } from '../is-promise.ts'

/**
 * Makes of what a resolver returned what the answer has in its place: a value, or the promise of one. Throws what is
 * wrong with it. `info` is there where a resolver of types may want it.
 */
export type Complete = (frame: Frame, value: unknown, path: ResponsePath, info: Info) => unknown

type Info = GraphQLResolveInfo | undefined

/** Completes a list whose items are completed alike. */
export function compileList(place: FieldPlace, completeItem: Complete, isItemNonNull: boolean): Complete {
  const coordinate = `${place.parentType.name}.${place.fieldName}`

  /** Completes the next item. */
  function add(completed: CompletedItems, item: unknown, frame: Frame, listPath: ResponsePath, info: Info): void {
    const { items } = completed
    const path: ResponsePath = { prev: listPath, key: items.length, typename: undefined }
    let value: unknown
    try {
      value = isPromise(item)
        ? item.then((resolved) => completeItem(frame, resolved, path, info))
        : completeItem(frame, item, path, info)
      if (isPromise(value)) {
        completed.containPromise = true
        value = value.then(undefined, (thrown) => frame.fail(thrown, place, path, isItemNonNull))
      }
    } catch (thrown) {
      value = frame.fail(thrown, place, path, isItemNonNull)
    }
    items.push(value)
  }

  return (frame, list, path, info) => {
    if (list instanceof Error) throw list
    if (list === null || list === undefined) return null
    if (!isIterable(list)) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${coordinate}".`)
    }
    const completed: CompletedItems = { items: [], containPromise: false }
    if (isPlainArray(list)) {
      // A resolver may change the list while it is completed: its length is read anew, as its iterator does.
      for (let index = 0; index < list.length; index++) add(completed, list[index], frame, path, info)
    } else if (list instanceof WatchedList) {
      list.forEach((item) => {
        add(completed, item, frame, path, info)
      })
    } else {
      for (const item of list) add(completed, item, frame, path, info)
    }
    return completed.containPromise ? Promise.all(completed.items) : completed.items
  }
}

interface CompletedItems {
  readonly items: unknown[]
  containPromise: boolean
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && isFunction(value[Symbol.iterator])
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function isPlainArray(list: Iterable<unknown>): list is readonly unknown[] {
  return Array.isArray(list) && list[Symbol.iterator] === Array.prototype[Symbol.iterator]
}
