import type { Budget } from '../budget/budget.ts'

/** A named set of budgets and limits: what the clients of a tier may do. */
export interface Tier {
  readonly name: string
  /** The largest estimated cost of one operation. */
  readonly maxCost: number
  /** How long one operation may run. What it waits for its turn in a leaky bucket is not counted. */
  readonly timeoutMs: number
  /** From 0 to 9. When the server is overloaded, operations of the lowest are turned away first. */
  readonly priority: number
  /** How many subscriptions one client may have open at once on one server. */
  readonly maxSubscriptions: number
  /** How many of them on one WebSocket. */
  readonly maxSubscriptionsPerSocket: number
  /**
   * What becomes of a subscription whose next event its client cannot pay for. `pause`: it goes on when it can, with what
   * has happened since. `close`: it ends.
   */
  readonly outOfBudget: 'pause' | 'close'
  /** All of them have to have room. Their levels are `client`, `tenant` and `operation`. */
  readonly budgets: readonly TierBudget[]
}

export type TierBudget = Budget & {
  /**
   * Of the level `operation`: the field of a root type, such as `Mutation.placeOrder`, to which the budget belongs. It
   * is charged by operations that select the field, each client on its own.
   */
  readonly field?: string | undefined
}
