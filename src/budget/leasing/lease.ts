import type { Hold } from '../algorithms/algorithm.ts'
import { type TokenBucket, tokenBucket } from '../algorithms/token-bucket.ts'
import type { Budget } from '../budget.ts'
import { refunded } from '../budget-state.ts'
import type { BudgetState, Charge, Reservation } from '../budget-store.ts'
import type { Limits } from '../limits.ts'
import { drainPerSecond, usableMs } from './lease-rule.ts'

/**
 * Slices of a set of buckets, paid to the store in advance, from which one node serves takes.
 *
 * Of each bucket it keeps two meters that drain as the bucket does: `held`, what of the slices is surely still counted
 * there, and `used`, what operations took. What is left, to use or to give back, is `held - used`.
 *
 * Why all nodes together admit no more than the buckets alone would: take any stretch of time, begun earlier where it
 * must be to hold the first slice with a part in it. The store counts at least what was charged in it, less one refill
 * (`TokenBucket` says why). A lease's slices, less what is left of them, are what drained from `held` plus `used`; and
 * `used`, being such a bucket itself, is at least what operations took in the stretch, less the same drain. So the
 * store's count, less all that leases have left, is at least what was really taken less one refill; and the count was
 * never above the capacity when something was admitted. In windows nothing drains, and a slice is used only in the one
 * it was charged in: the count, less what is left, is exactly what was taken there.
 */
export interface Lease {
  readonly startedAtMs: number
  /** From then on it serves nothing, although what is left may still be given back. */
  readonly usableUntilMs: number
  add(slice: Slice, nowMs: number): void
  /** Serves a take, if there is enough of every bucket. `untilMs` is how long its operation can be settled. */
  take(charges: readonly Charge[], nowMs: number, untilMs: number): LeasedTake | undefined
  /** Replaces what an operation took by what it used. What is used beyond it may exceed the slices: it is debt then. */
  settle(take: LeasedTake, actual: readonly number[], nowMs: number): void
  /** Whether no operation can be settled any more. */
  isQuiet(nowMs: number): boolean
  /** Whether a bucket has no more than a quarter of its last slice left. */
  isLow(nowMs: number): boolean
  /** Whether more was used of a bucket than the slices hold. */
  isOverdrawn(nowMs: number): boolean
  /** What is left of a bucket; below 0, what was used beyond the slices. */
  left(index: number, nowMs: number): number
  /** The buckets as the store last told, and what is left here on top. */
  states(nowMs: number): readonly BudgetState[]
  /** How to settle the slices, where they do not just keep their charge. */
  settlements(nowMs: number): readonly Settlement[]
}

/** What the store admitted for a lease. */
export interface Slice {
  /** Its charges are the slices. */
  readonly reservation: Reservation
  readonly states: readonly BudgetState[]
  /** When it was asked for, by the clock of this node. */
  readonly sentAtMs: number
}

/** What is remembered of a take in order to settle it. */
export interface LeasedTake {
  readonly holds: readonly Hold[]
  readonly untilMs: number
}

export interface Settlement {
  readonly reservation: Reservation
  readonly actual: readonly number[]
}

/** Of more slices than this, the older ones keep their charge when the lease ends. */
const MAX_SLICES = 8

/** A store counts whole milliseconds: its bucket may have drained for one more than has passed. */
const STORE_TICK_MS = 1

export function createLease(first: Slice, nowMs: number): Lease {
  const holdings = first.reservation.charges.map(({ budget }) => createHolding(budget, nowMs))
  const open = new Set<LeasedTake>()
  /** The newest one comes first. */
  let slices: readonly Slice[] = []
  let newest = first
  let usableUntilMs = Number.POSITIVE_INFINITY

  function add(slice: Slice, atMs: number): void {
    newest = slice
    slices = [slice, ...slices].slice(0, MAX_SLICES)
    const sinceMs = slice.sentAtMs - STORE_TICK_MS
    slice.reservation.charges.forEach(({ budget, amount }, index) => {
      const state = slice.states[index]
      if (amount === 0 || state === undefined) return
      usableUntilMs = Math.min(usableUntilMs, sinceMs + usableMs(state))
      const drained = (drainPerSecond(budget) * (atMs - sinceMs)) / 1000
      holdings[index]?.hold(Math.max(0, amount - roundedUp(drained)), atMs)
    })
  }

  function left(index: number, atMs: number): number {
    return holdings[index]?.left(atMs) ?? 0
  }

  add(first, nowMs)
  return {
    startedAtMs: nowMs,
    get usableUntilMs() {
      return usableUntilMs
    },
    add,
    left,
    take(charges, atMs, untilMs) {
      if (atMs >= usableUntilMs) return undefined
      for (let index = 0; index < charges.length; index++) {
        const charge = charges[index]
        if (charge === undefined || charge.amount === 0 || charge.budget.mode === 'shadow') continue
        if (charge.amount > left(index, atMs)) return undefined
      }
      const holds: Hold[] = []
      for (let index = 0; index < holdings.length; index++) {
        const hold = holdings[index]?.take(charges[index]?.amount ?? 0, atMs)
        if (hold !== undefined) holds.push(hold)
      }
      const take = { holds, untilMs }
      if (untilMs > atMs) open.add(take)
      return take
    },
    settle(take, actual, atMs) {
      if (!open.delete(take) || take.untilMs <= atMs) return
      for (let index = 0; index < take.holds.length; index++) {
        const hold = take.holds[index]
        // What was used as it was taken is right already.
        if (hold !== undefined && hold.amount !== actual[index]) holdings[index]?.settle(hold, actual[index] ?? 0, atMs)
      }
    },
    isQuiet(atMs) {
      for (const take of open) {
        if (take.untilMs > atMs) return false
        open.delete(take)
      }
      return true
    },
    isLow: (atMs) =>
      newest.reservation.charges.some(
        ({ budget, amount }, index) => budget.mode === 'enforce' && amount > 0 && left(index, atMs) * 4 <= amount,
      ),
    // Less than one is what rounding leaves.
    isOverdrawn: (atMs) =>
      newest.reservation.charges.some(({ budget }, index) => budget.mode === 'enforce' && left(index, atMs) <= -1),
    states(atMs) {
      const agoMs = Math.floor(atMs - newest.sentAtMs)
      return newest.states.map((state, index) => refunded(state, Math.floor(left(index, atMs)), agoMs))
    },
    settlements(atMs) {
      const rest = holdings.map((holding) => Math.floor(holding.left(atMs)))
      const settlements = slices.map(({ reservation }) => ({
        reservation,
        actual: reservation.charges.map(({ amount }, index) => {
          // The newest slice has drained least. What was used beyond all of them, a rest below 0, is its debt.
          const back = Math.min(amount, rest[index] ?? 0)
          rest[index] = (rest[index] ?? 0) - back
          return amount - back
        }),
      }))
      return settlements.filter(({ reservation, actual }) =>
        reservation.charges.some(({ amount }, index) => actual[index] !== amount),
      )
    },
  }
}

interface Holding {
  hold(amount: number, nowMs: number): void
  left(nowMs: number): number
  take(amount: number, nowMs: number): Hold
  settle(hold: Hold, actual: number, nowMs: number): void
}

function createHolding(budget: Budget, nowMs: number): Holding {
  const limits: Limits = { ...BOUNDLESS, refillPerSecond: drainPerSecond(budget) }
  const held: TokenBucket = tokenBucket.fresh(nowMs)
  const used: TokenBucket = tokenBucket.fresh(nowMs)
  return {
    hold: (amount, atMs) => tokenBucket.charge(held, amount, limits, atMs, 0),
    left: (atMs) => tokenBucket.used(held, limits, atMs) - tokenBucket.used(used, limits, atMs),
    take: (amount, atMs) => tokenBucket.charge(used, amount, limits, atMs, 0),
    settle: (hold, actual, atMs) => tokenBucket.settle(used, hold, actual, limits, atMs),
  }
}

const BOUNDLESS: Limits = {
  capacity: Number.MAX_SAFE_INTEGER,
  refillPerSecond: 0,
  maxDelayMs: 0,
  windowMs: 0,
  windowMonths: 0,
}

/** To a power of two, which keeps sums exact. */
function roundedUp(amount: number): number {
  return Math.ceil(amount * 1024) / 1024
}
