import {
  type FieldNode,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import type { ListSize } from '../schema/cost-directives.ts'
import type { InputCost, InputCosts } from '../schema/input-costs.ts'
import type { FieldCost } from '../schema/schema-costs.ts'
import type { AskedSize } from './asked-size.ts'
import { givenValue } from './call-cost.ts'
import { type Expression, evaluate, type Size, type Variables } from './expression.ts'
import type { OperationVariables } from './variables/operation-variables.ts'

/** Stands for "nothing says so" where a size is expected. Sizes are never negative. */
export const NO_SIZE = -1

/** A field's slicing argument in one operation. */
export interface Slice {
  /** The argument's name or path, as `@listSize` writes it. */
  readonly path: string
  /** The field as written, whose argument it is. */
  readonly node: FieldNode
  /** The number it asks for, defaults applied. */
  readonly size: Size
  /** Where another number would be written; undefined where none can be: in a list, or in an object that is not there. */
  readonly source: SliceSource | undefined
  /** Whether the client gave it a value itself. */
  isGiven(variables: Variables): boolean
}

/** Inside a variable, or in the document; there, what it costs more to write the argument at all. */
export type SliceSource =
  | { readonly variable: string; readonly inside: readonly string[] }
  | { readonly addedCost: number }

interface SliceContext {
  readonly inputs: InputCosts
  readonly variables: OperationVariables
  /** Makes the numbers in the document ones that can be asked for anew. */
  readonly asked: AskedSize | undefined
}

const NONE: readonly Slice[] = []

/** Compiles the slicing arguments that `@listSize` names on a field. */
export function compileSlices(context: SliceContext, field: FieldCost, node: FieldNode): readonly Slice[] {
  const { listSize } = field
  if (listSize === undefined || listSize.slicingArguments.length === 0) return NONE
  const slices: Slice[] = []
  for (const path of slicingPaths(listSize)) {
    const slice = compileSlice(context, field, node, path)
    if (slice !== undefined) slices.push(slice)
  }
  return slices
}

interface SlicingPath {
  readonly path: string
  readonly name: string
  readonly inside: readonly string[]
}

const pathsOf = new WeakMap<ListSize, readonly SlicingPath[]>()

function slicingPaths(listSize: ListSize): readonly SlicingPath[] {
  let paths = pathsOf.get(listSize)
  if (paths === undefined) {
    paths = listSize.slicingArguments.map((path) => {
      const [name = '', ...inside] = path.split('.')
      return { path, name, inside }
    })
    pathsOf.set(listSize, paths)
  }
  return paths
}

function compileSlice(
  { inputs, variables, asked }: SliceContext,
  field: FieldCost,
  node: FieldNode,
  { path, name, inside }: SlicingPath,
): Slice | undefined {
  const input = field.arguments.get(name)
  if (input === undefined) return undefined
  const value = givenValue(node.arguments, name)
  const found = locate(inputs, input, value, inside)
  const isLength = endsInList(inputs, found.input, found.inside)
  if (found.value?.kind === Kind.VARIABLE) {
    const variable = found.value.name.value
    const source = isLength ? undefined : { variable, inside: found.inside }
    const { size, isGiven } = variables.slice({ name: variable, input: found.input, inside: found.inside, isLength })
    return { path, node, source, size, isGiven }
  }
  const written = found.value === undefined ? undefined : found.inside.length > 0 ? null : numberOrItems(found.value)
  const size = sizeInside(inputs, found.input, written, found.inside, isLength)
  const isGiven = found.inside.length === 0 && isValue(written)
  const canBeWritten = !isLength && found.inside.length === 0
  const omittedCost = found.value === undefined && found.input.defaultCost === undefined
  const source = canBeWritten ? { addedCost: omittedCost ? inputs.weightFor(found.input, 1) : 0 } : undefined
  return {
    path,
    node,
    source,
    size: { size: asked === undefined || source === undefined ? size : asked.or(size, node, path), optional: false },
    isGiven: () => isGiven,
  }
}

interface Place {
  readonly input: InputCost
  readonly value: ValueNode | undefined
  readonly inside: readonly string[]
}

// Goes into object literals as far as they are written.
function locate(inputs: InputCosts, input: InputCost, value: ValueNode | undefined, inside: readonly string[]): Place {
  const [name, ...rest] = inside
  const type = getNamedType(input.type)
  if (name === undefined || value?.kind !== Kind.OBJECT || !isInputObjectType(type)) return { input, value, inside }
  const field = inputs.fields(type).get(name)
  if (field === undefined) return { input, value, inside }
  return locate(inputs, field, givenValue(value.fields, name), rest)
}

/** `first` where it says something, else `second`. */
export function firstSize(first: Size, second: Size): Size {
  const { size } = first
  if (size === NO_SIZE) return second
  if (first.optional) return { size: largestSize([size, second.size]), optional: second.optional }
  if (typeof size === 'number') return first
  return {
    size: (variables) => {
      const said = size(variables)
      return said === NO_SIZE ? evaluate(second.size, variables) : said
    },
    optional: second.optional,
  }
}

/** The largest of the slices; NO_SIZE where none says anything. */
export function largestSlice(slices: readonly Slice[]): Size {
  const [only, ...others] = slices
  if (only === undefined) return NOTHING
  if (others.length === 0) return only.size
  const sizes = slices.map((slice) => slice.size)
  const certain = sizes.some(({ size, optional }) => typeof size === 'number' && size !== NO_SIZE && !optional)
  return {
    size: largestSize(sizes.map(({ size }) => size)),
    optional: !certain && sizes.some(({ optional }) => optional),
  }
}

export const NOTHING: Size = { size: NO_SIZE, optional: false }

/** The largest of some sizes, as sizes are compared: one that says nothing is less than any. */
export function largestSize(sizes: readonly Expression[]): Expression {
  let constant = NO_SIZE
  const dynamic: ((variables: Variables) => number)[] = []
  for (const size of sizes) {
    if (typeof size === 'number') constant = Math.max(constant, size)
    else dynamic.push(size)
  }
  if (dynamic.length === 0) return constant
  return (variables) => {
    let most = constant
    for (const size of dynamic) most = Math.max(most, size(variables))
    return most
  }
}

/** The size that lies inside the value of an argument or input field, schema defaults applied. */
export function sizeInside(
  inputs: InputCosts,
  input: InputCost,
  value: unknown,
  inside: readonly string[],
  isLength: boolean,
): number {
  let found = value === undefined ? input.defaultValue : value
  // What a schema's default leaves out has no default any more; what a client leaves out has.
  let fillDefaults = value !== undefined
  let type: GraphQLInputType = input.type
  for (const name of inside) {
    const named = getNamedType(type)
    const field = isInputObjectType(named) ? inputs.fields(named).get(name) : undefined
    if (field === undefined || typeof found !== 'object' || found === null) return NO_SIZE
    found = Object.hasOwn(found, name) ? Reflect.get(found, name) : undefined
    if (found === undefined && fillDefaults) {
      found = field.defaultValue
      fillDefaults = false
    }
    type = field.type
  }
  return isLength ? lengthOf(found) : numberOf(found)
}

/** What the defaults of a field's slicing arguments ask for. */
export function defaultSizes(inputs: InputCosts, { listSize, arguments: args }: FieldCost): readonly number[] {
  if (listSize === undefined) return []
  return slicingPaths(listSize).map(({ name, inside }) => {
    const input = args.get(name)
    return input === undefined
      ? NO_SIZE
      : sizeInside(inputs, input, undefined, inside, endsInList(inputs, input, inside))
  })
}

function endsInList(inputs: InputCosts, input: InputCost, path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined) return isListType(getNullableType(input.type))
  const type = getNamedType(input.type)
  const field = isInputObjectType(type) ? inputs.fields(type).get(name) : undefined
  return field !== undefined && endsInList(inputs, field, rest)
}

function numberOrItems(node: ValueNode): unknown {
  if (node.kind === Kind.NULL) return null
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value)
  return node.kind === Kind.LIST ? node.values : node
}

function isValue(value: unknown): boolean {
  return value !== undefined && value !== null
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : NO_SIZE
}

// GraphQL coerces a single value to a list of one.
function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  return isValue(value) ? 1 : NO_SIZE
}
