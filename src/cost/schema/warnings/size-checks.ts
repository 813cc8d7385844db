import { type GraphQLField, type GraphQLObjectType, getNamedType, isLeafType, isObjectType } from 'graphql'
import type { ListSize } from '../cost-directives.ts'
import type { SchemaCosts } from '../schema-costs.ts'
import { alwaysHasValue, mustBeGiven } from '../slicing-argument.ts'
import type { SchemaReach } from './schema-reach.ts'

type Field = GraphQLField<unknown, unknown>

/** How sure a list is of the size that a field's `sizedFields` hand it. */
type Handed = 'always' | 'sometimes'

/**
 * Makes the function that finds, for one field of an object type, where the size of a list is not known, or is said and
 * never asked for.
 *
 * An upper bound of a slicing argument is nothing that the specification lets a schema state: what a client asks for is
 * what it is charged, however much. So the warning is for slicing arguments that may say nothing at all.
 */
export function createSizeChecks(costs: SchemaCosts, reach: SchemaReach) {
  const { defaultListSize, directives } = costs.settings
  const listSizeName = `@${directives.listSize}`
  const then = `defaultListSize, ${defaultListSize}, applies`
  const handed = findHandedSizes(costs, reach)

  return (type: GraphQLObjectType, field: Field): readonly string[] => {
    const { listSize } = costs.field(type, field)
    return [
      ...ownSize(type, field),
      ...sizesBelow(type, field),
      ...(listSize === undefined ? [] : saidSize(field, listSize)),
    ]
  }

  function ownSize(type: GraphQLObjectType, field: Field): string[] {
    const cost = costs.field(type, field)
    if (!countsItems(type, field)) return []
    const ways = reach.waysTo(type)
    const sizes = sizesHanded(type, cost.coordinate)
    const isRoot = reach.roots.has(type)
    const handsOver = (cost.listSize?.sizedFields.length ?? 0) > 0
    if (cost.listSize !== undefined && !handsOver && says(cost.listSize)) {
      const overruled = !isRoot && sizes.length === ways.length && sizes.every((certain) => certain === 'always')
      return overruled
        ? [`its ${listSizeName} never applies: every field that returns ${type.name} hands it a size in sizedFields.`]
        : []
    }
    if (sizes.length > 0 && !isRoot) return []
    return handsOver
      ? [`${listSizeName} sizes the sizedFields, and not this list itself, whose size is unknown: ${then}.`]
      : [`is a list of unknown size: ${then}. Say what it is with ${listSizeName}.`]
  }

  // A list that some fields size is a mistake only by way of the others.
  function sizesBelow(type: GraphQLObjectType, field: Field): string[] {
    const edge = `${type.name}.${field.name}`
    return reach.objectTypes(getNamedType(field.type)).flatMap((returned) => {
      const lists = Object.values(returned.getFields()).filter((list) => {
        const { coordinate, listSize } = costs.field(returned, list)
        if (!countsItems(returned, list) || (listSize !== undefined && says(listSize))) return false
        return sizesHanded(returned, coordinate).length > 0 && handed.get(edge)?.get(coordinate) === undefined
      })
      if (lists.length === 0) return []
      const names = lists.map(({ name }) => `${returned.name}.${name}`).join(', ')
      return [
        `says no size for ${names}, as other fields do: ${then}. Name them in the sizedFields of ${listSizeName}.`,
      ]
    })
  }

  function saidSize(field: Field, listSize: ListSize): string[] {
    const { assumedSize, slicingArguments, sizedFields } = listSize
    if (!says(listSize)) {
      return sizedFields.length === 0
        ? []
        : [`${listSizeName} has sizedFields and no size for them: ${then}. Add assumedSize or slicingArguments.`]
    }
    if (!alwaysHands(field, listSize)) {
      const names = slicingArguments.map((path) => `"${path}"`).join(', ')
      return [
        `${listSizeName} says no size where none of ${names} is given: ${then}. Add assumedSize or a default, or require one.`,
      ]
    }
    const certain = slicingArguments.find((path) => mustBeGiven(field.args, path))
    return assumedSize === undefined || certain === undefined
      ? []
      : [`the assumedSize of ${listSizeName} never applies: the slicing argument "${certain}" cannot be left out.`]
  }

  /** What the fields that return an object type hand to one of its lists, those that hand nothing left out. */
  function sizesHanded(type: GraphQLObjectType, list: string): readonly Handed[] {
    return reach.waysTo(type).flatMap(({ coordinate }) => handed.get(coordinate)?.get(list) ?? [])
  }

  // Items that weigh nothing and have nothing inside cost nothing, however many they are.
  function countsItems(type: GraphQLObjectType, field: Field): boolean {
    const { isList, returnType, typeWeight } = costs.field(type, field)
    return isList && !(isLeafType(returnType) && typeWeight === 0)
  }
}

/** By the coordinate of a field, and that of a list in what it returns: which sizes are handed from one to the other. */
function findHandedSizes(costs: SchemaCosts, reach: SchemaReach): ReadonlyMap<string, ReadonlyMap<string, Handed>> {
  const handed = new Map<string, Map<string, Handed>>()

  function hand(edge: string, field: Field, path: readonly string[], certain: Handed): void {
    const [name = '', ...rest] = path
    for (const type of reach.objectTypes(getNamedType(field.type))) {
      const next = type.getFields()[name]
      if (next === undefined) continue
      const coordinate = `${type.name}.${name}`
      if (rest.length > 0) hand(coordinate, next, rest, certain)
      else {
        const lists = handed.get(edge) ?? new Map<string, Handed>()
        handed.set(edge, lists)
        if (lists.get(coordinate) !== 'always') lists.set(coordinate, certain)
      }
    }
  }

  for (const type of reach.outputs) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const { coordinate, listSize } = costs.field(type, field)
      const certain = listSize !== undefined && alwaysHands(field, listSize) ? 'always' : 'sometimes'
      for (const path of listSize?.sizedFields ?? []) hand(coordinate, field, path.split('.'), certain)
    }
  }
  return handed
}

function says({ assumedSize, slicingArguments }: ListSize): boolean {
  return assumedSize !== undefined || slicingArguments.length > 0
}

/** Whether a `@listSize` says a size in every operation that keeps to it. */
function alwaysHands(field: Field, { assumedSize, slicingArguments, requireOneSlicingArgument }: ListSize): boolean {
  if (assumedSize !== undefined) return true
  if (requireOneSlicingArgument) return slicingArguments.length > 0
  return slicingArguments.some((path) => alwaysHasValue(field.args, path))
}
