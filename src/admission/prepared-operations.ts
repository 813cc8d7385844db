import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { CostModel, CostPlan } from '../cost/cost-model.ts'
import { CostPlanError } from '../cost/cost-plan-error.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import type { GuardLimits } from '../guard/guard-limits.ts'
import { inspectDepth } from '../guard/inspect-depth.ts'
import { inspectSource } from '../guard/inspect-source.ts'
import { sha256Of } from './documents/sha256-of.ts'
import { validateSource } from './validate-source.ts'

/** A valid operation with its price list, ready for any set of variables. */
export interface PreparedOperation {
  readonly operation: OperationDefinitionNode
  /** Those of its document, by name. */
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly plan: CostPlan
}

export interface PreparedOperationsOptions {
  readonly schema: GraphQLSchema
  readonly model: CostModel
  readonly limits: GuardLimits
  /**
   * Whether documents may ask for the schema, and are told what they might have meant.
   * @default true
   */
  readonly introspection?: boolean
  /**
   * About how much memory verdicts and plans may take. The least recently used go first.
   * @default 134217728
   */
  readonly maxBytes?: number
}

/** What depends on the document alone, computed once for each distinct document and kept in a bounded cache. */
export interface PreparedOperations {
  /** Before parsing and validation: what the guard says of this source; undefined when it may pass. */
  inspect(source: string): Refusal | undefined
  /** What standard validation says of a source that has passed: the document, or the errors in it. */
  validate(source: string): DocumentNode | readonly GraphQLError[]
  /** A document that has been found valid, by the SHA-256 hash of its text. */
  validDocument(sha256: string): DocumentNode | undefined
  /** After validation: the plan of one operation, or why it is refused. */
  prepare(source: string, document: DocumentNode, operationName: string | undefined): PreparedOperation | Refusal
}

interface KnownDocument {
  readonly verdict: Refusal | undefined
  readonly validated: DocumentNode | readonly GraphQLError[] | undefined
  /** By operation name; only names that the document has. */
  readonly operations: Map<string | undefined, PreparedOperation | Refusal>
}

export function createPreparedOperations(options: PreparedOperationsOptions): PreparedOperations {
  const documents = new LRUCache<string, KnownDocument>({
    maxSize: options.maxBytes ?? 128 * 1024 * 1024,
    sizeCalculation: bytesOf,
    dispose({ validated }, source, reason) {
      if (reason !== 'set' && isDocument(validated)) sourceOf.delete(sha256Of(source))
    },
  })
  /** Of valid documents, by hash. */
  const sourceOf = new Map<string, string>()

  function known(source: string): KnownDocument {
    const document = documents.get(source)
    if (document !== undefined) return document
    const verdict = inspect(source, options.limits)
    const inspected = { verdict, validated: undefined, operations: new Map() }
    documents.set(source, inspected)
    return inspected
  }

  return {
    inspect: (source) => known(source).verdict,
    validate(source) {
      const document = known(source)
      if (document.validated !== undefined) return document.validated
      const validated = validateSource(options.schema, source, options.introspection ?? true)
      documents.set(source, { ...document, validated })
      if (isDocument(validated)) sourceOf.set(sha256Of(source), source)
      return validated
    },
    validDocument(hash) {
      const source = sourceOf.get(hash)
      const validated = source === undefined ? undefined : documents.get(source)?.validated
      return isDocument(validated) ? validated : undefined
    },
    prepare(source, document, operationName) {
      const knownDocument = known(source)
      const { operations, verdict } = knownDocument
      // Documents that came by another way than `inspect`, such as by their hash, meet the guard here.
      if (verdict !== undefined) return verdict
      const kept = operations.get(operationName)
      if (kept !== undefined) return kept
      const operation = findOperation(document, operationName)
      if ('code' in operation) return operation
      const prepared = plan(options, document, operation)
      operations.set(operationName, prepared)
      // Weighed anew, with its plan. The cache weighs nothing twice that is the same object.
      documents.set(source, { ...knownDocument })
      return prepared
    },
  }
}

function isDocument(validated: KnownDocument['validated']): validated is DocumentNode {
  return validated !== undefined && 'kind' in validated
}

/** Measured with documents of several kinds, their plans explained once, and rounded up. */
const BYTES = { document: 10_000, character: 100, planField: 2_200 } as const

function bytesOf({ operations, validated }: KnownDocument, source: string): number {
  if (operations.size === 0 && !isDocument(validated)) return BYTES.document + 2 * source.length
  let fields = 0
  for (const prepared of operations.values()) if ('plan' in prepared) fields += prepared.plan.size
  return BYTES.document + 2 * source.length + denseLength(source) * BYTES.character + fields * BYTES.planField
}

/** Without what makes a source long and no document large: comments, blanks, long texts and names. */
function denseLength(source: string): number {
  return source.replaceAll(/#[^\n\r]*|"[^"\n\r]*"|[\s,]+/g, ' ').replaceAll(/\w{20,}/g, 'a'.repeat(20)).length
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
    return { operation, fragments: fragmentsOf(document), plan: model.plan(document, operation.name?.value) }
  } catch (error) {
    if (error instanceof CostPlanError) return refusal('OPERATION_TOO_COMPLEX_TO_PRICE', { reason: error.message })
    throw error
  }
}

function fragmentsOf({ definitions }: DocumentNode): PreparedOperation['fragments'] {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
  return new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode | Refusal {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [only, ...others] = operations
  const found =
    name === undefined ? (others.length === 0 ? only : undefined) : operations.find((o) => o.name?.value === name)
  const available = operations.flatMap((operation) => operation.name?.value ?? [])
  return found ?? refusal('OPERATION_RESOLUTION_FAILURE', { operationName: name, available })
}
