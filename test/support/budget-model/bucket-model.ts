import type { Budget } from '../../../src/budget/budget.ts'

/**
 * One bucket from first principles. It keeps all that was ever charged, with the times and what each charge came to, and
 * works out from that what counts now.
 */
export interface BucketModel {
  used(budget: Budget, nowMs: number): Range
  /** How long until an amount may run, where it may wait for that: when it fits, and not before those who wait already. */
  turnInMs(budget: Budget, amount: number, nowMs: number): Range
  /** `untilMs` is when a seat ends by itself; `turnInMs` what is known of when it runs. */
  charge(id: string, budget: Budget, amount: number, nowMs: number, untilMs: number, turnInMs: Range): void
  settle(id: string, budget: Budget, actual: number, nowMs: number): void
}

/** Between what a number must lie. Both ends are the same where the model knows it to the point. */
export interface Range {
  readonly least: number
  readonly most: number
}
