import type { DocumentNode, GraphQLSchema } from 'graphql'
import { chooseOperation, compileOperation } from './compile/compile-operation.ts'
import type { CompiledOperation } from './compile/compiled-operation.ts'
import type { Variables } from './compile/expression.ts'
import { ClientVariables } from './compile/variables/client-variables.ts'
import { type CostOptions, type CostSettings, costSettings } from './cost-options.ts'
import { type BoundLimits, bound } from './evaluate/bound.ts'
import { detailOperation } from './evaluate/detailed-operation.ts'
import { createEstimator } from './evaluate/estimate.ts'
import { type CostExplanation, createExplain } from './evaluate/explain.ts'
import { createLargest } from './evaluate/largest.ts'
import { createMeasure } from './evaluate/measure.ts'
import { createSizes, type ListSizes } from './evaluate/sizes.ts'
import { createSlices, type SlicingValue } from './evaluate/slices.ts'
import type { Cost } from './evaluate/totals.ts'
import { createViolations, type SlicingViolation } from './evaluate/violations.ts'
import { CostSchemaError } from './schema/cost-schema-error.ts'
import { createSchemaCosts } from './schema/schema-costs.ts'
import { findSchemaMistakes } from './schema/schema-mistakes.ts'
import type { SchemaWarning } from './schema/warnings/schema-warning.ts'
import { findSchemaWarnings } from './schema/warnings/schema-warnings.ts'

/** A schema with its weights: makes plans of operations. Create it once for each schema. */
export interface CostModel {
  readonly settings: CostSettings
  /** What is allowed in the schema's directives and most likely not meant: worked out when first asked for. */
  readonly warnings: readonly SchemaWarning[]
  /**
   * Compiles one operation of a document. Keep the plan: it is good for every set of variables.
   *
   * @param operationName needed only where the document has several operations
   * @throws CostPlanError where there is no such operation, or past the bounds of the engine
   */
  plan(document: DocumentNode, operationName?: string | null): CostPlan
}

/** One operation compiled against one schema. */
export interface CostPlan {
  /**
   * True where the operation has too many combinations of possible types to tell them apart: some are joined, and the
   * estimate may be above the exact one. Never below it.
   */
  readonly approximate: boolean
  /** How many fields it was compiled to: what a cache of plans should weigh it by. */
  readonly size: number
  /** The upper bound, from the client's raw JSON variables. Touches no document. */
  estimate(variables?: Variables | null): Cost
  /** The estimate, with a row for each response path and the specification's six counts. */
  explain(variables?: Variables | null): CostExplanation
  /** The same numbers from the `data` of a response. Never above the estimate while lists keep to their sizes. */
  measure(data: unknown, variables?: Variables | null): Cost
  /**
   * How many items the estimate counted for the list at each response path. While no list is longer, the response
   * measures at most the estimate.
   */
  sizes(variables?: Variables | null): ListSizes
  /** The fields whose `requireOneSlicingArgument` these variables do not meet. */
  violations(variables?: Variables | null): readonly SlicingViolation[]
  /** The numbers by which the client can make the operation cost less, the dearest first: at most 100 of them. */
  slices(variables?: Variables | null): readonly SlicingValue[]
  /**
   * The largest value of one slicing argument with which the estimated cost is at most `maxCost`, everything else being
   * as it is: `products.first` is the argument `first` of what answers as `products`. What is one in the operation
   * changes together: a variable wherever it is used, and a number in the document wherever its field is spread.
   *
   * @returns from 0 to 2 147 483 647, GraphQL's largest Int; undefined where even 0 costs too much, or where there is
   * no such number: the path is not selected, it is no slicing argument, or the argument is a list
   */
  largest(argumentPath: string, maxCost: number, variables?: Variables | null): number | undefined
  /**
   * What the operation costs at most, whatever the variables are: for manifests and CI. Compiles the operation anew.
   * Every `@skip` and `@include` on a variable is taken as it costs most.
   */
  bound(limits?: BoundLimits): Cost
}

/**
 * Reads the weights of a schema, as the IBM GraphQL Cost Directives specification defines them.
 *
 * @throws CostSchemaError that names every mistake in the schema's directives by coordinate
 * @throws RangeError for options that are no usable numbers
 */
export function createCostModel(schema: GraphQLSchema, options: CostOptions = {}): CostModel {
  const settings = costSettings(options)
  const mistakes = findSchemaMistakes(schema, settings.directives)
  if (mistakes.length > 0) throw new CostSchemaError(mistakes)
  const costs = createSchemaCosts(schema, settings)
  let warnings: readonly SchemaWarning[] | undefined
  return {
    settings,
    get warnings() {
      warnings ??= findSchemaWarnings(schema, settings)
      return warnings
    },
    plan(document, operationName) {
      const chosen = chooseOperation(costs, document, operationName ?? undefined)
      const clientVariables = new ClientVariables(schema, costs.inputs, chosen.operation)
      const operation = compileOperation(chosen, clientVariables)
      const estimator = createEstimator(settings, operation)
      const measure = createMeasure(settings, operation)
      const sizes = createSizes(operation)
      const violations = createViolations(operation)
      const detailed = detailOperation(settings, chosen, clientVariables)
      const explain = createExplain(detailed, estimator)
      const slices = createSlices(detailed)
      const largest = createLargest(detailed, estimator)
      return {
        approximate: operation.approximate,
        size: sizeOf(operation),
        estimate: (variables) => estimator.estimate(variables ?? {}),
        explain: (variables) => explain(variables ?? {}),
        measure: (data, variables) => measure(data, variables ?? {}),
        sizes: (variables) => sizes(variables ?? {}),
        violations: (variables) => violations(variables ?? {}),
        slices: (variables) => slices(variables ?? {}),
        largest: (argumentPath, maxCost, variables) => largest(argumentPath, maxCost, variables ?? {}),
        bound: (limits) => bound(chosen, clientVariables, limits ?? {}),
      }
    },
  }
}

function sizeOf({ selections }: CompiledOperation): number {
  let fields = 0
  for (const { alternatives } of selections) for (const alternative of alternatives) fields += alternative.fields.length
  return fields
}
