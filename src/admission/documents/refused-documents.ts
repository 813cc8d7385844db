import { Kind } from 'graphql'
import type { PreparedOperations } from '../prepared-operations.ts'
import type { Manifest } from './manifest.ts'

/** A document that is known, but would not run. */
export interface RefusedDocument {
  readonly id: string
  readonly reason: string
}

/**
 * The documents of a manifest that this server would refuse whoever sends them: those that do not fit its schema or its
 * guard's limits, or have an operation without a price. What clients do with their variables is not known here.
 */
export function refusedDocuments(manifest: Manifest, operations: PreparedOperations): readonly RefusedDocument[] {
  return manifest.documents.flatMap(({ id, source }) => {
    const reason = whyRefused(source, operations)
    return reason === undefined ? [] : [{ id, reason }]
  })
}

function whyRefused(source: string, operations: PreparedOperations): string | undefined {
  const verdict = operations.inspect(source)
  if (verdict !== undefined) return verdict.message
  const document = operations.validate(source)
  if (!('kind' in document)) return document[0]?.message ?? 'It is not valid.'
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
