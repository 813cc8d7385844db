import { isIterable } from './is-iterable.ts'
import type { ListField } from './list-field.ts'
import type { OperationContainment } from './operation-containment.ts'
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

  [Symbol.iterator](): Iterator<unknown> {
    return new WatchedItems(this.list[Symbol.iterator](), this.field, this.operation, this.outer)
  }
}

interface WatchedField extends ListField {
  /** More items are told of when the list ends. */
  readonly expected: number
}

/** How many items pass between two looks at the clock. */
export const ITEMS_BETWEEN_LOOKS = 16

class WatchedItems implements Iterator<unknown, undefined> {
  private readonly items: Iterator<unknown>
  private readonly field: WatchedField
  private readonly operation: OperationContainment
  private readonly outer: WatchedItems | undefined
  private readonly begun: boolean
  private bytes = 0
  private counted = 0

  constructor(items: Iterator<unknown>, field: WatchedField, operation: OperationContainment, outer?: WatchedItems) {
    this.items = items
    this.field = field
    this.operation = operation
    this.outer = outer
    this.begun = operation.begin()
  }

  next(): IteratorResult<unknown, undefined> {
    if (this.operation.isOver) return this.return()
    const next = this.nextItem()
    if (next.done === true) return this.over()
    this.operation.itemsUnseen += 1
    if (this.operation.itemsUnseen >= ITEMS_BETWEEN_LOOKS) this.look()
    const { depth } = this.field
    if (depth > 1 && isIterable(next.value)) {
      const inner = new WatchedList(next.value, { ...this.field, depth: depth - 1 }, this.operation, this)
      return { done: false, value: inner }
    }
    this.counted += 1
    // A comma, and the least that an item can be.
    this.bytes += typeof next.value === 'string' ? next.value.length + 3 : 2
    return next
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

  private over(): IteratorReturnResult<undefined> {
    this.look()
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
