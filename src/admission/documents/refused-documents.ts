import type { GraphQLSchema } from 'graphql'
import { type DocumentNode, Kind, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from 'graphql'
import type { PreparedOperations } from '../prepared-operations.ts'
import type { Manifest } from './manifest.ts'

export interface RefusedDocumentsOptions {
  readonly manifest: Manifest
  readonly schema: GraphQLSchema
  readonly operations: PreparedOperations
  /** Whether operations may read the schema. */
  readonly introspection: boolean
}

/** A document that is known, but would not run. */
export interface RefusedDocument {
  readonly id: string
  readonly reason: string
}

/**
 * The documents of a manifest that this server would refuse whoever sends them: those that do not fit its schema or its
 * guard's limits, or have an operation without a price. What clients do with their variables is not known here.
 */
export function refusedDocuments(options: RefusedDocumentsOptions): readonly RefusedDocument[] {
  return options.manifest.documents.flatMap(({ id, source }) => {
    const reason = whyRefused(source, options)
    return reason === undefined ? [] : [{ id, reason }]
  })
}

function whyRefused(source: string, options: RefusedDocumentsOptions): string | undefined {
  const { schema, operations, introspection } = options
  const verdict = operations.inspect(source)
  if (verdict !== undefined) return verdict.message
  let document: DocumentNode
  try {
    document = parse(source)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]
  const [mistake] = validate(schema, document, rules)
  if (mistake !== undefined) return mistake.message
  const names = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value] : [],
  )
  if (names.length === 0) return 'It has no operation.'
  for (const name of names) {
    const prepared = operations.prepare(source, document, name)
    if ('code' in prepared) return prepared.message
  }
  return undefined
}
