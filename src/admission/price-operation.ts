import { type GraphQLSchema, getVariableValues } from 'graphql'
import { CostPlanError } from '../cost/cost-plan-error.ts'
import type { Cost } from '../cost/evaluate/totals.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import { nestsDeeper } from '../guard/nests-deeper.ts'
import { MAX_NESTING } from '../guard/scan-source.ts'
import { affordable } from './charging/affordable.ts'
import type { OperationRequest } from './operation-request.ts'
import { plainVariables } from './plain-variables.ts'
import type { PreparedOperation, PreparedOperations } from './prepared-operations.ts'
import type { OperationReport } from './report/operation-report.ts'
import type { Tier } from './tier.ts'

export interface PriceOptions {
  readonly schema: GraphQLSchema
  readonly operations: PreparedOperations
}

type Price = { readonly estimate: Cost } & Pick<OperationReport, 'rows'>

/** An operation that may run. */
export interface PricedOperation {
  readonly prepared: PreparedOperation
  /** The variables as resolvers get them. */
  readonly coerced: Readonly<Record<string, unknown>>
  readonly price: Price
}

export type Priced =
  | { readonly refusal: Refusal; readonly prepared?: undefined; readonly coerced?: undefined; readonly price?: Price }
  | ({ readonly refusal?: undefined } & PricedOperation)

/** Everything that can be said of an operation without the store: its price, or why it may not run. */
export function priceOperation(options: PriceOptions, request: OperationRequest, tier: Tier): Priced {
  try {
    return priced(options, request, tier)
  } catch (error) {
    if (error instanceof CostPlanError) {
      return { refusal: refusal('OPERATION_TOO_COMPLEX_TO_PRICE', { reason: error.message }) }
    }
    throw error
  }
}

function priced({ schema, operations }: PriceOptions, request: OperationRequest, { maxCost, name }: Tier): Priced {
  const { source, document, operationName, variables, mode } = request
  const prepared = operations.prepare(source, document, operationName)
  if ('code' in prepared) return { refusal: prepared }
  const { operation, plan } = prepared
  if (nestsDeeper(variables, MAX_NESTING)) return { refusal: VARIABLES_TOO_DEEP }
  const coerced = coercedVariables(schema, operation, variables)
  if ('code' in coerced) return { refusal: coerced }
  const [violation] = plan.violations(variables)
  if (violation !== undefined) return { refusal: refusal('SLICING_ARGUMENT_REQUIRED', violation) }
  const explanation = mode === 'explain' ? plan.explain(variables) : undefined
  const estimate = explanation ?? plan.estimate(variables)
  const price = { estimate, rows: explanation?.rows }
  if (estimate.unbounded || estimate.cost > maxCost) {
    const { cost, unbounded } = estimate
    const fits = unbounded ? undefined : affordable(plan, variables, maxCost)
    const facts = { estimated: cost, max: maxCost, tier: name, unbounded, affordable: fits }
    return { refusal: refusal('COST_ESTIMATED_TOO_EXPENSIVE', facts), price }
  }
  return { prepared, coerced: coerced.values, price }
}

// The rest of a request may be as deep as it likes: nobody looks into it.
const VARIABLES_TOO_DEEP = refusal('BAD_REQUEST', {
  reason: `The variables have lists or objects more than ${MAX_NESTING} deep. Send them less nested.`,
})

function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions: definitions = [] }: PreparedOperation['operation'],
  variables: Readonly<Record<string, unknown>>,
): { readonly values: PricedOperation['coerced'] } | Refusal {
  const plain = plainVariables(schema, definitions, variables)
  if (plain !== undefined) return { values: plain }
  const { errors, coerced } = getVariableValues(schema, definitions, variables, { maxErrors: 10 })
  if (errors === undefined) return { values: coerced }
  return refusal('BAD_USER_INPUT', { mistakes: errors.map((error) => error.message) })
}
