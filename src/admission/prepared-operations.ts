import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
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
  /** What the guard has parsed, until it is known to be valid. */
  readonly parsed?: DocumentNode | undefined
  /** How long it is without what makes a source long and no document large. */
  readonly denseLength?: number
  /** Once it has been found valid. */
  readonly document: DocumentNode | undefined
  /** By operation name; only names that the document has. */
  readonly operations: Map<string | undefined, PreparedOperation | Refusal>
}

export function createPreparedOperations(options: PreparedOperationsOptions): PreparedOperations {
  const documents = new LRUCache<string, KnownDocument>({
    maxSize: options.maxBytes ?? 128 * 1024 * 1024,
    sizeCalculation: bytesOf,
    dispose({ document }, source, reason) {
      if (reason !== 'set' && document !== undefined) sourceOf.delete(sha256Of(source))
    },
  })
  const mistakes = new LRUCache<string, readonly GraphQLError[]>({
    maxSize: MAX_MISTAKES_BYTES,
    sizeCalculation: (errors, source) => 2 * source.length + errors.length * BYTES.error,
  })
  /** Of valid documents, by hash. */
  const sourceOf = new Map<string, string>()

  /** An operation is asked about several times in a row, and the next one is often the same. */
  let latest: { readonly source: string; readonly document: KnownDocument } | undefined

  function find(source: string): KnownDocument | undefined {
    if (latest?.source === source) return latest.document
    const document = documents.get(source)
    latest = document && { source, document }
    return document
  }

  function keep(source: string, document: KnownDocument): void {
    latest = undefined
    documents.set(source, document)
  }

  /** Kept only once it is worth it: whoever sends ever new garbage is not to drive out what others use. */
  function known(source: string): KnownDocument {
    const kept = find(source)
    if (kept !== undefined) return kept
    const document = { ...inspect(source, options.limits), document: undefined, operations: new Map() }
    latest = { source, document }
    return document
  }

  return {
    inspect(source) {
      const document = known(source)
      if (document.verdict !== undefined) keep(source, document)
      return document.verdict
    },
    validate(source) {
      const knownDocument = find(source)
      const kept = knownDocument?.document ?? mistakes.get(source)
      if (kept !== undefined) return kept
      const introspection = options.introspection ?? true
      const validated = validateSource(options.schema, source, introspection, knownDocument?.parsed)
      if ('kind' in validated) {
        const operations = knownDocument?.operations ?? new Map()
        keep(source, { verdict: undefined, operations, document: validated, denseLength: denseLength(source) })
        sourceOf.set(sha256Of(source), source)
      } else mistakes.set(source, validated)
      return validated
    },
    validDocument(hash) {
      const source = sourceOf.get(hash)
      return source === undefined ? undefined : documents.get(source)?.document
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
      keep(source, { ...knownDocument, parsed: undefined })
      return prepared
    },
  }
}

/** Measured with documents of several kinds, their plans explained once, and rounded up. */
const BYTES = { document: 10_000, character: 100, planField: 2_200, error: 2_000 } as const

/** For the errors of those that are invalid: a client that has one wrong sends it again. */
const MAX_MISTAKES_BYTES = 4 * 1024 * 1024

function bytesOf({ operations, document, denseLength: dense }: KnownDocument, source: string): number {
  if (operations.size === 0 && document === undefined) return BYTES.document + 2 * source.length
  let fields = 0
  for (const prepared of operations.values()) if ('plan' in prepared) fields += prepared.plan.size
  return (
    BYTES.document + 2 * source.length + (dense ?? denseLength(source)) * BYTES.character + fields * BYTES.planField
  )
}

/** Without what makes a source long and no document large: comments, blanks, long texts and names. */
function denseLength(source: string): number {
  return source.replaceAll(/#[^\n\r]*|"[^"\n\r]*"|[\s,]+/g, ' ').replaceAll(/\w{20,}/g, 'a'.repeat(20)).length
}

function inspect(source: string, limits: GuardLimits): Pick<KnownDocument, 'verdict' | 'parsed'> {
  let parsed: DocumentNode | undefined
  const inspection = inspectSource(source, limits, (text) => {
    parsed = parse(text)
    return parsed
  })
  // A syntax error is left to the server's parser, which says where it is.
  if (inspection.kind !== 'violation') return { verdict: undefined, parsed }
  return { verdict: refusal(inspection.violation.code, inspection.violation) }
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
