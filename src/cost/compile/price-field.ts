import type { FragmentDefinitionNode } from 'graphql'
import type { FieldCost, SchemaCosts } from '../schema/schema-costs.ts'
import type { AskedSize } from './asked-size.ts'
import { compileCallCost } from './call-cost.ts'
import type { ConditionalSelection, FieldGroup } from './collect-fields.ts'
import type { CompiledField } from './compiled-operation.ts'
import type { Conjunctions } from './condition.ts'
import type { Expression, Size } from './expression.ts'
import { compileSlices, firstSize, largestSlice, NOTHING, type Slice } from './list-size.ts'
import { type HandedSize, type HandedSizes, handOver } from './sized-fields.ts'
import type { OperationVariables } from './variables/operation-variables.ts'

/** What one compilation goes by. */
export interface CompileContext {
  readonly costs: SchemaCosts
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: OperationVariables
  readonly conjunctions: Conjunctions
  readonly details: CompileDetails | undefined
}

/** What an operation that is explained keeps besides: its free fields, and where everything is written. */
export interface CompileDetails {
  readonly groups: Map<CompiledField, FieldGroup>
  readonly asked: AskedSize
}

/** One field of one type as it is priced, without what is inside it. */
export interface PricedField {
  readonly cost: FieldCost
  readonly slices: readonly Slice[]
  readonly call: Expression
  /** The number of its items; undefined where it is no list. */
  readonly size: Expression | undefined
  readonly sizeSource: CompiledField['sizeSource']
  /** The sizes for what is inside it. */
  readonly handed: HandedSizes | undefined
}

/** Prices one merged field of one type. */
export function priceField(
  context: CompileContext,
  cost: FieldCost,
  group: FieldGroup,
  handed: HandedSizes | undefined,
): PricedField {
  const { costs, variables, details } = context
  const { node } = group[0]
  const slices = compileSlices({ inputs: costs.inputs, variables, asked: details?.asked }, cost, node)
  const slicing = largestSlice(slices)
  const inherited = handed?.byField.get(node.name.value)
  const { assumedSize } = cost.listSize ?? {}
  const said = assumedSize === undefined ? slicing : firstSize(slicing, { size: assumedSize, optional: false })
  const handsOver = (cost.listSize?.sizedFields.length ?? 0) > 0
  return {
    cost,
    slices,
    call: compileCallCost(context, cost, group, details && addedCosts(slices, details)),
    size: cost.isList ? listSize(context, inherited, handsOver ? NOTHING : said) : undefined,
    sizeSource: cost.isList
      ? {
          inherited: inherited?.sizes ?? [],
          slicing: handsOver ? NOTHING.size : slicing.size,
          assumedSize: handsOver ? undefined : assumedSize,
        }
      : undefined,
    handed: handOver(cost, handsOver ? said : undefined, inherited),
  }
}

/** What is selected inside a merged field. */
export function subselections(group: FieldGroup, { always }: Conjunctions): readonly ConditionalSelection[] {
  // The conditions of a field that stands alone are its own: once it is selected, so is everything inside it.
  const alone = group.length === 1
  const sources: ConditionalSelection[] = []
  for (const { node, conditions } of group) {
    if (node.selectionSet === undefined) continue
    sources.push({ selectionSet: node.selectionSet, conditions: alone ? always : conditions })
  }
  return sources
}

function listSize({ costs }: CompileContext, inherited: HandedSize | undefined, own: Size): Expression {
  const fallback = firstSize(own, { size: costs.settings.defaultListSize, optional: false })
  return (inherited?.sizes ?? []).reduceRight((next, handed) => firstSize(handed.size, next), fallback).size
}

function addedCosts(slices: readonly Slice[], { asked }: CompileDetails): Expression[] {
  return slices.flatMap(({ source, node, path }) =>
    source !== undefined && 'addedCost' in source && source.addedCost !== 0
      ? [asked.cost(source.addedCost, node, path)]
      : [],
  )
}
