import type { BudgetStore } from './budget-store.ts'

type PromptVerbs = Required<Pick<BudgetStore, 'takeNow' | 'settleNow'>>

/**
 * A store with verbs that answer at once. A copy of it, as `{ ...store, take }` is, does not have them: they would pass by
 * what somebody has put in the place of `take`.
 */
export function withPromptVerbs<Store extends BudgetStore>(store: Store, { takeNow, settleNow }: PromptVerbs): Store {
  return Object.defineProperties(store, { takeNow: { value: takeNow }, settleNow: { value: settleNow } })
}
