import { type ConstDirectiveNode, type ConstValueNode, Kind } from 'graphql'

/** What `@listSize` says on one field, with the directive's own defaults filled in. */
export interface ListSize {
  readonly assumedSize: number | undefined
  /** Names of arguments, or paths into input objects such as `page.first`. */
  readonly slicingArguments: readonly string[]
  /** Names of fields of the returned type, or paths such as `results.items`. */
  readonly sizedFields: readonly string[]
  readonly requireOneSlicingArgument: boolean
}

/** A weight as written in the schema: a number, or the text that is none. */
export type WrittenWeight = { readonly weight: number } | { readonly invalid: string }

/** A definition that may carry directives. */
export interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

/** The names under which a schema declares the two directives: gateways rename them to `tenant__cost` and the like. */
export interface CostDirectiveNames {
  readonly cost: string
  readonly listSize: string
}

/** Reads `@cost(weight:)`. String, `Int` and `Float` weights are accepted, since gateways declare it differently. */
export function readWeight(
  nodes: readonly (Annotated | null | undefined)[],
  directiveName: string,
): WrittenWeight | undefined {
  const value = directiveArgument(findDirective(nodes, directiveName), 'weight')
  if (value === undefined) return undefined
  if (value.kind !== Kind.STRING && value.kind !== Kind.INT && value.kind !== Kind.FLOAT) {
    return { invalid: value.kind }
  }
  const weight = DECIMAL.test(value.value.trim()) ? Number(value.value) : Number.NaN
  return Number.isFinite(weight) ? { weight } : { invalid: value.value }
}

// Number() alone would take hexadecimal notation and empty strings too.
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i

/** Reads `@listSize`. A single string stands for a list of one, as GraphQL coerces it. */
export function readListSize(node: Annotated | null | undefined, directiveName: string): ListSize | undefined {
  const directive = findDirective([node], directiveName)
  if (directive === undefined) return undefined
  const assumed = directiveArgument(directive, 'assumedSize')
  const requireOne = directiveArgument(directive, 'requireOneSlicingArgument')
  return {
    assumedSize: assumed?.kind === Kind.INT ? Number(assumed.value) : undefined,
    slicingArguments: strings(directiveArgument(directive, 'slicingArguments')),
    sizedFields: strings(directiveArgument(directive, 'sizedFields')),
    requireOneSlicingArgument: requireOne?.kind === Kind.BOOLEAN ? requireOne.value : true,
  }
}

/** The first directive of that name on a definition or its extensions. */
export function findDirective(
  nodes: readonly (Annotated | null | undefined)[],
  name: string,
): ConstDirectiveNode | undefined {
  for (const node of nodes) {
    const found = node?.directives?.find((directive) => directive.name.value === name)
    if (found !== undefined) return found
  }
  return undefined
}

/** The value that a directive is given for an argument, as it is written. */
export function directiveArgument(directive: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined {
  return directive?.arguments?.find((node) => node.name.value === name)?.value
}

function strings(value: ConstValueNode | undefined): readonly string[] {
  if (value?.kind === Kind.STRING) return [value.value]
  if (value?.kind !== Kind.LIST) return []
  return value.values.flatMap((item) => (item.kind === Kind.STRING ? [item.value] : []))
}
