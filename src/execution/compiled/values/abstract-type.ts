import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
} from 'graphql'
import { inspect } from 'graphql/jsutils/inspect.js'
import type { FieldPlace } from '../frame.ts'
import { isPromise } from '../is-promise.ts'
import type { Complete } from './complete-list.ts'

/** Completes a value whose type is known once it is there. Each type that comes is compiled when it comes first. */
export function compileAbstract(
  schema: GraphQLSchema,
  place: FieldPlace,
  type: GraphQLAbstractType,
  completeObject: (type: GraphQLObjectType) => Complete,
): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver
  const known = new Map<string, Complete>()

  function completerOf(name: unknown, value: unknown, nodes: readonly FieldPlace['nodes'][number][]): Complete {
    const compiled = typeof name === 'string' ? known.get(name) : undefined
    if (compiled !== undefined) return compiled
    const runtimeType = validRuntimeType(name, value, nodes)
    const complete = completeObject(runtimeType)
    known.set(runtimeType.name, complete)
    return complete
  }

  function validRuntimeType(name: unknown, value: unknown, nodes: FieldPlace['nodes']): GraphQLObjectType {
    const coordinate = `${place.parentType.name}.${place.fieldName}`
    if (name === null || name === undefined) {
      throw new GraphQLError(
        `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}". Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
        { nodes },
      )
    }
    if (isObjectType(name)) {
      throw new GraphQLError(
        'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
      )
    }
    if (typeof name !== 'string') {
      throw new GraphQLError(
        `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${coordinate}" with ` +
          `value ${inspect(value)}, received "${inspect(name)}".`,
      )
    }
    return possibleType(schema, type, name, nodes)
  }

  return (frame, value, path, info: GraphQLResolveInfo | undefined) => {
    if (value instanceof Error) throw value
    if (value === null || value === undefined) return null
    const told = info ?? frame.info(place, path)
    const resolved: unknown = resolveType(value, frame.contextValue, told, type)
    const nodes = frame.nodesOf(place)
    if (!isPromise(resolved)) return completerOf(resolved, value, nodes)(frame, value, path, told)
    return resolved.then((name) => completerOf(name, value, nodes)(frame, value, path, told))
  }
}

function possibleType(
  schema: GraphQLSchema,
  abstractType: GraphQLAbstractType,
  name: string,
  nodes: FieldPlace['nodes'],
): GraphQLObjectType {
  const runtimeType = schema.getType(name)
  if (runtimeType === undefined || runtimeType === null) {
    const message = `Abstract type "${abstractType.name}" was resolved to a type "${name}" that does not exist inside the schema.`
    throw new GraphQLError(message, { nodes })
  }
  if (!isObjectType(runtimeType)) {
    const message = `Abstract type "${abstractType.name}" was resolved to a non-object type "${name}".`
    throw new GraphQLError(message, { nodes })
  }
  if (!schema.isSubType(abstractType, runtimeType)) {
    const message = `Runtime Object type "${runtimeType.name}" is not a possible type for "${abstractType.name}".`
    throw new GraphQLError(message, { nodes })
  }
  return runtimeType
}
