import type { Budget } from '../../../src/budget/budget.ts'
import { limitsOf } from '../../../src/budget/limits.ts'

/** How much may be used by what is admitted: the capacity, and in a leaky bucket what may wait for its turn. */
export function brim(budget: Budget): number {
  const { capacity, refillPerSecond, maxDelayMs } = limitsOf(budget)
  return capacity + Math.floor((refillPerSecond * maxDelayMs) / 1000 / STEP) * STEP
}

/** Use is counted in steps of this. Being a power of two, it keeps every sum exact. */
const STEP = 2 ** -20

/** How much more may be booked although it does not fit: up to as much again. */
export function roomForDebt(budget: Budget, used: number): number {
  return Math.max(0, 2 * brim(budget) - used)
}
