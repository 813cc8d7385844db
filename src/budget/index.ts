// The public entry of this room, for whoever takes it alone. Nothing inside src/ imports it.
export type { AlgorithmName, Budget, FailurePolicy, Level, Meter, Mode, Window } from './budget.ts'
export { isOverSoftThreshold, refunded, restorePerSecond, windowSeconds } from './budget-state.ts'
export type {
  BudgetState,
  BudgetStore,
  Charge,
  Denial,
  Reservation,
  TakeRequest,
  TakeResult,
} from './budget-store.ts'
export { type BudgetDefinition, defineBudget } from './define-budget.ts'
export { createDenialMemory, type DenialMemory, type DenialMemoryOptions } from './denial-memory.ts'
export {
  createLeasingBudgetStore,
  type LeasingBudgetStore,
  type LeasingBudgetStoreOptions,
  type LeasingCounts,
} from './leasing/leasing-budget-store.ts'
export { createMemoryBudgetStore, type MemoryBudgetStoreOptions } from './memory/memory-budget-store.ts'
export {
  createResilientBudgetStore,
  type FailureCounts,
  type ResilientBudgetStore,
  type ResilientBudgetStoreOptions,
  type StoreState,
} from './resilient-budget-store.ts'
