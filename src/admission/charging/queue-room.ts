import type { Budget } from '../../budget/budget.ts'
import { limitsOf } from '../../budget/limits.ts'

/** How much may wait its turn in a leaky bucket, beyond its capacity. 0 for every other budget. */
export function queueRoom(budget: Budget): number {
  const { maxDelayMs, refillPerSecond } = limitsOf(budget)
  return Math.floor((maxDelayMs * refillPerSecond) / 1000)
}
