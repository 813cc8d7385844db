import {
  defaultFieldResolver,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type ResponsePath,
  TypeNameMetaFieldDef,
} from 'graphql'
import { callHeld, heldField, readHeld } from '../containment/contain-schema.ts'
import type { FieldPlace, Frame } from './frame.ts'
import { isPromise, isReadable } from './is-promise.ts'
import { type ArgumentValues, compileArguments } from './values/argument-values.ts'
import type { Complete } from './values/complete-list.ts'
import { type CompleteContext, compileValue } from './values/complete-value.ts'
import { type PlainLeaf, plainLeaf } from './values/leaf-value.ts'
import type { Written } from './writing/written-as.ts'

/** Makes of an object what the answer has for one of its fields. Undefined where it has nothing; may be a promise. */
export type RunField = (frame: Frame, source: unknown, parentPath: ResponsePath | undefined) => unknown

/** A field under its name in the answer. */
export interface SelectedField {
  readonly responseName: string
  readonly run: RunField
  /** How its values are written. */
  readonly written: Written
  /** Where it is a property without arguments, and no object: for whoever reads properties. */
  readonly property?: LeafProperty
}

export interface LeafProperty {
  readonly name: string
  readonly type: PlainLeaf | undefined
  /** Goes on with a property that has been read and is not what its type leaves as it is. */
  readonly slow: (frame: Frame, source: Source, parentPath: ResponsePath | undefined, read: unknown) => unknown
  /** The field's value where reading the property has thrown. */
  readonly fail: (frame: Frame, parentPath: ResponsePath | undefined, thrown: unknown) => unknown
}

type Source = Readonly<Record<string, unknown>>

/** Compiles a field where it is selected. */
export function compileField(
  context: CompleteContext,
  index: number,
  parentType: GraphQLObjectType,
  definition: GraphQLField<unknown, unknown>,
  nodes: readonly [FieldNode, ...FieldNode[]],
): SelectedField {
  const [node] = nodes
  const place: FieldPlace = {
    index,
    fieldName: definition.name,
    responseName: node.alias?.value ?? node.name.value,
    nodes,
    parentType,
    returnType: definition.type,
    isNonNull: isNonNullType(definition.type),
  }
  const { responseName } = place
  if (definition === TypeNameMetaFieldDef) return { responseName, run: () => parentType.name, written: 'text' }
  const { complete, written } = compileValue(context, place, definition.type)
  const isRead = definition.resolve === undefined || definition.resolve === defaultFieldResolver
  const leaf = getNullableType(definition.type)
  if (isRead && isLeafType(leaf) && definition.args.length === 0) {
    return new LeafField(place, complete, written, plainLeaf(leaf))
  }
  const argumentsOf = compileArguments(definition, node)
  const resolving = isRead ? read(place, definition, argumentsOf) : call(place, definition, argumentsOf)
  return { responseName, run: runField(place, complete, resolving), written }
}

/** What a resolver returned, and what it was told of where it ran if anybody else may want it. */
type Resolve = (frame: Frame, source: unknown, path: ResponsePath, info: GraphQLResolveInfo | undefined) => unknown

interface Resolving {
  readonly resolve: Resolve
  /** Whether what completes the value has to be told of where it is: once for all items of a list. */
  readonly needsInfo: boolean
}

function runField(place: FieldPlace, complete: Complete, { resolve, needsInfo }: Resolving): RunField {
  const { responseName, isNonNull } = place
  const typename = place.parentType.name
  return (frame, source, parentPath) => {
    const path: ResponsePath = { prev: parentPath, key: responseName, typename }
    try {
      const info = needsInfo ? frame.info(place, path) : undefined
      const result = resolve(frame, source, path, info)
      const completed = isPromise(result)
        ? result.then((resolved) => complete(frame, resolved, path, info))
        : complete(frame, result, path, info)
      if (!isPromise(completed)) return completed
      return completed.then(undefined, (thrown) => frame.fail(thrown, place, path, isNonNull))
    } catch (thrown) {
      return frame.fail(thrown, place, path, isNonNull)
    }
  }
}

/**
 * A property that is no object: it has a path only where something is wrong with it, since nothing is below it. A class,
 * since most fields are such and all that are compiled are kept.
 */
class LeafField implements SelectedField, LeafProperty {
  readonly type: PlainLeaf | undefined
  readonly written: Written
  private readonly place: FieldPlace
  private readonly complete: Complete
  private runLate: RunField | undefined

  constructor(place: FieldPlace, complete: Complete, written: Written, type: PlainLeaf | undefined) {
    this.place = place
    this.complete = complete
    this.written = written
    this.type = type
  }

  get responseName(): string {
    return this.place.responseName
  }

  get name(): string {
    return this.place.fieldName
  }

  get property(): LeafProperty {
    return this
  }

  run(frame: Frame, source: unknown, parentPath: ResponsePath | undefined): unknown {
    if (!isReadable(source)) return this.finish(frame, undefined, parentPath)
    let read: unknown
    try {
      read = source[this.place.fieldName]
    } catch (thrown) {
      return this.fail(frame, parentPath, thrown)
    }
    return this.slow(frame, source, parentPath, read)
  }

  slow(frame: Frame, source: Source, parentPath: ResponsePath | undefined, read: unknown): unknown {
    let result = read
    try {
      if (typeof result === 'function') result = callProperty(this.place, frame, source, this.path(parentPath), {})
      if (!isReadable(result)) return this.complete(frame, result, NOWHERE, undefined)
    } catch (thrown) {
      return this.fail(frame, parentPath, thrown)
    }
    return this.finish(frame, result, parentPath)
  }

  fail(frame: Frame, parentPath: ResponsePath | undefined, thrown: unknown): null {
    return frame.fail(thrown, this.place, this.path(parentPath), this.place.isNonNull)
  }

  private path(parentPath: ResponsePath | undefined): ResponsePath {
    return { prev: parentPath, key: this.place.responseName, typename: this.place.parentType.name }
  }

  /** Completes what may be a promise. */
  private finish(frame: Frame, result: unknown, parentPath: ResponsePath | undefined): unknown {
    this.runLate ??= runField(this.place, this.complete, { needsInfo: false, resolve: (_frame, value) => value })
    return this.runLate(frame, result, parentPath)
  }
}

/** For what asks for no path. */
const NOWHERE: ResponsePath = { prev: undefined, key: '', typename: undefined }

function read(place: FieldPlace, definition: GraphQLField<unknown, unknown>, argumentsOf: ArgumentValues): Resolving {
  const { fieldName } = place
  const hasArguments = definition.args.length > 0
  const resolve: Resolve = (frame, source, path, info) => {
    // Mistakes in them are mistakes although nobody looks at them.
    const args = hasArguments ? argumentsOf(frame.variableValues) : undefined
    if (!isReadable(source)) return undefined
    const property = source[fieldName]
    return typeof property === 'function' ? callProperty(place, frame, source, path, args ?? {}, info) : property
  }
  return { resolve, needsInfo: completionNeedsInfo(definition.type) }
}

/** A method of the object. It is looked up anew, as graphql-js does, so that a getter answers twice. */
function callProperty(
  place: FieldPlace,
  frame: Frame,
  source: Source,
  path: ResponsePath,
  args: Record<string, unknown>,
  info?: GraphQLResolveInfo,
): unknown {
  const method = source[place.fieldName]
  if (typeof method !== 'function') throw new TypeError('source[info.fieldName] is not a function')
  return Reflect.apply(method, source, [args, frame.contextValue, info ?? frame.info(place, path)])
}

function call(place: FieldPlace, definition: GraphQLField<unknown, unknown>, argumentsOf: ArgumentValues): Resolving {
  const { resolve = defaultFieldResolver } = definition
  const held = heldField(resolve)
  if (held === undefined) return { resolve: callOf(resolve, argumentsOf), needsInfo: true }
  const bare = held.isRead ? undefined : callOf(held.resolve, argumentsOf)
  const bareRead = held.isRead ? read(place, definition, argumentsOf).resolve : undefined
  return {
    needsInfo: true,
    resolve(frame, source, path, info) {
      const operation = frame.containment
      const told = info ?? frame.info(place, path)
      if (operation === undefined) return (bare ?? bareRead)?.(frame, source, path, told)
      const args = argumentsOf(frame.variableValues)
      const work = held.isRead ? readHeld : callHeld
      return work(held, operation, source, args, frame.contextValue, told)
    },
  }
}

function callOf(resolve: GraphQLFieldResolver<unknown, unknown>, argumentsOf: ArgumentValues): Resolve {
  return (frame, source, path, info) =>
    resolve(source, argumentsOf(frame.variableValues), frame.contextValue, info ?? missing(path))
}

function missing(path: ResponsePath): never {
  throw new Error(`A resolver at ${String(path.key)} runs without being told where`)
}

/** Whether functions of the type that is returned are told of the field: those that say which type a value has. */
function completionNeedsInfo(type: GraphQLOutputType): boolean {
  const named = getNamedType(type)
  return isAbstractType(named) || (isObjectType(named) && typeof named.isTypeOf === 'function')
}
