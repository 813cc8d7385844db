import type { Budget } from '../../budget/budget.ts'
import { windowSeconds } from '../../budget/budget-state.ts'
import type { BudgetState } from '../../budget/budget-store.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

/**
 * draft-ietf-httpapi-ratelimit-headers-11: `q` the capacity, `w` the seconds in which it comes back, `r` what remains (0
 * in debt), `t` the seconds until it is full. A number of operations at once has neither `w` nor `t`.
 */
export const draft11Fields: RateLimitFields = (headers, states) => {
  let limit = ''
  for (const state of states) limit += (limit === '' ? '' : ', ') + limitItem(state)
  headers.set('ratelimit-policy', policyOf(states))
  headers.set('ratelimit', limit)
}

/** A string of a structured field (RFC 9651). Names are checked where they are configured, so nothing needs escaping. */
export function quoted(text: string): string {
  return `"${text}"`
}

/** Written once for each set of budgets: every answer has it. */
const policies = new WeakMap<Budget, WrittenPolicy>()

interface WrittenPolicy {
  readonly budgets: readonly Budget[]
  readonly text: string
}

function policyOf(states: readonly BudgetState[]): string {
  const first = states[0]?.budget
  const known = first && policies.get(first)
  if (known !== undefined && isOf(known, states)) return known.text
  const budgets = states.map(({ budget }) => budget)
  const text = budgets.map(policyItem).join(', ')
  if (first !== undefined) policies.set(first, { budgets, text })
  return text
}

function isOf({ budgets }: WrittenPolicy, states: readonly BudgetState[]): boolean {
  return budgets.length === states.length && budgets.every((budget, index) => states[index]?.budget === budget)
}

function policyItem(budget: Budget): string {
  const seconds = windowSeconds(budget)
  const window = seconds === undefined ? '' : `;w=${Math.max(1, Math.round(seconds))}`
  return `${quoted(budget.name)};q=${budget.capacity}${window};bw-unit=${quoted(budget.meter)}`
}

function limitItem({ budget, remaining, fullInMs }: BudgetState): string {
  const reset = budget.meter === 'concurrency' ? '' : `;t=${Math.ceil(fullInMs / 1000)}`
  return `${quoted(budget.name)};r=${remaining}${reset}`
}
