import type { Limits } from '../limits.ts'

/**
 * One way of counting use over time. `State` is plain data that holds what was used and when, never a limit, so that a
 * change of limits takes effect on the next look. Looking changes nothing; `charge` and `settle` change the state in
 * place. A time before one that the state has seen counts as that time, but on a semaphore. `redis/scripts/algorithms/` has each algorithm
 * again in Lua; both forms pass the same tables of cases.
 */
export interface Algorithm<State> {
  /** What nobody has charged. */
  fresh(nowMs: number): State
  /** What counts as used: at least 0, above the capacity where there is debt or a queue. */
  used(state: State, limits: Limits, nowMs: number): number
  /**
   * How long until an amount has room, if nothing else happens: 0 where it has room now, infinite where it is more than
   * the capacity. Exact to the millisecond.
   */
  waitMs(state: State, amount: number, limits: Limits, nowMs: number): number
  /** Until nothing is used any more. */
  emptyInMs(state: State, limits: Limits, nowMs: number): number
  /** How long what was charged last has to wait before it may run. Absent where it need not. */
  delayMs?(state: State, limits: Limits, nowMs: number): number
  /**
   * Charges an amount, up to a bound of `MAX_USED_CAPACITIES`. Whether it has room is not looked at. `untilMs` is when a
   * charge on a semaphore ends by itself.
   */
  charge(state: State, amount: number, limits: Limits, nowMs: number, untilMs: number): Hold
  /** Replaces a charge by the actual amount: gives back what is surely still counted, books what is more as debt. */
  settle(state: State, hold: Hold, actual: number, limits: Limits, nowMs: number): void
  /**
   * A state as Redis answers it, in up to four numbers: enough of it for `used`, for `waitMs` of the amount asked for, and
   * for `emptyInMs`. What an algorithm does not need is 0.
   */
  fromAnswer(a: number, b: number, c: number, d: number): State
}

/** What is remembered of one charge in order to take it back. */
export interface Hold {
  /** What was charged. */
  readonly amount: number
  /** Where in the state's history it was charged; each algorithm has a measure of its own. */
  readonly mark: number
  /** Of a token bucket alone; elsewhere 0. */
  readonly queued: number
}

/**
 * How far use may pass the capacity, in capacities, by debt and by what shadow budgets count. One more capacity: an
 * operation that cost more than was estimated is paid for, and no client waits longer than twice the time to refill.
 */
export const MAX_USED_CAPACITIES = 2

/** What is charged of an amount: all of it, up to the bound on debt. */
export function chargeable(used: number, amount: number, capacity: number): number {
  return Math.min(amount, Math.max(0, MAX_USED_CAPACITIES * capacity - used))
}
