import type { BudgetState } from '../../budget/budget-store.ts'

/** Adds what one draft makes of the enforced budgets of a client. `least` is the one that it meets first. */
export type RateLimitFields = (
  headers: Map<string, string>,
  states: readonly BudgetState[],
  least: BudgetState | undefined,
) => void
