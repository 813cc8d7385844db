import type { BudgetState } from '../../budget/budget-store.ts'
import { type OperationReport, tightest } from './operation-report.ts'

/**
 * The response headers that tell a client what an operation cost and what is left.
 *
 * `RateLimit-Policy` and `RateLimit` are structured fields (RFC 9651) as in draft-ietf-httpapi-ratelimit-headers-11:
 * `q` the capacity, `w` the seconds to refill it, `r` what remains (0 in debt), `t` the seconds until it is full.
 * `X-RateLimit-*` repeat the tightest budget; reset is in epoch seconds.
 */
export function reportHeaders(report: OperationReport, nowMs: number): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const cost = costHeader(report)
  if (cost !== undefined) headers.set('graphql-cost', cost)
  const enforced = report.states.filter(({ budget }) => budget.mode === 'enforce')
  if (enforced.length > 0) {
    headers.set('ratelimit-policy', enforced.map(policyItem).join(', '))
    headers.set('ratelimit', enforced.map(limitItem).join(', '))
  }
  // A budget with nothing left stops the client, whatever it counts.
  const least = enforced.find(({ remaining }) => remaining === 0) ?? tightest(enforced)
  if (least !== undefined) {
    headers.set('x-ratelimit-limit', String(least.budget.capacity))
    headers.set('x-ratelimit-remaining', String(least.remaining))
    headers.set('x-ratelimit-reset', String(Math.ceil((nowMs + least.fullInMs) / 1000)))
  }
  return headers
}

function costHeader({ estimate, actualCost }: OperationReport): string | undefined {
  if (estimate === undefined) return undefined
  const actual = actualCost === undefined ? '' : `, actual=${actualCost}`
  return `estimated=${estimate.cost}${actual}`
}

function policyItem({ budget }: BudgetState): string {
  const windowSeconds = Math.max(1, Math.round(budget.capacity / budget.refillPerSecond))
  return `${quoted(budget.name)};q=${budget.capacity};w=${windowSeconds};bw-unit=${quoted(budget.meter)}`
}

function limitItem({ budget, remaining, fullInMs }: BudgetState): string {
  return `${quoted(budget.name)};r=${remaining};t=${Math.ceil(fullInMs / 1000)}`
}

// A structured-field string. Budget names are checked when the configuration is read, so nothing needs escaping.
function quoted(text: string): string {
  return `"${text}"`
}
