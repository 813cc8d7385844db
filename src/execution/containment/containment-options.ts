import { createLoopTurns, type LoopTurns } from './loop-turns.ts'

export interface ContainmentOptions {
  /**
   * What happens to a list that has more items than the estimate counted for it. `charge` lets it through, and its actual
   * cost is charged. `truncate` answers as many as were counted; nothing is resolved of the rest. `error` makes the field
   * an error, and nothing of the list is resolved.
   * @default 'charge'
   */
  readonly oversizedLists?: 'charge' | 'truncate' | 'error'
  /**
   * How long one operation may hold the event loop without a pause, in milliseconds: its resolvers and the completion of
   * its lists together, from one turn of the loop to the next. Past it the operation ends.
   * @default 250
   */
  readonly eventLoopBudgetMs?: number
  /**
   * How large the answer to one operation may be, in bytes of JSON. Past it the operation ends.
   * @default 10485760
   */
  readonly maxResponseBytes?: number
  /** Told of each list that is longer than the estimate counted. */
  readonly onOversizedList?: (list: OversizedList) => void
  /** Told of each resolver that held the event loop longer than an operation may, or took the last of what it may. */
  readonly onSlowResolver?: (resolver: { readonly coordinate: string; readonly heldMs: number }) => void
  /** Milliseconds that never run backwards. @default performance.now */
  readonly now?: () => number
  /** Calls back when the event loop turns. @default setImmediate */
  readonly afterTurn?: (callback: () => void) => void
}

/** A list that is longer than the estimate counted. */
export interface OversizedList {
  /** The field, such as `Product.reviews`. */
  readonly coordinate: string
  readonly expected: number
  /** At least: nobody counts a list to its end only to know. */
  readonly found: number
}

export interface ContainmentSettings extends Required<Omit<ContainmentOptions, 'afterTurn'>> {
  readonly turns: LoopTurns
}

export function containmentSettings(options: ContainmentOptions): ContainmentSettings {
  return {
    oversizedLists: options.oversizedLists ?? 'charge',
    eventLoopBudgetMs: options.eventLoopBudgetMs ?? 250,
    maxResponseBytes: options.maxResponseBytes ?? 10 * 1024 * 1024,
    onOversizedList: options.onOversizedList ?? (() => undefined),
    onSlowResolver: options.onSlowResolver ?? (() => undefined),
    now: options.now ?? (() => performance.now()),
    turns: createLoopTurns(options.afterTurn ?? setImmediate),
  }
}
