import type { Budget } from './budget.ts'

/**
 * Where budgets are kept. Verbs reject only for bugs (a `RangeError`) and outages; a denial is a value.
 * Each verb is atomic and may be repeated: ids make a second call of the same kind change nothing.
 */
export interface BudgetStore {
  /**
   * Reserves amounts before an operation runs. Every enforced budget has room and all are charged, or none is and
   * nothing is written. A take repeated under the same id is charged once.
   */
  take(request: TakeRequest): Promise<TakeResult>
  /**
   * Replaces the amounts taken by what was used: one amount for each charge, in their order. What was not used comes
   * back, as far as it has not drained; what was used beyond it is booked as debt, up to a bound. Once for each id;
   * unknown and expired reservations are left alone and keep their charge.
   */
  settle(reservation: Reservation, actual: readonly number[]): Promise<void>
  /** Gives everything back. Before a late take of the same id, it makes that take charge nothing. */
  cancel(reservation: Reservation): Promise<void>
  /**
   * What `take` would answer, from a store that knows it without asking anybody. Undefined where somebody has to be asked,
   * and then nothing has happened: call `take`. Throws what `take` rejects with. Whoever puts another `take` into a store
   * of this room has to take this one away; a copy by spreading does not have it.
   */
  takeNow?(request: TakeRequest): TakeResult | undefined
  /** The same for `settle`: whether it is done. */
  settleNow?(reservation: Reservation, actual: readonly number[]): boolean
  /** Ends connections and timers. What was charged stays charged. */
  close(): Promise<void>
}

export interface TakeRequest {
  /** Unique for each operation and unguessable: whoever knows it can settle it. */
  readonly id: string
  /**
   * Everything of one tenant lies in one place, so a take is atomic there. Not empty. Budgets of the level `global` lie
   * in a place of their own, so they are not taken together with others; `createLeasingBudgetStore` does it in two steps.
   */
  readonly tenant: string
  /** At most one for each bucket. */
  readonly charges: readonly Charge[]
  /**
   * How long the reservation can be settled. A charge that nobody settles stays. With 0 it is not remembered at all: it
   * costs less, it cannot be given back, and a repetition is charged again.
   */
  readonly ttlMs: number
  /**
   * When a charge on the meter `concurrency` ends although nobody settled it: the deadline of what it is for.
   * @default ttlMs
   */
  readonly heldMs?: number | undefined
  /**
   * How long the answer is waited for: of a take that is a part of another one, what is left of its time. Stores without
   * a deadline take no notice.
   * @default the store's own deadline, which it never exceeds
   */
  readonly waitMs?: number | undefined
  /**
   * Says that this take is never asked for again under its id, so that nobody has to remember it in order to charge it
   * once. It is settled and cancelled by the reservation that it is answered with, and by no copy of that.
   * @default false
   */
  readonly isOnly?: boolean | undefined
}

export interface Charge {
  readonly budget: Budget
  /** Whose bucket of that budget: a client's id, an address. */
  readonly subject: string
  /** A non-negative integer; on a semaphore 0 or 1. 0 is never denied and writes nothing: a peek. */
  readonly amount: number
}

/** Proof of a take. A copy is as good, but for takes with `isOnly`. */
export interface Reservation {
  readonly id: string
  readonly tenant: string
  readonly charges: readonly Charge[]
  readonly ttlMs: number
  /**
   * Who admitted it: the store; a lease, which this node has from the store; this node's own share; or nobody, because
   * the store was down and the budgets open.
   */
  readonly source: 'store' | 'lease' | 'local' | 'open'
}

export type TakeResult =
  | {
      readonly admitted: true
      readonly reservation: Reservation
      readonly states: readonly BudgetState[]
      /** How long a leaky bucket makes it wait before it may run; else 0. It is charged already. */
      readonly delayMs: number
    }
  | {
      readonly admitted: false
      readonly reason: 'exhausted'
      readonly denials: readonly Denial[]
      readonly states: readonly BudgetState[]
    }
  /** The store did not answer and this budget fails closed. */
  | { readonly admitted: false; readonly reason: 'store-unavailable'; readonly budget: Budget }
  /** A cancel with this id came first. Nothing was charged. */
  | { readonly admitted: false; readonly reason: 'cancelled' }

/** One budget after a take. States are in the order of the charges; those of shadow budgets are among them. */
export interface BudgetState {
  readonly budget: Budget
  /** What is left: an integer of at least 0. */
  readonly remaining: number
  /** How far use is beyond the capacity: an integer of at least 0. */
  readonly debt: number
  /** Until the budget is full again, if nothing else happens: for a fixed window, until the next one. */
  readonly fullInMs: number
}

/** An enforced budget without room for a charge. */
export interface Denial {
  readonly budget: Budget
  readonly amount: number
  readonly remaining: number
  /**
   * After this time, and nothing else happening, the amount fits. `never`: it is more than the capacity. On a semaphore
   * it is the longest that it can take.
   */
  readonly retryAfterMs: number | 'never'
}
