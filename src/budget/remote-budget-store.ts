import type { Budget } from './budget.ts'
import type { BudgetStore, Charge, TakeResult } from './budget-store.ts'
import { knownBudget } from './known-budget.ts'

/**
 * A store that another process keeps: its verbs are called there, and what they take and answer crosses as a structured
 * clone. Budgets in answers are those of the request again.
 */
export function createRemoteBudgetStore(verbs: Pick<BudgetStore, 'take' | 'settle' | 'cancel'>): BudgetStore {
  return {
    async take(request) {
      return withOwnBudgets(await verbs.take(request), request.charges)
    },
    settle: (reservation, actual) => verbs.settle(reservation, actual),
    cancel: (reservation) => verbs.cancel(reservation),
    close: async () => undefined,
  }
}

function withOwnBudgets(result: TakeResult, charges: readonly Charge[]): TakeResult {
  const own = ({ budget: cloned }: { readonly budget: Budget }): { readonly budget: Budget } => {
    const { scope } = knownBudget(cloned)
    return { budget: charges.find(({ budget }) => knownBudget(budget).scope === scope)?.budget ?? cloned }
  }
  if (result.admitted) {
    const states = result.states.map((state) => ({ ...state, ...own(state) }))
    return { ...result, states, reservation: { ...result.reservation, charges } }
  }
  if (result.reason === 'cancelled') return result
  if (result.reason === 'store-unavailable') return { ...result, ...own(result) }
  return {
    ...result,
    states: result.states.map((state) => ({ ...state, ...own(state) })),
    denials: result.denials.map((denial) => ({ ...denial, ...own(denial) })),
  }
}
