import { restorePerSecond } from '../../budget/budget-state.ts'
import type { CostRow } from '../../cost/evaluate/explain.ts'
import { type OperationReport, type ReportMode, tightest } from './operation-report.ts'

/** `extensions.cost`: for clients that asked with `GraphQL-Cost: report`, `explain` or `validate`. */
export interface CostExtension {
  readonly requestedQueryCost: number
  /** Null where the operation was not executed. */
  readonly actualQueryCost: number | null
  readonly fieldCost: number
  readonly typeCost: number
  readonly throttleStatus?: {
    readonly maximumAvailable: number
    readonly currentlyAvailable: number
    /** Cost per second, on average. */
    readonly restoreRate: number
  }
  readonly rows?: readonly CostRow[]
}

export function costExtension(report: OperationReport, mode: ReportMode): CostExtension | undefined {
  if (mode === 'headers' || report.estimate === undefined) return undefined
  const { cost, fieldCost, typeCost } = report.estimate
  const least = tightest(report.states)
  return {
    requestedQueryCost: cost,
    actualQueryCost: report.actualCost ?? null,
    fieldCost,
    typeCost,
    ...(least !== undefined && {
      throttleStatus: {
        maximumAvailable: least.budget.capacity,
        currentlyAvailable: least.remaining,
        restoreRate: restorePerSecond(least.budget),
      },
    }),
    ...(report.rows !== undefined && { rows: report.rows }),
  }
}
