import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { CostPlanError } from '../cost-plan-error.ts'
import type { SchemaCosts } from '../schema/schema-costs.ts'
import { type CompiledOperation, FREE_SELECTION } from './compiled-operation.ts'
import { Conjunctions } from './condition.ts'
import { refuseFragmentCycles } from './fragment-cycles.ts'
import type { CompileDetails } from './price-field.ts'
import { SelectionCompiler } from './selection-compiler.ts'
import type { OperationVariables } from './variables/operation-variables.ts'

/** An operation that was found in its document, with all that compiling it needs. */
export interface ChosenOperation {
  readonly costs: SchemaCosts
  readonly operation: OperationDefinitionNode
  readonly rootType: GraphQLObjectType
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

/**
 * Compiles an operation. The document may be unvalidated: unknown fields and fragments cost nothing, sizes past the
 * bounds throw a CostPlanError.
 */
export function compileOperation(
  { costs, operation, rootType, fragments }: ChosenOperation,
  variables: OperationVariables,
  details?: CompileDetails,
): CompiledOperation {
  const conjunctions = new Conjunctions()
  const compiler = new SelectionCompiler({ costs, fragments, variables, conjunctions, details })
  const sources = [{ selectionSet: operation.selectionSet, conditions: conjunctions.always }]
  const found = compiler.selection(rootType, sources, undefined, 0)
  const isFree = found === FREE_SELECTION
  const root = isFree ? { ...found, index: 0 } : found
  return {
    kind: operation.operation,
    rootTypeName: rootType.name,
    rootTypeWeight: costs.typeWeight(rootType),
    rootWeightSource: costs.typeWeightSource(rootType),
    root,
    selections: isFree ? [root] : compiler.selections,
    approximate: compiler.approximate,
  }
}

/** Finds an operation of a document. Throws a CostPlanError where it is not there, or a fragment spreads itself. */
export function chooseOperation(
  costs: SchemaCosts,
  document: DocumentNode,
  operationName: string | undefined,
): ChosenOperation {
  const operation = operationNamed(document, operationName)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  refuseFragmentCycles(fragments)
  const rootType = costs.schema.getRootType(operation.operation)
  if (rootType === undefined || rootType === null) {
    throw CostPlanError.operationNotFound(operationName, [`no ${operation.operation} type in the schema`])
  }
  return { costs, operation, rootType, fragments }
}

function operationNamed(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [first, ...others] = operations
  const chosen =
    name === undefined ? (others.length === 0 ? first : undefined) : operations.find((o) => o.name?.value === name)
  if (chosen === undefined) {
    throw CostPlanError.operationNotFound(
      name,
      operations.map((o) => o.name?.value ?? 'an anonymous operation'),
    )
  }
  return chosen
}
