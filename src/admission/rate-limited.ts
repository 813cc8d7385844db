import type { Denial, TakeResult } from '../budget/budget-store.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import type { Affordable } from './affordable.ts'

type Denied = Extract<TakeResult, { admitted: false }>

/**
 * The refusal for a take that was denied: of several budgets without room, the one with the longest wait. `affordableAt`
 * says with what the operation would come down to a cost.
 */
export function rateLimited(result: Denied, affordableAt?: (maxCost: number) => Affordable | undefined): Refusal {
  if (result.reason === 'store-unavailable') {
    return refusal('BUDGET_STORE_UNAVAILABLE', { budget: result.budget.name })
  }
  // A cancel can only come before its take where somebody else knows the reservation's id.
  if (result.reason === 'cancelled') throw new Error('A take was cancelled before it was made')
  const [first, ...others] = result.denials
  if (first === undefined) throw new Error('A take was denied without a budget that denied it')
  const longest = others.reduce((a, b) => (wait(b) > wait(a) ? b : a), first)
  const maxAffordableCost = Math.min(
    ...result.states
      .filter(({ budget }) => budget.mode === 'enforce' && budget.meter === longest.budget.meter)
      .map(({ remaining }) => remaining),
  )
  return refusal('RATE_LIMITED', {
    budget: longest.budget.name,
    level: longest.budget.level,
    meter: longest.budget.meter,
    cost: longest.amount,
    capacity: longest.budget.capacity,
    remaining: longest.remaining,
    retryAfterMs: longest.retryAfterMs === 'never' ? null : longest.retryAfterMs,
    maxAffordableCost,
    affordable: longest.budget.meter === 'cost' ? affordableAt?.(maxAffordableCost) : undefined,
  })
}

function wait({ retryAfterMs }: Denial): number {
  return retryAfterMs === 'never' ? Number.POSITIVE_INFINITY : retryAfterMs
}
