import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isObjectType,
} from 'graphql'
import { type ContainmentOptions, type ContainmentSettings, containmentSettings } from './containment-options.ts'
import { fitList } from './fit-list.ts'
import { isIterable } from './is-iterable.ts'
import type { ListField } from './list-field.ts'
import { type OperationAtWork, OperationContainment } from './operation-containment.ts'
import { readableError } from './readable-error.ts'

type Resolver = GraphQLFieldResolver<unknown, unknown>

const contained = new WeakMap<GraphQLSchema, ContainmentSettings>()
const running = new WeakMap<object, OperationContainment>()

/**
 * Wraps the resolvers of a schema, in place, so that each operation can be held to its limits: the size of its lists, its
 * time on the event loop, and its end, after which no resolver of it runs. Call it once, before the schema is used.
 * Operations that `beginContainment` has not begun run as before. Fields without a resolver that are no lists stay as
 * they are: reading a property holds nobody up.
 */
export function containSchema(schema: GraphQLSchema, options: ContainmentOptions = {}): GraphQLSchema {
  if (contained.has(schema)) throw new Error('The resolvers of this schema are wrapped already')
  contained.set(schema, containmentSettings(options))
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const isRead = field.resolve === undefined || field.resolve === defaultFieldResolver
      if (isRead && listDepth(field.type) === 0) continue
      const coordinate = `${type.name}.${field.name}`
      field.resolve = isRead
        ? containRead(field, coordinate)
        : containCall(field, coordinate, type === schema.getMutationType())
    }
  }
  return schema
}

/** Holds an operation to the limits of its schema, from now on; undefined where the schema is not contained. */
export function beginContainment(
  schema: GraphQLSchema,
  contextValue: object,
  operation: OperationAtWork,
): OperationContainment | undefined {
  const settings = contained.get(schema)
  if (settings === undefined) return undefined
  const containment = new OperationContainment(settings, operation)
  running.set(contextValue, containment)
  return containment
}

/** A list that is a property, which is read without looking at the clock. */
function containRead({ type }: GraphQLField<unknown, unknown>, coordinate: string): Resolver {
  const list = { coordinate, depth: listDepth(type) }
  return (source, args, context, info) => {
    const operation = isObject(context) ? running.get(context) : undefined
    // A property may be a function.
    if (operation?.isOver === true) return operation.refuse()
    const result = defaultFieldResolver(source, args, context, info)
    return operation === undefined ? result : settled(result, list, operation, info)
  }
}

function containCall(
  { resolve = defaultFieldResolver, type }: GraphQLField<unknown, unknown>,
  coordinate: string,
  isMutation: boolean,
): Resolver {
  const list = { coordinate, depth: listDepth(type) }
  return (source, args, context, info) => {
    const operation = isObject(context) ? running.get(context) : undefined
    if (operation === undefined) return resolve(source, args, context, info)
    // A rejection, since who completes a list handles those of all items, and what one item throws leaves the others alone.
    if (operation.isOver) return operation.refuse()
    try {
      const begun = operation.begin()
      let result: unknown
      try {
        result = resolve(source, args, context, info)
      } finally {
        // What the root field of a mutation has changed, its client has to learn, however long it took.
        operation.look(coordinate, isMutation)
        if (begun) operation.end()
      }
      return settled(result, list, operation, info)
    } catch (thrown) {
      return rethrow(thrown)
    }
  }
}

function settled(result: unknown, list: ListField, operation: OperationContainment, info: GraphQLResolveInfo): unknown {
  if (!isThenable(result)) return complete(result, list, operation, info)
  return Promise.resolve(result).then((value) => complete(value, list, operation, info), rethrow)
}

function complete(value: unknown, list: ListField, operation: OperationContainment, info: GraphQLResolveInfo): unknown {
  if (operation.isOver) return operation.refuse()
  if (list.depth > 0) return isIterable(value) ? fitList(value, list, operation, info) : value
  if (typeof value === 'string') operation.countString(value)
  return value
}

function rethrow(thrown: unknown): never {
  throw readableError(thrown)
}

/** How many lists are around the items: 2 for `[[Int]]`. */
function listDepth(type: GraphQLOutputType): number {
  const nullable = getNullableType(type)
  return isListType(nullable) ? 1 + listDepth(nullable.ofType) : 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function'
}
