import type { GraphQLNamedType, GraphQLObjectType } from 'graphql'
import type { FieldCost } from '../schema/schema-costs.ts'
import type { ConditionalField, ConditionalSelection, FieldGroup, FieldGroups } from './collect-fields.ts'
import { type CompiledField, type CompiledSelection, FREE_SELECTION } from './compiled-operation.ts'
import { largest } from './expression.ts'
import { largestSize } from './list-size.ts'
import { type CompileContext, type PricedField, priceField, subselections } from './price-field.ts'
import { type HandedSizes, handOverTogether } from './sized-fields.ts'

/** What joining needs of the compiler. */
interface Compiler {
  readonly context: CompileContext
  possibleTypes(type: GraphQLNamedType): readonly GraphQLObjectType[]
  fieldCost(parent: GraphQLObjectType, name: string): FieldCost | undefined
  prices(cost: FieldCost): number
  count(fields: number): void
  spend(steps: number): void
  selection(
    type: GraphQLNamedType,
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledSelection
  joinedSelection(
    objects: readonly GraphQLObjectType[],
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledSelection
}

/**
 * Compiles what is selected on any of several types as if it were one type: each response name at the dearest price, the
 * largest size and with everything inside it that any type has. An upper bound, linear where telling the types apart
 * doubles at every level.
 */
export function joinFields(
  compiler: Compiler,
  objects: readonly GraphQLObjectType[],
  groups: FieldGroups,
  handed: HandedSizes | undefined,
  depth: number,
): readonly CompiledField[] {
  const fields: CompiledField[] = []
  for (const [name, group] of groups) {
    const field = joinField(compiler, objects, name, group, handed, depth)
    if (field !== undefined) fields.push(field)
  }
  return fields
}

function joinField(
  compiler: Compiler,
  objects: readonly GraphQLObjectType[],
  responseName: string,
  group: FieldGroup,
  handed: HandedSizes | undefined,
  depth: number,
): CompiledField | undefined {
  compiler.count(group.length)
  const { details, variables, conjunctions } = compiler.context
  const priced = pricedFields(compiler, objects, group, handed)
  const [first, ...others] = priced
  if (first === undefined) return undefined
  const returned = new Set(priced.flatMap(({ cost }) => compiler.possibleTypes(cost.returnType)))
  const sources = returned.size === 0 ? [] : subselections(group, conjunctions)
  const below = handOverTogether(priced.map((field) => field.handed))
  const inside =
    sources.length === 0
      ? undefined
      : others.every(({ cost }) => cost.returnType === first.cost.returnType)
        ? compiler.selection(first.cost.returnType, sources, below, depth + 1)
        : compiler.joinedSelection([...returned], sources, below, depth + 1)
  const children = inside === FREE_SELECTION ? undefined : inside
  const call = largest([first.call, ...others.map((field) => field.call)])
  const typeWeight = Math.max(...priced.map(({ cost }) => cost.typeWeight))
  const slices = first.slices
  if (details === undefined && children === undefined && call === 0 && typeWeight === 0 && slices.length === 0) {
    return undefined
  }
  const isList = priced.some(({ size }) => size !== undefined)
  const field: CompiledField = {
    responseName,
    cost: { ...first.cost, typeWeight },
    selectedWhen: variables.selectedWhen(group.map(({ conditions }) => conditions)),
    call,
    size: isList ? largestSize(priced.map(({ size }) => size ?? 1)) : undefined,
    sizeSource: priced.find(({ size }) => size !== undefined)?.sizeSource,
    slices,
    children,
    joined: priced,
  }
  details?.groups.set(field, group)
  if (details !== undefined) {
    for (const { node } of group)
      if (node.name.value === group[0].node.name.value) details.asked.merge(group[0].node, node)
  }
  return field
}

// Each node, as a field of each type that has it; those that cost alike once.
function pricedFields(
  compiler: Compiler,
  objects: readonly GraphQLObjectType[],
  group: FieldGroup,
  handed: HandedSizes | undefined,
): readonly PricedField[] {
  compiler.spend(objects.length * group.length)
  const priced: PricedField[] = []
  const seen = new Set<string>()
  for (const field of group) {
    const call = plainName(field) ?? seen.size
    for (const object of objects) {
      const cost = compiler.fieldCost(object, field.node.name.value)
      if (cost === undefined) continue
      const key = `${call} ${compiler.prices(cost)}`
      if (seen.has(key)) continue
      seen.add(key)
      priced.push(priceField(compiler.context, cost, [field], handed))
    }
  }
  return priced
}

/** The name of a field that was written without arguments and directives: all of that name cost alike. */
function plainName({ node }: ConditionalField): string | undefined {
  const isPlain = (node.arguments?.length ?? 0) === 0 && (node.directives?.length ?? 0) === 0
  return isPlain ? node.name.value : undefined
}
