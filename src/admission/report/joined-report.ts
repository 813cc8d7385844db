import type { Cost } from '../../cost/evaluate/totals.ts'
import type { OperationReport } from './operation-report.ts'

/**
 * What there is to say of operations that came in one request: their costs added, and the budgets as they stand once the
 * last of them has ended. The reports are in the order of that.
 */
export function joinedReport(reports: readonly OperationReport[]): OperationReport {
  const estimates = reports.flatMap(({ estimate }) => estimate ?? [])
  const ended = reports.every(({ actualCost }) => actualCost !== undefined)
  return {
    ...(estimates.length > 0 && { estimate: estimates.reduce(plus) }),
    ...(ended && { actualCost: reports.reduce((sum, { actualCost = 0 }) => sum + actualCost, 0) }),
    states: (reports.findLast(({ estimate }) => estimate !== undefined) ?? reports.at(-1))?.states ?? [],
  }
}

function plus(a: Cost, b: Cost): Cost {
  return {
    fieldCost: sum(a.fieldCost, b.fieldCost),
    typeCost: sum(a.typeCost, b.typeCost),
    cost: sum(a.cost, b.cost),
    unbounded: a.unbounded || b.unbounded,
  }
}

function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER)
}
