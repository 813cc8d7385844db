import type { DocumentNode, GraphQLSchema } from 'graphql'
import { compileOperation } from './compile/compile-operation.ts'
import type { Variables } from './compile/expression.ts'
import { type CostOptions, type CostSettings, costSettings } from './cost-options.ts'
import { createEstimator } from './evaluate/estimate.ts'
import { type CostExplanation, createExplain } from './evaluate/explain.ts'
import { createMeasure } from './evaluate/measure.ts'
import type { Cost } from './evaluate/totals.ts'
import { createViolations, type SlicingViolation } from './evaluate/violations.ts'
import { CostSchemaError } from './schema/cost-schema-error.ts'
import { createSchemaCosts } from './schema/schema-costs.ts'
import { findSchemaMistakes } from './schema/schema-mistakes.ts'

/** A schema with its weights: makes plans of operations. Create it once for each schema. */
export interface CostModel {
  readonly settings: CostSettings
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
  /** The upper bound, from the client's raw JSON variables. Touches no document. */
  estimate(variables?: Variables | null): Cost
  /** The estimate, with a row for each response path. */
  explain(variables?: Variables | null): CostExplanation
  /** The same numbers from the `data` of a response. Never above the estimate while lists keep to their sizes. */
  measure(data: unknown, variables?: Variables | null): Cost
  /** The fields whose `requireOneSlicingArgument` these variables do not meet. */
  violations(variables?: Variables | null): readonly SlicingViolation[]
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
  return {
    settings,
    plan(document, operationName) {
      const operation = compileOperation(costs, document, operationName ?? undefined)
      const estimator = createEstimator(settings, operation)
      const explain = createExplain(settings, operation, estimator)
      const measure = createMeasure(settings, operation)
      const violations = createViolations(operation)
      return {
        estimate: (variables) => estimator.estimate(variables ?? {}),
        explain: (variables) => explain(variables ?? {}),
        measure: (data, variables) => measure(data, variables ?? {}),
        violations: (variables) => violations(variables ?? {}),
      }
    },
  }
}
