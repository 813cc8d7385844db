import {
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type ResponsePath,
} from 'graphql'
import { inspect } from 'graphql/jsutils/inspect.js'
import type { FieldPlace, Frame } from '../frame.ts'
import { isPromise } from '../is-promise.ts'
import { leafWritten, listWritten, type Write, type Written, writeWhole } from '../writing/written-as.ts'
import { compileAbstract } from './abstract-type.ts'
import { type Complete, compileList } from './complete-list.ts'
import { compileLeaf } from './leaf-value.ts'

/** An object of an answer. It inherits nothing, so that a field may have any name. */
export class Fields {
  [responseName: string]: unknown
}
Object.setPrototypeOf(Fields.prototype, null)

/** The fields that are selected of an object, ready to be executed for any. */
export interface ExecutableSelection {
  execute(frame: Frame, source: unknown, path: ResponsePath | undefined): Fields | PromiseLike<Fields>
  /** Writes an object that it has made. */
  readonly write: Write
}

/** How values of a type are completed at a place, and how they are written then. */
export interface CompiledValue {
  readonly complete: Complete
  readonly written: Written
}

export interface CompleteContext {
  readonly schema: GraphQLSchema
  /** Compiles what is selected of a type at a place. */
  readonly selectionOf: (type: GraphQLObjectType, place: FieldPlace) => ExecutableSelection
}

/** Compiles values of a type at a place. What is selected of objects is compiled when the first comes. */
export function compileValue(context: CompleteContext, place: FieldPlace, type: GraphQLOutputType): CompiledValue {
  if (isNonNullType(type)) {
    const { complete, written } = compileValue(context, place, type.ofType)
    return { complete: nonNull(place, complete), written }
  }
  if (isListType(type)) {
    const { complete, written } = compileValue(context, place, type.ofType)
    return { complete: compileList(place, complete, isNonNullType(type.ofType)), written: listWritten(written) }
  }
  if (isLeafType(type)) return { complete: compileLeaf(type), written: leafWritten(type) }
  if (isObjectType(type)) return compileObject(context, place, type)
  const completeObject = (object: GraphQLObjectType) => compileObject(context, place, object).complete
  // Which type an object was of cannot be seen from what it was completed to.
  return { complete: compileAbstract(context.schema, place, type, completeObject), written: writeWhole }
}

function nonNull(place: FieldPlace, complete: Complete): Complete {
  const message = `Cannot return null for non-nullable field ${place.parentType.name}.${place.fieldName}.`
  return (frame, value, path, info) => {
    const completed = complete(frame, value, path, info)
    if (completed === null) throw new Error(message)
    return completed
  }
}

function compileObject({ selectionOf }: CompleteContext, place: FieldPlace, type: GraphQLObjectType): CompiledValue {
  let selection: ExecutableSelection | undefined
  return {
    complete(frame, value, path, info) {
      if (value instanceof Error) throw value
      if (value === null || value === undefined) return null
      selection ??= selectionOf(type, place)
      if (type.isTypeOf === undefined || type.isTypeOf === null) return selection.execute(frame, value, path)
      return executeIfOfType(selection, type, { frame, value, path, info, place })
    },
    written(output, value) {
      if (selection === undefined) output.any(value)
      else selection.write(output, value)
    },
  }
}

interface ObjectAtPlace {
  readonly frame: Frame
  readonly value: unknown
  readonly path: ResponsePath
  readonly info: GraphQLResolveInfo | undefined
  readonly place: FieldPlace
}

function executeIfOfType(
  selection: ExecutableSelection,
  type: GraphQLObjectType,
  { frame, value, path, info, place }: ObjectAtPlace,
): unknown {
  function execute(isOfType: unknown): unknown {
    if (isOfType) return selection.execute(frame, value, path)
    const message = `Expected value of type "${type.name}" but got: ${inspect(value)}.`
    throw new GraphQLError(message, { nodes: frame.nodesOf(place) })
  }
  const isOfType: unknown = type.isTypeOf?.(value, frame.contextValue, info ?? frame.info(place, path))
  return isPromise(isOfType) ? isOfType.then(execute) : execute(isOfType)
}
