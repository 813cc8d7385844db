import { windowSeconds } from '../../budget/budget-state.ts'
import type { BudgetState } from '../../budget/budget-store.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

/** draft-ietf-httpapi-ratelimit-headers-06: what draft 07 tells, with a header for each number. */
export const draft06Fields: RateLimitFields = (headers, states, least) => {
  if (least === undefined) return
  headers.set('ratelimit-policy', policies(states, least))
  headers.set('ratelimit-limit', String(least.budget.capacity))
  headers.set('ratelimit-remaining', String(least.remaining))
  headers.set('ratelimit-reset', String(Math.ceil(least.fullInMs / 1000)))
}

/**
 * The policies of budgets that have a window. They are told apart by their quota alone, which is why no two may have the
 * same one: of those that do, the one that is met first is named, else the first.
 */
export function policies(states: readonly BudgetState[], least: BudgetState): string {
  const byQuota = new Map<number, number>()
  for (const { budget } of states) {
    const seconds = windowSeconds(budget)
    if (seconds === undefined || (byQuota.has(budget.capacity) && budget !== least.budget)) continue
    byQuota.set(budget.capacity, Math.max(1, Math.round(seconds)))
  }
  return [...byQuota].map(([quota, seconds]) => `${quota};w=${seconds}`).join(', ')
}
