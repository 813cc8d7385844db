import {
  type ArgumentNode,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ObjectValueNode,
  type ValueNode,
} from 'graphql'
import type { InputCost, InputCosts } from '../schema/input-costs.ts'
import type { FieldCost } from '../schema/schema-costs.ts'
import { type Expression, evaluate, type VariableReader, type Variables } from './expression.ts'

/** Stands for "nothing says so" where a size is expected. Sizes are never negative. */
export const NO_SIZE = -1

/** A field's slicing argument in one operation. */
export interface Slice {
  /** The argument's name or path, as `@listSize` writes it. */
  readonly path: string
  /** The number it asks for, defaults applied; NO_SIZE where it is omitted or null. */
  readonly size: Expression
  /** Whether the client gave it a value itself. */
  isGiven(variables: Variables): boolean
}

/** Compiles the slicing arguments that `@listSize` names on a field. */
export function compileSlices(
  inputs: InputCosts,
  reader: VariableReader,
  field: FieldCost,
  nodes: readonly ArgumentNode[] | undefined,
): readonly Slice[] {
  return (field.listSize?.slicingArguments ?? []).flatMap((path) => {
    const [name, ...inside] = path.split('.')
    const input = field.arguments.get(name ?? '')
    if (input === undefined) return []
    const node = nodes?.find((argument) => argument.name.value === name)?.value
    const given = compileValue(inputs, reader, input, node, inside, false)
    const size = sizeExpression(
      compileValue(inputs, reader, input, node, inside, true),
      endsInList(inputs, input, inside),
    )
    return [{ path, size, isGiven: (variables: Variables) => isValue(given(variables)) }]
  })
}

/** The largest of the slices, else `fallback`; NO_SIZE where neither says anything. */
export function largestSlice(slices: readonly Slice[], fallback: number): Expression {
  const sizes = slices.map((slice) => slice.size)
  if (sizes.every((size) => typeof size === 'number')) {
    const largest = Math.max(NO_SIZE, ...sizes)
    return largest === NO_SIZE ? fallback : largest
  }
  return (variables) => {
    let largest = NO_SIZE
    for (const size of sizes) largest = Math.max(largest, evaluate(size, variables))
    return largest === NO_SIZE ? fallback : largest
  }
}

/** `first` where it says something, else `second`. */
export function firstSize(first: Expression, second: Expression): Expression {
  if (typeof first === 'number') return first === NO_SIZE ? second : first
  return (variables) => {
    const size = first(variables)
    return size === NO_SIZE ? evaluate(second, variables) : size
  }
}

type Value = ((variables: Variables) => unknown) & { constant?: true }

function constant(value: unknown): Value {
  return Object.assign(() => value, { constant: true as const })
}

function compileValue(
  inputs: InputCosts,
  reader: VariableReader,
  input: InputCost,
  node: ValueNode | undefined,
  path: readonly string[],
  withDefaults: boolean,
): Value {
  const omitted = withDefaults ? descend(inputs, input.type, input.defaultValue, path, false) : undefined
  if (node === undefined) return constant(omitted)
  if (node.kind === Kind.VARIABLE) {
    const read = reader(node.name.value)
    return (variables) => {
      const value = read(variables)
      return value === undefined ? omitted : descend(inputs, input.type, value, path, withDefaults)
    }
  }
  const [name, ...rest] = path
  if (name === undefined) return constant(literalNumberOrLength(node))
  const type = getNamedType(input.type)
  if (node.kind !== Kind.OBJECT || !isInputObjectType(type)) return constant(undefined)
  const field = inputs.fields(type).get(name)
  return field === undefined
    ? constant(undefined)
    : compileValue(inputs, reader, field, fieldValue(node, name), rest, withDefaults)
}

function fieldValue(node: ObjectValueNode, name: string): ValueNode | undefined {
  return node.fields.find((field) => field.name.value === name)?.value
}

function literalNumberOrLength(node: ValueNode): unknown {
  if (node.kind === Kind.NULL) return null
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value)
  return node.kind === Kind.LIST ? node.values : node
}

function descend(
  inputs: InputCosts,
  type: GraphQLInputType,
  value: unknown,
  path: readonly string[],
  fillDefaults: boolean,
): unknown {
  const [name, ...rest] = path
  if (name === undefined || value === null || value === undefined) return value
  const named = getNamedType(type)
  if (!isInputObjectType(named) || typeof value !== 'object') return undefined
  const field = inputs.fields(named).get(name)
  if (field === undefined) return undefined
  const given: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
  return descend(
    inputs,
    field.type,
    given ?? (given === undefined && fillDefaults ? field.defaultValue : given),
    rest,
    fillDefaults,
  )
}

function endsInList(inputs: InputCosts, input: InputCost, path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined) return isListType(getNullableType(input.type))
  const type = getNamedType(input.type)
  const field = isInputObjectType(type) ? inputs.fields(type).get(name) : undefined
  return field !== undefined && endsInList(inputs, field, rest)
}

function isValue(value: unknown): boolean {
  return value !== undefined && value !== null
}

function sizeExpression(value: Value, list: boolean): Expression {
  const sizeOf = list ? lengthOf : numberOf
  return value.constant === true ? sizeOf(value({})) : (variables) => sizeOf(value(variables))
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : NO_SIZE
}

// GraphQL coerces a single value to a list of one.
function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return isValue(value) ? 1 : NO_SIZE
}
