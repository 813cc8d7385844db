import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { CostModel, CostPlan } from '../cost/cost-model.ts'
import { CostPlanError } from '../cost/cost-plan-error.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import type { GuardLimits } from '../guard/guard-limits.ts'
import { inspectDepth } from '../guard/inspect-depth.ts'
import { inspectSource } from '../guard/inspect-source.ts'

/** A valid operation with its price list, ready for any set of variables. */
export interface PreparedOperation {
  readonly operation: OperationDefinitionNode
  readonly plan: CostPlan
}

export interface PreparedOperationsOptions {
  readonly schema: GraphQLSchema
  readonly model: CostModel
  readonly limits: GuardLimits
  /** Documents whose verdicts and plans are kept. The least recently used go first. @default 2000 */
  readonly maxDocuments?: number
  /** All kept documents together, in characters of source. @default 8000000 */
  readonly maxCharacters?: number
}

/** What depends on the document alone, computed once for each distinct document and kept in a bounded cache. */
export interface PreparedOperations {
  /** Before parsing and validation: what the guard says of this source; undefined when it may pass. */
  inspect(source: string): Refusal | undefined
  /** After validation: the plan of one operation, or why it is refused. */
  prepare(source: string, document: DocumentNode, operationName: string | undefined): PreparedOperation | Refusal
}

interface KnownDocument {
  readonly verdict: Refusal | undefined
  /** By operation name; only names that the document has. */
  readonly operations: Map<string | undefined, PreparedOperation | Refusal>
}

export function createPreparedOperations(options: PreparedOperationsOptions): PreparedOperations {
  const documents = new LRUCache<string, KnownDocument>({
    max: options.maxDocuments ?? 2_000,
    maxSize: options.maxCharacters ?? 8_000_000,
    sizeCalculation: (_, source) => source.length + 1,
  })

  function known(source: string): KnownDocument {
    const document = documents.get(source)
    if (document !== undefined) return document
    const inspected = { verdict: inspect(source, options.limits), operations: new Map() }
    documents.set(source, inspected)
    return inspected
  }

  return {
    inspect: (source) => known(source).verdict,
    prepare(source, document, operationName) {
      const { operations, verdict } = known(source)
      // Documents that came by another way than `inspect`, such as by their hash, meet the guard here.
      if (verdict !== undefined) return verdict
      const kept = operations.get(operationName)
      if (kept !== undefined) return kept
      const operation = findOperation(document, operationName)
      if ('code' in operation) return operation
      const prepared = plan(options, document, operation)
      operations.set(operationName, prepared)
      return prepared
    },
  }
}

function inspect(source: string, limits: GuardLimits): Refusal | undefined {
  const inspection = inspectSource(source, limits)
  // A syntax error is left to the server's parser, which says where it is.
  return inspection.kind === 'violation' ? refusal(inspection.violation.code, inspection.violation) : undefined
}

function plan(
  { model, limits }: PreparedOperationsOptions,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): PreparedOperation | Refusal {
  const depth = inspectDepth(document, limits)
  if (depth.kind === 'violation') return refusal(depth.violation.code, depth.violation)
  try {
    return { operation, plan: model.plan(document, operation.name?.value) }
  } catch (error) {
    if (error instanceof CostPlanError) return refusal('OPERATION_TOO_COMPLEX_TO_PRICE', { reason: error.message })
    throw error
  }
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode | Refusal {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [only, ...others] = operations
  const found =
    name === undefined ? (others.length === 0 ? only : undefined) : operations.find((o) => o.name?.value === name)
  const available = operations.flatMap((operation) => operation.name?.value ?? [])
  return found ?? refusal('OPERATION_RESOLUTION_FAILURE', { operationName: name, available })
}
