import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
  OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql'
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js'
import { containmentOf } from '../containment/contain-schema.ts'
import { compileField, type SelectedField } from './field.ts'
import { Frame, type FrameOfAll } from './frame.ts'
import { isPromise } from './is-promise.ts'
import { createSelection, createSerialSelection } from './selection.ts'
import type { CompleteContext, ExecutableSelection, Fields } from './values/complete-value.ts'
import { AnswerWriter } from './writing/answer-writer.ts'
import { WrittenResult } from './writing/written-result.ts'

/** An operation as it is for certain values of the variables that its directives depend on. */
export interface CompiledOperation {
  /** How many of its fields have been compiled: what is below an object is compiled when the first one comes. */
  readonly fields: number
  /** @param variableValues coerced */
  execute(
    args: Pick<ExecutionArgs, 'rootValue' | 'contextValue'>,
    variableValues: Readonly<Record<string, unknown>>,
  ): ExecutionResult | PromiseLike<ExecutionResult>
}

export interface OperationToCompile {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
  readonly conditions: Readonly<Record<string, unknown>>
  /** Told of each field that is compiled. */
  readonly onField: () => void
}

/** Undefined for what is not compiled: introspection, and operations that cannot be executed. */
export function compileOperation(toCompile: OperationToCompile): CompiledOperation | undefined {
  const { schema, operation, fragments, conditions, onField } = toCompile
  const rootType = schema.getRootType(operation.operation)
  if (rootType === undefined || rootType === null) return undefined
  const all: FrameOfAll = { schema, operation, fragments }
  let fields = 0

  function compileFields(type: GraphQLObjectType, collected: ReadonlyMap<string, readonly FieldNode[]>) {
    const compiled: SelectedField[] = []
    for (const [node, ...others] of collected.values()) {
      const definition = node && fieldDefinition(schema, type, node.name.value)
      if (node === undefined || definition === undefined) continue
      onField()
      compiled.push(compileField(context, fields++, type, definition, [node, ...others]))
    }
    return compiled
  }
  const context: CompleteContext = {
    schema,
    selectionOf: (type, { nodes }) =>
      createSelection(compileFields(type, collectSubfields(schema, fragments, conditions, type, nodes))),
  }
  const rootFields = collectFields(schema, fragments, conditions, rootType, operation.selectionSet)
  const isIntrospection = [...rootFields.values()].some(([node]) => node && INTROSPECTION.has(node.name.value))
  if (isIntrospection) return undefined
  const compiledFields = compileFields(rootType, rootFields)
  const isSerial = operation.operation === OperationTypeNode.MUTATION
  const root = isSerial ? createSerialSelection(compiledFields) : createSelection(compiledFields)
  const writer = new AnswerWriter(root)
  return {
    get fields() {
      return fields
    },
    execute({ rootValue, contextValue }, variableValues) {
      return run(root, writer, new Frame(all, rootValue, contextValue, variableValues, containmentOf(contextValue)))
    },
  }
}

const INTROSPECTION: ReadonlySet<string> = new Set([SchemaMetaFieldDef.name, TypeMetaFieldDef.name])

function run(
  root: ExecutableSelection,
  writer: AnswerWriter,
  frame: Frame,
): ExecutionResult | PromiseLike<ExecutionResult> {
  const { containment } = frame
  // Its clock starts once for all that runs until the first pause, instead of once for each resolver.
  const begun = containment?.begin() ?? false
  try {
    const data = root.execute(frame, frame.rootValue, undefined)
    if (!isPromise(data)) return answer(frame, data, writer)
    return data.then(
      (later) => answer(frame, later, writer),
      (thrown) => failed(frame, thrown),
    )
  } catch (thrown) {
    return failed(frame, thrown)
  } finally {
    if (begun) containment?.end()
  }
}

function answer({ collected: { errors } }: Frame, data: Fields, writer: AnswerWriter): ExecutionResult {
  return errors.length === 0 ? new WrittenResult(data, writer) : { errors, data }
}

function failed(frame: Frame, thrown: unknown): ExecutionResult {
  // What leaves the root has been located.
  frame.collected.add(locatedError(thrown, undefined, undefined), undefined)
  return { errors: frame.collected.errors, data: null }
}

function fieldDefinition(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef
  if (schema.getQueryType() === type) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
  }
  return type.getFields()[name]
}
