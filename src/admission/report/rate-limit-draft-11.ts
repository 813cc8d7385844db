import { windowSeconds } from '../../budget/budget-state.ts'
import type { BudgetState } from '../../budget/budget-store.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

/**
 * draft-ietf-httpapi-ratelimit-headers-11: `q` the capacity, `w` the seconds in which it comes back, `r` what remains (0
 * in debt), `t` the seconds until it is full. A number of operations at once has neither `w` nor `t`.
 */
export const draft11Fields: RateLimitFields = (states) => ({
  'ratelimit-policy': states.map(policyItem).join(', '),
  ratelimit: states.map(limitItem).join(', '),
})

/** A string of a structured field (RFC 9651). Names are checked where they are configured, so nothing needs escaping. */
export function quoted(text: string): string {
  return `"${text}"`
}

function policyItem({ budget }: BudgetState): string {
  const seconds = windowSeconds(budget)
  const window = seconds === undefined ? '' : `;w=${Math.max(1, Math.round(seconds))}`
  return `${quoted(budget.name)};q=${budget.capacity}${window};bw-unit=${quoted(budget.meter)}`
}

function limitItem({ budget, remaining, fullInMs }: BudgetState): string {
  const reset = budget.meter === 'concurrency' ? '' : `;t=${Math.ceil(fullInMs / 1000)}`
  return `${quoted(budget.name)};r=${remaining}${reset}`
}
