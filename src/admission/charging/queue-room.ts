import type { BudgetState } from '../../budget/budget-store.ts'
import { limitsOf } from '../../budget/limits.ts'

/** How much more a leaky bucket takes in although it has to wait for its turn. 0 for every other budget. */
export function queueRoom({ budget, remaining, debt, fullInMs }: BudgetState): number {
  const { maxDelayMs, refillPerSecond } = limitsOf(budget)
  if (maxDelayMs === 0) return 0
  const drainMs = ((budget.capacity - remaining + debt) * 1000) / refillPerSecond
  const queueMs = Math.max(0, fullInMs - drainMs)
  return Math.floor((Math.max(0, maxDelayMs - queueMs) * refillPerSecond) / 1000)
}
