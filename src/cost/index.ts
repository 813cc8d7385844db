// The public entry `tollgate/cost`. Nothing inside src/ imports it.
export type { Variables } from './compile/expression.ts'
export { type CostModel, type CostPlan, createCostModel } from './cost-model.ts'
export type { CostOptions, CostSettings } from './cost-options.ts'
export { CostPlanError, type CostPlanErrorReason } from './cost-plan-error.ts'
export type { CostExplanation, CostRow, Totals } from './evaluate/explain.ts'
export type { Cost } from './evaluate/totals.ts'
export type { SlicingViolation } from './evaluate/violations.ts'
export { CostSchemaError, type SchemaMistake } from './schema/cost-schema-error.ts'
