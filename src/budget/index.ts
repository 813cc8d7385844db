// The public entry of this room, for whoever takes it alone. Nothing inside src/ imports it.
export type { Algorithm, Budget, FailurePolicy, Level, Meter, Mode } from './budget.ts'
export type {
  BudgetState,
  BudgetStore,
  Charge,
  Denial,
  Reservation,
  TakeRequest,
  TakeResult,
} from './budget-store.ts'
export { createMemoryBudgetStore, type MemoryBudgetStoreOptions } from './memory/memory-budget-store.ts'
export {
  createResilientBudgetStore,
  type FailureCounts,
  type ResilientBudgetStore,
  type ResilientBudgetStoreOptions,
  type StoreState,
} from './resilient-budget-store.ts'
