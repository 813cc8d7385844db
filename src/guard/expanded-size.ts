import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql'

/** How much selections come to when every spread stands for its fragment. No count passes `Number.MAX_SAFE_INTEGER`. */
export interface ExpandedSize {
  readonly fields: number
  readonly aliases: number
  readonly spreads: number
  /** Fields with none around them. Of several operations, those of the one with the most. */
  readonly rootFields: number
  /** Fields around the deepest field, as graphql-depth-limit counts; nothing inside a field named `__…` is deep. */
  readonly depth: number
  /** Selection sets around the innermost one, of whatever kind. Past `MAX_EXPANDED_NESTING`, fragments are not followed. */
  readonly nesting: number
  /** How often an operation asks introspection for all types. */
  readonly allTypes: number
  /** Lists in lists of introspection, of which each multiplies the answer. */
  readonly introspectedLists: number
}

/**
 * How deep selections may nest once fragments are spread, whatever the limits say. Validation and graphql-depth-limit
 * recurse from fragment to fragment and give out at about 1 000, pricing refuses more than this.
 */
export const MAX_EXPANDED_NESTING = 500

/** The lists that graphql-js counts too; it allows two in each other. */
const INTROSPECTED_LISTS: ReadonlySet<string> = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes'])

/** Inside introspection nothing is deep. Minus infinity stays what it is, however deep it goes on from there. */
const INTROSPECTION = Number.NEGATIVE_INFINITY

/**
 * The size of all operations together. Every fragment is measured once, so thirty fragments that each spread the next
 * one twice, and come to a thousand million fields, take no longer than thirty that do not. A fragment within itself
 * and one that is not defined count as empty, and standard validation refuses both. It refuses fragments that are never
 * spread as well, but reads them first: they count as if they were spread once.
 */
export function expandedSize(
  operations: readonly OperationDefinitionNode[],
  fragments: readonly FragmentDefinitionNode[],
): ExpandedSize {
  const definitions = new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
  const measured = new Map<string, ExpandedSize>()

  function fragmentSize(name: string, around: number): ExpandedSize {
    const known = measured.get(name)
    // What nests this deep is refused, so nobody needs to know what is inside.
    if (known !== undefined || around > MAX_EXPANDED_NESTING) return known ?? EMPTY
    measured.set(name, EMPTY)
    const definition = definitions.get(name)
    const size = definition === undefined ? EMPTY : selectionSize(definition, around, fragmentSize)
    measured.set(name, size)
    return size
  }

  const reached = operations.map((operation) => selectionSize(operation, 0, fragmentSize))
  const unreached = fragments.flatMap(({ name }) =>
    measured.has(name.value) ? [] : [{ ...fragmentSize(name.value, 0), rootFields: 0, allTypes: 0 }],
  )
  return [...reached, ...unreached].reduce(together, EMPTY)
}

function together(all: ExpandedSize, one: ExpandedSize): ExpandedSize {
  return {
    fields: sum(all.fields, one.fields),
    aliases: sum(all.aliases, one.aliases),
    spreads: sum(all.spreads, one.spreads),
    rootFields: Math.max(all.rootFields, one.rootFields),
    depth: Math.max(all.depth, one.depth),
    nesting: Math.max(all.nesting, one.nesting),
    allTypes: Math.max(all.allTypes, one.allTypes),
    introspectedLists: Math.max(all.introspectedLists, one.introspectedLists),
  }
}

const EMPTY: ExpandedSize = {
  fields: 0,
  aliases: 0,
  spreads: 0,
  rootFields: 0,
  depth: 0,
  nesting: 0,
  allTypes: 0,
  introspectedLists: 0,
}

/** One selection set with all those inside it. Nesting is walked with a list of what is still open, not by recursion. */
function selectionSize(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  around: number,
  fragmentSize: (name: string, around: number) => ExpandedSize,
): ExpandedSize {
  const size = { ...EMPTY }
  const introspects = 'typeCondition' in definition && definition.typeCondition.name.value.startsWith('__')
  const open = [{ selectionSet: definition.selectionSet, depth: introspects ? INTROSPECTION : 0, nesting: 0, lists: 0 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { selectionSet, depth, nesting, lists } = next
    size.depth = Math.max(size.depth, depth)
    size.nesting = Math.max(size.nesting, nesting)
    size.introspectedLists = Math.max(size.introspectedLists, lists)
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const inner = fragmentSize(selection.name.value, around + nesting + 1)
        size.fields = sum(size.fields, inner.fields)
        size.aliases = sum(size.aliases, inner.aliases)
        size.spreads = sum(size.spreads, inner.spreads + 1)
        size.depth = Math.max(size.depth, depth + inner.depth)
        size.nesting = Math.max(size.nesting, nesting + 1 + inner.nesting)
        size.allTypes = sum(size.allTypes, inner.allTypes)
        size.introspectedLists = Math.max(size.introspectedLists, lists + inner.introspectedLists)
        if (depth === 0) size.rootFields = sum(size.rootFields, inner.rootFields)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        open.push({ selectionSet: selection.selectionSet, depth, nesting: nesting + 1, lists })
      } else {
        size.fields = sum(size.fields, 1)
        if (selection.alias !== undefined) size.aliases = sum(size.aliases, 1)
        if (depth === 0) size.rootFields = sum(size.rootFields, 1)
        if (selection.selectionSet === undefined) continue
        const name = selection.name.value
        const introspected = depth === INTROSPECTION
        if (introspected && name === 'types') size.allTypes = sum(size.allTypes, 1)
        open.push({
          selectionSet: selection.selectionSet,
          depth: name.startsWith('__') ? INTROSPECTION : depth + 1,
          nesting: nesting + 1,
          lists: introspected && INTROSPECTED_LISTS.has(name) ? lists + 1 : lists,
        })
      }
    }
  }
  return size
}

function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER)
}
