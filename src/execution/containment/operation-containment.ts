import type { GraphQLResolveInfo, ResponsePath } from 'graphql'
import { isAborted } from '../operation-controller.ts'
import type { ContainmentSettings, OversizedList } from './containment-options.ts'
import type { ListField } from './list-field.ts'

/** What containment needs of an operation that runs. */
export interface OperationAtWork {
  /** Aborted when the operation is over, which it may be from here. */
  readonly controller: AbortController
  /** How many items the estimate counted for the list at a path; undefined where it is free. */
  readonly sizeOf: (path: ResponsePath) => number | undefined
}

/** A field whose resolver runs under the limits of its operation. */
export interface WatchedResolver {
  readonly list: ListField
  readonly isMutation: boolean
  /** How long it takes may be up to who asks. */
  readonly hasArguments: boolean
  /** How often in a row it was quick. */
  quickRuns: number
}

/** A resolver is quick that takes less, and trusted to be so after so many runs. */
const QUICK_MS = 1
const RUNS_TO_BE_TRUSTED = 64

/** How many items, or trusted resolvers, pass between two looks at the clock. */
export const ITEMS_BETWEEN_LOOKS = 16

/** Why an operation was ended. */
export type Ended =
  | { readonly kind: 'held-loop'; readonly heldMs: number; readonly budgetMs: number }
  | { readonly kind: 'too-large'; readonly foundBytes: number; readonly maxBytes: number }

/** Holds one operation to its limits. A class for what it counts: every resolver passes here. */
export class OperationContainment {
  readonly settings: ContainmentSettings
  ended: Ended | undefined
  /** True from the beginning to the end of work that has no pause in it. */
  isWorking = false
  /** True while a list is completed that looks at the clock between its items. */
  isWatched = false
  /** Items that were completed since anybody looked at the clock. */
  itemsUnseen = 0
  private readonly operation: OperationAtWork
  private sizes: Map<readonly unknown[], number> | undefined
  /** What the answer has at least. */
  private bytes = 0
  private turn = -1
  /** How long it has held this turn of the loop, without the work that is going on. */
  private heldMs = 0
  private startedAtMs = 0
  private seenAtMs = 0
  /** Resolvers that have run since anybody looked at the clock. */
  private readonly unseenFields: WatchedResolver[] = []

  constructor(settings: ContainmentSettings, operation: OperationAtWork) {
    this.settings = settings
    this.operation = operation
  }

  /** No resolver runs any more: it was ended here, its deadline has passed, or its client has gone. */
  get isOver(): boolean {
    return this.ended !== undefined || isAborted(this.operation.controller)
  }

  /** What is answered by a resolver that may not run. Nobody sees the error: the operation has another answer. */
  refuse(): Promise<never> {
    return Promise.reject(new Error('The operation is over'))
  }

  /** Begins work that has no pause in it; false where it is a part of such work already. */
  begin(): boolean {
    const { turns, now } = this.settings
    const turn = turns.current()
    if (turn === this.turn && this.isWorking) return false
    if (turn !== this.turn) this.heldMs = 0
    this.turn = turn
    this.isWorking = true
    this.startedAtMs = now()
    this.seenAtMs = this.startedAtMs
    return true
  }

  end(): void {
    const unseen = this.unseenFields.at(-1)
    if (unseen !== undefined) this.look(unseen.list.coordinate)
    this.isWorking = false
    this.heldMs += this.seenAtMs - this.startedAtMs
  }

  /**
   * Whether a resolver that is about to run is looked at together with those that come next: in the middle of work, where
   * it has always been quick. Most take less time than it takes to read a clock.
   */
  trusts(field: WatchedResolver): boolean {
    if (field.quickRuns < RUNS_TO_BE_TRUSTED || !this.isWorking) return false
    return this.itemsUnseen < ITEMS_BETWEEN_LOOKS && !field.isMutation && !field.hasArguments
  }

  /** After a resolver that is trusted. */
  passUnseen(field: WatchedResolver): void {
    this.itemsUnseen += 1
    this.unseenFields.push(field)
  }

  /** Looks at the clock after a resolver that is not. */
  lookAfter(field: WatchedResolver): void {
    // What the root field of a mutation has changed, its client has to learn, however long it took.
    const { list, isMutation } = field
    const areOthers = this.unseenFields.length > 0
    const before = this.seenAtMs
    this.look(list.coordinate, isMutation)
    if (areOthers) return
    field.quickRuns = this.seenAtMs - before < QUICK_MS ? field.quickRuns + 1 : 0
  }

  /**
   * Looks at the clock in the middle of work, and ends the operation where it has held the loop for too long. What is
   * forgiven is told of and ends nothing.
   */
  look(coordinate: string, isForgiven = false): void {
    const { eventLoopBudgetMs: budgetMs, now, onSlowResolver } = this.settings
    const before = this.seenAtMs
    this.seenAtMs = now()
    this.itemsUnseen = 0
    const takenMs = this.seenAtMs - before
    if (this.unseenFields.length > 0) {
      // One of them was slow, or this process had to wait: each is looked at for itself again.
      if (takenMs >= QUICK_MS) for (const field of this.unseenFields) field.quickRuns = 0
      this.unseenFields.length = 0
    }
    const heldMs = this.heldMs + this.seenAtMs - this.startedAtMs
    if (heldMs <= budgetMs || this.isOver) return
    onSlowResolver({ coordinate, heldMs: takenMs })
    if (isForgiven) this.heldMs -= takenMs
    else this.stop({ kind: 'held-loop', heldMs, budgetMs }, `It held the event loop for ${Math.round(heldMs)} ms`)
  }

  countString(text: string): void {
    // The quotes, and at least one byte for each character.
    this.countBytes(text.length + 2)
  }

  /** Adds to what the answer has at least. */
  countBytes(bytes: number): void {
    this.bytes += bytes
    const { maxResponseBytes: maxBytes } = this.settings
    if (this.bytes <= maxBytes || this.isOver) return
    this.stop({ kind: 'too-large', foundBytes: this.bytes, maxBytes }, `Its answer has ${this.bytes} bytes or more`)
  }

  /** How many items the estimate counted for a list; Infinity where they are free. */
  sizeOf({ fieldNodes, path }: GraphQLResolveInfo): number {
    // All lists of one response path and one type share this array, so that the path is looked up once.
    const known = this.sizes?.get(fieldNodes)
    if (known !== undefined) return known
    const size = this.operation.sizeOf(path) ?? Number.POSITIVE_INFINITY
    this.sizes ??= new Map()
    this.sizes.set(fieldNodes, size)
    return size
  }

  oversized(list: OversizedList): void {
    this.settings.onOversizedList(list)
  }

  private stop(ended: Ended, reason: string): void {
    this.ended = ended
    this.operation.controller.abort(new DOMException(reason, 'TimeoutError'))
  }
}
