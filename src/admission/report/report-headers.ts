import { isOverSoftThreshold } from '../../budget/budget-state.ts'
import type { BudgetState } from '../../budget/budget-store.ts'
import { type OperationReport, tightest } from './operation-report.ts'
import { draft06Fields } from './rate-limit-draft-06.ts'
import { draft07Fields } from './rate-limit-draft-07.ts'
import { draft11Fields, quoted } from './rate-limit-draft-11.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

export interface HeaderOptions {
  /** In the words of which draft of draft-ietf-httpapi-ratelimit-headers budgets are told. */
  readonly draft: 11 | 7 | 6
  /** What `X-RateLimit-Reset` counts: seconds since 1970, or seconds from now. */
  readonly resetFormat: 'epoch' | 'delta'
}

const drafts = { 11: draft11Fields, 7: draft07Fields, 6: draft06Fields } as const satisfies Record<
  HeaderOptions['draft'],
  RateLimitFields
>

/**
 * The response headers that tell a client what an operation cost and what is left: `GraphQL-Cost`, the fields of a draft,
 * `X-RateLimit-*` of the tightest budget, and `RateLimit-Warning` while a soft threshold is passed.
 *
 * @param headers to which they are added
 */
export function reportHeaders(
  report: OperationReport,
  nowMs: number,
  { draft, resetFormat }: HeaderOptions = { draft: 11, resetFormat: 'epoch' },
  headers = new Map<string, string>(),
): ReadonlyMap<string, string> {
  const cost = costHeader(report)
  if (cost !== undefined) headers.set('graphql-cost', cost)
  // What all clients share would tell each of them of the others.
  const states = report.states.every(isTold) ? report.states : report.states.filter(isTold)
  if (states.length === 0) return headers
  const least = meetsFirst(states)
  drafts[draft](headers, states, least)
  if (least !== undefined) {
    const fromMs = resetFormat === 'epoch' ? nowMs : 0
    headers.set('x-ratelimit-limit', String(least.budget.capacity))
    headers.set('x-ratelimit-remaining', String(least.remaining))
    headers.set('x-ratelimit-reset', String(Math.ceil((fromMs + least.fullInMs) / 1000)))
  }
  if (states.some(isOverSoftThreshold)) {
    headers.set('ratelimit-warning', states.filter(isOverSoftThreshold).map(warningItem).join(', '))
  }
  return headers
}

function isTold({ budget }: BudgetState): boolean {
  return budget.mode === 'enforce' && budget.level !== 'global'
}

/** A budget with nothing left stops the client, whatever it counts. One that time does not refill has no reset to tell. */
function meetsFirst(states: readonly BudgetState[]): BudgetState | undefined {
  const refilled = states.every(isRefilled) ? states : states.filter(isRefilled)
  return refilled.find(({ remaining }) => remaining === 0) ?? tightest(refilled) ?? refilled[0]
}

function isRefilled({ budget }: BudgetState): boolean {
  return budget.meter !== 'concurrency'
}

function costHeader({ estimate, actualCost }: OperationReport): string | undefined {
  if (estimate === undefined) return undefined
  const actual = actualCost === undefined ? '' : `, actual=${actualCost}`
  return `estimated=${estimate.cost}${actual}`
}

function warningItem({ budget, remaining }: BudgetState): string {
  // A structured field's decimal has three digits after its point at most.
  const at = Math.round((budget.softThreshold ?? 1) * 1000) / 1000
  return `${quoted(budget.name)};r=${remaining};at=${at}`
}
