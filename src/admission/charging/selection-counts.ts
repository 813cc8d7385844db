import type { GraphQLSchema } from 'graphql'
import type { PreparedOperation } from '../prepared-operations.ts'
import { rootSelections } from './root-selections.ts'

/** How often an operation selects the field of a coordinate. Counted when it is asked for, once. */
export function selectionCounts(
  schema: GraphQLSchema,
  { operation, fragments }: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
): (coordinate: string) => number {
  const rootType = schema.getRootType(operation.operation)?.name
  let counts: ReadonlyMap<string, number> | undefined
  return (coordinate) => {
    const [type, field = ''] = coordinate.split('.')
    if (type !== rootType) return 0
    counts ??= rootSelections(operation, fragments, variables)
    return counts.get(field) ?? 0
  }
}
