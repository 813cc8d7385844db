import { refunded } from '../../budget/budget-state.ts'
import type { BudgetState, Charge } from '../../budget/budget-store.ts'
import type { CostRow } from '../../cost/evaluate/explain.ts'
import type { Cost } from '../../cost/evaluate/totals.ts'
import { settledAmount, type Used } from '../charging/charges.ts'

/** What a client asks to be told, with the request header `GraphQL-Cost`. Headers are always sent. */
export type ReportMode = 'headers' | 'report' | 'explain' | 'validate'

/** What there is to say about one operation, at whatever point its journey ended. */
export interface OperationReport {
  /** Absent where the operation could not be priced. */
  readonly estimate?: Cost | undefined
  /** What it cost in the end: 0 where it was refused. Absent while it runs, and where it was only validated. */
  readonly actualCost?: number | undefined
  /** Rows of the estimate, where they were asked for. */
  readonly rows?: readonly CostRow[] | undefined
  /** The budgets as they stand with this operation charged. */
  readonly states: readonly BudgetState[]
}

/** The report once it is known what was used: budgets as they will stand after settling. `charges` are those of the take. */
export function settled(report: OperationReport, charges: readonly Charge[], used: Used): OperationReport {
  const states = report.states.map((state, index) => {
    const charge = charges[index]
    const unused = charge === undefined ? 0 : charge.amount - settledAmount(charge, used)
    return unused === 0 ? state : refunded(state, unused)
  })
  return { estimate: report.estimate, actualCost: used.cost, rows: report.rows, states }
}

/**
 * The enforced cost budget with the least left: the one a client meets first. What all clients share is nobody's to be
 * told: it would tell of the others.
 */
export function tightest(states: readonly BudgetState[]): BudgetState | undefined {
  let least: BudgetState | undefined
  for (const state of states) {
    const { meter, level, mode } = state.budget
    if (meter !== 'cost' || mode === 'shadow' || level === 'global') continue
    if (least === undefined || state.remaining - state.debt < least.remaining - least.debt) least = state
  }
  return least
}
