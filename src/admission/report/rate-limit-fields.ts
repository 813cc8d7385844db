import type { BudgetState } from '../../budget/budget-store.ts'

/** What one draft makes of the enforced budgets of a client. `least` is the one that it meets first. */
export type RateLimitFields = (
  states: readonly BudgetState[],
  least: BudgetState | undefined,
) => Readonly<Record<string, string>>
