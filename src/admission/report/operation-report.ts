import type { BudgetState } from '../../budget/budget-store.ts'
import type { CostRow } from '../../cost/evaluate/explain.ts'
import type { Cost } from '../../cost/evaluate/totals.ts'
import { amount } from '../charges.ts'

/** What a client asks to be told, with the request header `GraphQL-Cost`. Headers are always sent. */
export type ReportMode = 'headers' | 'report' | 'explain' | 'validate'

/** What there is to say about one operation, at whatever point its journey ended. */
export interface OperationReport {
  /** Absent where the operation could not be priced. */
  readonly estimate?: Cost
  /** What it cost in the end: 0 where it was refused. Absent while it runs, and where it was only validated. */
  readonly actualCost?: number
  /** Rows of the estimate, where they were asked for. */
  readonly rows?: readonly CostRow[]
  /** The budgets as they stand with this operation charged. */
  readonly states: readonly BudgetState[]
}

/** The report once the actual cost is known: budgets as they will stand after settling. */
export function settled(report: OperationReport, actualCost: number): OperationReport {
  const charged = { cost: report.estimate?.cost ?? 0, requests: 1 }
  const used = { cost: actualCost, requests: 1 }
  const states = report.states.map((state) =>
    afterRefund(state, amount(state.budget, charged) - amount(state.budget, used)),
  )
  return { ...report, actualCost, states }
}

function afterRefund(state: BudgetState, refund: number): BudgetState {
  const { capacity, refillPerSecond } = state.budget
  const level = Math.min(capacity, state.remaining - state.debt + refund)
  return {
    ...state,
    remaining: Math.max(0, level),
    debt: Math.max(0, -level),
    fullInMs: Math.max(0, state.fullInMs - (refund / refillPerSecond) * 1000),
  }
}

/** The cost budget with the least left: the one a client meets first. A shadow budget only where none is enforced. */
export function tightest(states: readonly BudgetState[]): BudgetState | undefined {
  let least: BudgetState | undefined
  for (const state of states) {
    if (state.budget.meter === 'cost' && (least === undefined || isTighter(state, least))) least = state
  }
  return least
}

function isTighter(a: BudgetState, b: BudgetState): boolean {
  if (a.budget.mode !== b.budget.mode) return a.budget.mode === 'enforce'
  return a.remaining - a.debt < b.remaining - b.debt
}
