import type { OperationDefinitionNode } from 'graphql'
import { AskedSize } from '../compile/asked-size.ts'
import type { FieldGroup } from '../compile/collect-fields.ts'
import { type ChosenOperation, compileOperation } from '../compile/compile-operation.ts'
import type { CompiledField, CompiledOperation } from '../compile/compiled-operation.ts'
import type { ClientVariables } from '../compile/variables/client-variables.ts'
import type { CostSettings } from '../cost-options.ts'
import type { SchemaCosts } from '../schema/schema-costs.ts'
import { createEstimator, type Estimator } from './estimate.ts'

/** An operation with everything that explaining needs and estimating does without. */
export interface DetailedOperation {
  readonly settings: CostSettings
  readonly costs: SchemaCosts
  readonly definition: OperationDefinitionNode
  /** Free fields and all. */
  readonly operation: CompiledOperation
  readonly estimator: Estimator
  /** The fields as written that each compiled field was merged from. */
  readonly groups: ReadonlyMap<CompiledField, FieldGroup>
  readonly asked: AskedSize
  readonly variables: ClientVariables
}

/** Compiles the operation once more when it is first asked for, so that estimating never pays for it. */
export function detailOperation(
  settings: CostSettings,
  chosen: ChosenOperation,
  variables: ClientVariables,
): () => DetailedOperation {
  let detailed: DetailedOperation | undefined
  return () => {
    if (detailed === undefined) {
      const details = { groups: new Map<CompiledField, FieldGroup>(), asked: new AskedSize() }
      const operation = compileOperation(chosen, variables, details)
      const estimator = createEstimator(settings, operation)
      detailed = {
        settings,
        costs: chosen.costs,
        definition: chosen.operation,
        operation,
        estimator,
        variables,
        ...details,
      }
    }
    return detailed
  }
}
