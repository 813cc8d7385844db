import type { Budget } from '../../../src/budget/budget.ts'

/** How much more may be booked although it does not fit: up to as much again. */
export function roomForDebt({ capacity }: Budget, used: number): number {
  return Math.max(0, 2 * capacity - used)
}
