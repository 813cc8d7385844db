import { type DocumentNode, type GraphQLError, Kind } from 'graphql'
import depthLimit from 'graphql-depth-limit'
import type { GuardLimits } from './guard-limits.ts'
import { type Inspection, passed, violationOf } from './inspection.ts'

/**
 * graphql-depth-limit's verdict, for documents that `inspectSource` and standard validation have passed, and for no
 * others: it throws on unknown fragments, overflows on cycles, and visits a fragment once for every spread. It answers
 * for the document alone, whatever the variables, so once per distinct document is enough.
 */
export function inspectDepth(document: DocumentNode, limits: Pick<GuardLimits, 'maxDepth'>): Inspection {
  const errors: GraphQLError[] = []
  const rule: (context: DepthLimitContext) => unknown = depthLimit(limits.maxDepth)
  rule({ getDocument: () => numbered(document), reportError: (error) => errors.push(error) })
  // It stops where the limit is passed and does not say by how much.
  return errors.length === 0 ? passed : violationOf('maxDepth', limits.maxDepth + 1, limits.maxDepth)
}

/** The two methods of graphql-js's ValidationContext that the rule calls. */
interface DepthLimitContext {
  getDocument(): DocumentNode
  reportError(error: GraphQLError): void
}

/** The rule keeps operations in a plain object by name, where `query __proto__ { … }` would make it throw. */
function numbered(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition, index) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? { ...definition, name: { kind: Kind.NAME, value: `operation ${index}` } as const }
      : definition,
  )
  return { ...document, definitions }
}
