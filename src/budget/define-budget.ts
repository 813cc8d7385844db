import type { Budget } from './budget.ts'
import { checkBudget } from './check-budget.ts'

/** A budget in which may be left out what is mostly the same. */
export type BudgetDefinition = Budget extends infer Each ? (Each extends Budget ? Defaulted<Each> : never) : never

type Defaulted<Each extends Budget> = Omit<Each, DefaultOf<Each>> & Partial<Pick<Each, DefaultOf<Each>>>

/** A semaphore has no meter but its own. */
type DefaultOf<Each extends Budget> = Exclude<
  keyof typeof DEFAULTS,
  Each extends { readonly meter: 'concurrency' } ? 'meter' : never
>

const DEFAULTS = { level: 'client', meter: 'cost', mode: 'enforce', onStoreFailure: 'local' } as const

/**
 * Makes a budget: enforced, on the cost of each client, and served from this node's share where the store fails, unless
 * the definition says otherwise. Make each budget once: stores know it by its object.
 *
 * @throws RangeError for limits that make no sense, with the budget's name and what is allowed
 */
export function defineBudget(definition: BudgetDefinition): Budget {
  const budget = { ...DEFAULTS, ...definition }
  checkBudget(budget)
  return budget
}
