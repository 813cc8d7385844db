import {
  defaultFieldResolver,
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
import { type OperationAtWork, OperationContainment, type WatchedResolver } from './operation-containment.ts'
import { readableError } from './readable-error.ts'

type Resolver = GraphQLFieldResolver<unknown, unknown>

/** A field whose resolver is wrapped, for whoever executes it without the wrapper. */
export interface HeldField extends WatchedResolver {
  /** What it was before; the one of graphql-js for a list that is a property. */
  readonly resolve: Resolver
  readonly isRead: boolean
}

const contained = new WeakMap<GraphQLSchema, ContainmentSettings>()
const heldFields = new WeakMap<Resolver, HeldField>()
/** Where an operation has its containment, in its context: a map would hold one entry more for each operation. */
export const CONTAINMENT = Symbol('tollgateContainment')

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
      field.resolve = hold({
        resolve: field.resolve ?? defaultFieldResolver,
        isRead,
        isMutation: type === schema.getMutationType(),
        list: { coordinate: `${type.name}.${field.name}`, depth: listDepth(field.type) },
        hasArguments: field.args.length > 0,
        quickRuns: 0,
      })
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
  if (hasPlace(contextValue)) contextValue[CONTAINMENT] = containment
  // Copies of it are contexts of other executions.
  else Object.defineProperty(contextValue, CONTAINMENT, { value: containment, configurable: true, writable: true })
  return containment
}

/** What holds the operation of a context to its limits; undefined where nothing does. */
export function containmentOf(contextValue: unknown): OperationContainment | undefined {
  return isObject(contextValue) && hasPlace(contextValue) ? contextValue[CONTAINMENT] : undefined
}

/** What is behind a resolver that `containSchema` has wrapped. */
export function heldField(resolver: Resolver): HeldField | undefined {
  return heldFields.get(resolver)
}

function hold(field: HeldField): Resolver {
  const { resolve } = field
  const work = field.isRead ? readHeld : callHeld
  const wrapper: Resolver = (source, args, context, info) => {
    const operation = containmentOf(context)
    if (operation === undefined) return resolve(source, args, context, info)
    return work(field, operation, source, args, context, info)
  }
  heldFields.set(wrapper, field)
  return wrapper
}

/** A list that is a property, which is read without looking at the clock. */
export function readHeld(
  { resolve, list }: HeldField,
  operation: OperationContainment,
  source: unknown,
  args: Record<string, unknown>,
  context: unknown,
  info: GraphQLResolveInfo,
): unknown {
  // A property may be a function.
  if (operation.isOver) return operation.refuse()
  return settled(resolve(source, args, context, info), list, operation, info)
}

export function callHeld(
  field: HeldField,
  operation: OperationContainment,
  source: unknown,
  args: Record<string, unknown>,
  context: unknown,
  info: GraphQLResolveInfo,
): unknown {
  const { resolve, list } = field
  // A rejection, since who completes a list handles those of all items, and what one item throws leaves the others alone.
  if (operation.isOver) return operation.refuse()
  try {
    const isTrusted = operation.trusts(field)
    const begun = !isTrusted && operation.begin()
    let result: unknown
    try {
      result = resolve(source, args, context, info)
    } finally {
      if (isTrusted) operation.passUnseen(field)
      else operation.lookAfter(field)
      if (begun) operation.end()
    }
    return settled(result, list, operation, info)
  } catch (thrown) {
    return rethrow(thrown)
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

function hasPlace(context: object): context is { [CONTAINMENT]: OperationContainment | undefined } {
  return CONTAINMENT in context
}
