import type { Budget } from '../budget/budget.ts'

/** A named set of budgets and limits: what the clients of a tier may do. */
export interface Tier {
  readonly name: string
  /** The largest estimated cost of one operation. */
  readonly maxCost: number
  /** How long one operation may run. */
  readonly timeoutMs: number
  /** All of them have to have room. */
  readonly budgets: readonly Budget[]
}
