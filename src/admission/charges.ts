import type { Client } from '../accounts/client.ts'
import type { Budget } from '../budget/budget.ts'
import type { Charge } from '../budget/budget-store.ts'

/** What one operation is charged on each meter. */
export interface Amounts {
  readonly cost: number
  readonly requests: number
}

/** One charge for each of a tier's budgets, in their order. */
export function charges(budgets: readonly Budget[], client: Client, amounts: Amounts): readonly Charge[] {
  return budgets.map((budget) => ({ budget, subject: subject(budget, client), amount: amount(budget, amounts) }))
}

/** What a budget's meter counts of these amounts. */
export function amount(budget: Budget, amounts: Amounts): number {
  switch (budget.meter) {
    case 'cost':
      return amounts.cost
    case 'requests':
      return amounts.requests
    default:
      throw new Error(`The budget ${budget.name} has the meter ${budget.meter}, which admission does not count`)
  }
}

function subject(budget: Budget, client: Client): string {
  switch (budget.level) {
    case 'client':
      return client.id
    case 'tenant':
      return client.tenant
    default:
      throw new Error(`The budget ${budget.name} has the level ${budget.level}, which a tier cannot hold`)
  }
}
