import type { GraphQLResolveInfo } from 'graphql'

type Place = Pick<GraphQLResolveInfo, 'parentType' | 'fieldName'>

/** The field that is being resolved, as a schema coordinate: `Query.products`. */
export function field({ parentType, fieldName }: Place): string {
  return `${parentType.name}.${fieldName}`
}

/** One of its arguments: `Query.products(first:)`. */
export function argument(info: Place, name: string): string {
  return `${field(info)}(${name}:)`
}
