import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { generated } from '../generated-function.ts'
import { MOST_BYTES, mostBytes } from './answer-size.ts'

/** The most bytes that the data of an operation can have as JSON; Infinity where only looking at all of it tells. */
export type AnswerBound = (data: unknown) => number

/**
 * Makes the function that bounds answers to an operation by looking at their texts alone: what numbers, booleans and
 * names take is known from the document. What depends on a type or a directive is taken to be there.
 */
export function createAnswerBound(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): AnswerBound {
  const root = schema.getRootType(operation.operation)
  if (root === undefined || root === null) return () => Number.POSITIVE_INFINITY
  const shape = shapeOf({ schema, fragments }, [{ type: root, selectionSet: operation.selectionSet }])
  return generateBound(shape) ?? ((data) => mostOf(data, shape))
}

/** Objects that are selected alike. */
interface Shape {
  /** What they have besides the values of the fields below. */
  readonly fixedBytes: number
  readonly texts: readonly string[]
  /** Custom scalars and lists of leaves. */
  readonly others: readonly string[]
  readonly objects: readonly { readonly name: string; readonly shape: Shape }[]
}

function mostOf(value: unknown, shape: Shape): number {
  if (Array.isArray(value)) return mostOfEach(value, (item) => mostOf(item, shape))
  if (!isRecord(value)) return MOST_BYTES.literal
  let most = shape.fixedBytes
  for (const name of shape.texts) most += mostOfText(value[name])
  for (const name of shape.others) most += mostBytes(value[name])
  for (const { name, shape: inner } of shape.objects) most += mostOf(value[name], inner)
  return most
}

/** More of them are not worth a function of their own. */
const MAX_NAMES = 256

/**
 * Writes the same as a function: it reads properties where they are. For `{ id author { name } }` it has
 *
 * ```js
 * function most0(value) {
 *   if (value === null || typeof value !== 'object') return literal
 *   return 36 + text(value["name"])
 * }
 * function most1(value) {
 *   if (value === null || typeof value !== 'object') return literal
 *   return 24 + text(value["id"]) + each(value["author"], most0)
 * }
 * ```
 *
 * Undefined where code may not be made of text in this process, or is not worth it.
 */
function generateBound(shape: Shape): AnswerBound | undefined {
  const functions: string[] = []
  let names = 0

  function write({ fixedBytes, texts, others, objects }: Shape): string {
    const parts = [String(fixedBytes)]
    for (const text of texts) parts.push(`text(value[${JSON.stringify(text)}])`)
    for (const other of others) parts.push(`other(value[${JSON.stringify(other)}])`)
    for (const { name, shape: inner } of objects) parts.push(`each(value[${JSON.stringify(name)}], ${write(inner)})`)
    names += parts.length
    const name = `most${functions.length}`
    const isNone = "value === null || typeof value !== 'object'"
    functions.push(`function ${name}(value) { if (${isNone}) return literal; return ${parts.join(' + ')} }`)
    return name
  }

  const root = write(shape)
  if (names > MAX_NAMES) return undefined
  const text = `${functions.join('\n')}\nreturn ${root}`
  return generated(text, { literal: MOST_BYTES.literal, text: mostOfText, other: mostBytes, each: mostOfEach })
}

function mostOfText(text: unknown): number {
  return typeof text === 'string' ? text.length * MOST_BYTES.character + 2 : mostBytes(text)
}

function mostOfEach(value: unknown, mostOfOne: AnswerBound): number {
  if (!Array.isArray(value)) return mostOfOne(value)
  let most = 2 + value.length
  for (const item of value) most += mostOfEach(item, mostOfOne)
  return most
}

interface Context {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

interface Source {
  readonly type: GraphQLNamedType | undefined
  readonly selectionSet: SelectionSetNode
}

interface Selected {
  readonly type: GraphQLNamedType | undefined
  readonly node: FieldNode
}

function shapeOf(context: Context, sources: readonly Source[]): Shape {
  const texts: string[] = []
  const others: string[] = []
  const objects: Shape['objects'][number][] = []
  let fixedBytes = 2
  for (const [name, selected] of collect(context, sources)) {
    fixedBytes += name.length * MOST_BYTES.character + 4
    const inner = selected.flatMap(innerOf)
    if (inner.length > 0) objects.push({ name, shape: shapeOf(context, inner) })
    else {
      const types = selected.map(({ type, node }) => typeOf(type, node))
      const fixed = types.map(fixedBytesOf)
      if (fixed.every((bytes) => bytes !== undefined)) fixedBytes += Math.max(...fixed)
      else if (types.every(isText)) texts.push(name)
      else others.push(name)
    }
  }
  return { fixedBytes, texts, others, objects }
}

function innerOf({ type, node }: Selected): readonly Source[] {
  const fieldType = typeOf(type, node)
  return node.selectionSet === undefined
    ? []
    : [{ type: fieldType && getNamedType(fieldType), selectionSet: node.selectionSet }]
}

/** The fields of some selections by response name, whatever the types that they depend on. */
function collect({ schema, fragments }: Context, sources: readonly Source[]): ReadonlyMap<string, readonly Selected[]> {
  const found = new Map<string, Selected[]>()
  const spread = new Set<string>()
  const open = [...sources]
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    const { type, selectionSet } = source
    for (const node of selectionSet.selections) {
      if (node.kind === Kind.FIELD) {
        const name = node.alias?.value ?? node.name.value
        const known = found.get(name) ?? []
        known.push({ type, node })
        found.set(name, known)
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition && schema.getType(node.typeCondition.name.value)
        open.push({ type: condition ?? type, selectionSet: node.selectionSet })
      } else if (!spread.has(node.name.value)) {
        spread.add(node.name.value)
        const fragment = fragments.get(node.name.value)
        if (fragment === undefined) continue
        open.push({ type: schema.getType(fragment.typeCondition.name.value), selectionSet: fragment.selectionSet })
      }
    }
  }
  return found
}

/** Undefined for introspection, whose types are looked up nowhere: its leaves are looked at whole. */
function typeOf(parent: GraphQLNamedType | undefined, { name }: FieldNode): GraphQLOutputType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name.value]?.type : undefined
}

function isText(type: GraphQLOutputType | undefined): boolean {
  if (type === undefined) return false
  const leaf = getNullableType(type)
  return isLeafType(leaf) && (leaf.name === 'String' || leaf.name === 'ID')
}

/** The most that a number, a boolean or an enum takes; undefined for lists and for scalars that may be anything. */
function fixedBytesOf(type: GraphQLOutputType | undefined): number | undefined {
  const leaf = type && getNullableType(type)
  if (isEnumType(leaf)) return Math.max(MOST_BYTES.literal, ...leaf.getValues().map(({ name }) => name.length + 2))
  if (!isLeafType(leaf)) return undefined
  return ['Int', 'Float', 'Boolean'].includes(leaf.name) ? MOST_BYTES.number : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
