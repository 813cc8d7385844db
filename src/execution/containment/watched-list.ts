import { isIterable } from './is-iterable.ts'
import type { ListField } from './list-field.ts'
import { ITEMS_BETWEEN_LOOKS, type OperationContainment } from './operation-containment.ts'
import { readableError } from './readable-error.ts'

/**
 * A list that is completed under the limits of its operation: it ends with it. Whatever was completed before is thrown
 * away with the answer, so that ending it early is no lie.
 */
export class WatchedList implements Iterable<unknown> {
  private readonly list: Iterable<unknown>
  private readonly field: WatchedField
  private readonly operation: OperationContainment
  private readonly outer: WatchedItems | undefined

  constructor(list: Iterable<unknown>, field: WatchedField, operation: OperationContainment, outer?: WatchedItems) {
    this.list = list
    this.field = field
    this.operation = operation
    this.outer = outer
  }

  /** The same as iterating, for whoever can be called back: faster where the list is an array. */
  forEach(visit: (item: unknown) => void): void {
    const { list } = this
    if (!Array.isArray(list) || this.field.depth > 1) {
      for (const item of this) visit(item)
      return
    }
    const items = new WatchedItems(list[Symbol.iterator](), this.field, this.operation, this.outer)
    try {
      for (let index = 0; index < list.length && !this.operation.isOver; index++) {
        const item: unknown = list[index]
        items.pass()
        items.count(item)
        visit(item)
      }
    } finally {
      items.over()
    }
  }

  [Symbol.iterator](): Iterator<unknown> {
    return new WatchedItems(this.list[Symbol.iterator](), this.field, this.operation, this.outer)
  }
}

interface WatchedField extends ListField {
  /** More items are told of when the list ends. */
  readonly expected: number
}

class WatchedItems implements Iterator<unknown, undefined> {
  private readonly items: Iterator<unknown>
  private readonly field: WatchedField
  private readonly operation: OperationContainment
  private readonly outer: WatchedItems | undefined
  private readonly begun: boolean
  private readonly watches: boolean
  private bytes = 0
  private counted = 0

  constructor(items: Iterator<unknown>, field: WatchedField, operation: OperationContainment, outer?: WatchedItems) {
    this.items = items
    this.field = field
    this.operation = operation
    this.outer = outer
    this.begun = operation.begin()
    this.watches = !operation.isWatched
    operation.isWatched = true
  }

  next(): IteratorResult<unknown, undefined> {
    if (this.operation.isOver) return this.return()
    const next = this.nextItem()
    if (next.done === true) return this.over()
    this.pass()
    const { depth } = this.field
    if (depth > 1 && isIterable(next.value)) {
      const inner = new WatchedList(next.value, { ...this.field, depth: depth - 1 }, this.operation, this)
      return { done: false, value: inner }
    }
    this.count(next.value)
    return next
  }

  /** Looks at the clock where it is time to. */
  pass(): void {
    this.operation.itemsUnseen += 1
    if (this.operation.itemsUnseen >= ITEMS_BETWEEN_LOOKS) this.look()
  }

  /** Counts an item that is no list. */
  count(item: unknown): void {
    this.counted += 1
    // A comma, and the least that an item can be.
    this.bytes += typeof item === 'string' ? item.length + 3 : 2
  }

  private nextItem(): IteratorResult<unknown> {
    try {
      return this.items.next()
    } catch (thrown) {
      // Nobody ends an iterator that has failed.
      this.over()
      throw readableError(thrown)
    }
  }

  return(): IteratorReturnResult<undefined> {
    this.items.return?.()
    return this.over()
  }

  over(): IteratorReturnResult<undefined> {
    this.look()
    if (this.watches) this.operation.isWatched = false
    if (this.begun) this.operation.end()
    const { coordinate, expected } = this.field
    if (this.outer !== undefined) this.outer.counted += this.counted
    else if (this.counted > expected) this.operation.oversized({ coordinate, expected, found: this.counted })
    return { done: true, value: undefined }
  }

  private look(): void {
    this.operation.look(this.field.coordinate)
    this.operation.countBytes(this.bytes)
    this.bytes = 0
  }
}
