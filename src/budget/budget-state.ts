import type { Budget } from './budget.ts'
import type { BudgetState } from './budget-store.ts'
import { limitsOf, refillOf } from './limits.ts'

/** What comes back each second on average, in units of the meter. 0 for a semaphore, which time does not refill. */
export function restorePerSecond(budget: Budget): number {
  const { refillPerSecond } = limitsOf(budget)
  const seconds = windowSeconds(budget)
  return refillPerSecond || (seconds === undefined ? 0 : budget.capacity / seconds)
}

/**
 * The seconds in which a budget allows its capacity: a window's length, the time to refill a bucket. A month has 30 days
 * here. Undefined for a semaphore.
 */
export function windowSeconds(budget: Budget): number | undefined {
  const { refillPerSecond, windowMs, windowMonths } = limitsOf(budget)
  if (refillPerSecond > 0) return budget.capacity / refillPerSecond
  return windowMs / 1000 + windowMonths * 30 * 86_400 || undefined
}

/** Whether so much is used that the client is to be warned. */
export function isOverSoftThreshold({ budget, remaining, debt }: BudgetState): boolean {
  if (budget.softThreshold === undefined) return false
  return budget.capacity - remaining + debt >= budget.softThreshold * budget.capacity
}

/**
 * The state once an amount has come back (or, below 0, has been charged on top) at once after it was charged.
 *
 * @param agoMs how long ago the state was told: it is full so much sooner. Nothing is refilled for that time
 */
export function refunded(state: BudgetState, amount: number, agoMs = 0): BudgetState {
  const { budget } = state
  const level = Math.min(budget.capacity, state.remaining - state.debt + amount)
  return {
    budget,
    remaining: Math.max(0, level),
    debt: Math.max(0, -level),
    fullInMs: level === budget.capacity ? 0 : Math.max(0, state.fullInMs - sooner(budget, amount) - agoMs),
  }
}

/** The state some time after it was told, if nothing else has happened. Of windows, no less is used until they end. */
export function later(state: BudgetState, ms: number): BudgetState {
  const { algorithm, capacity } = state.budget
  const { refillPerSecond } = limitsOf(state.budget)
  // A leaky bucket is told as it is when the last one has its turn.
  const drained = algorithm === 'token-bucket' ? Math.floor((ms * refillPerSecond) / 1000) : 0
  const fullInMs = Math.max(0, state.fullInMs - ms)
  const level = fullInMs === 0 ? capacity : Math.min(capacity, state.remaining - state.debt + drained)
  return { budget: state.budget, remaining: Math.max(0, level), debt: Math.max(0, -level), fullInMs }
}

/** How much earlier a bucket is full without an amount. Windows end when they end. */
function sooner(budget: Budget, amount: number): number {
  const refillPerSecond = refillOf(budget)
  return refillPerSecond > 0 ? (amount / refillPerSecond) * 1000 : 0
}
