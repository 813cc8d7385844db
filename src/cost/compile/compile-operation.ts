import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import type { FieldCost, SchemaCosts } from '../schema/schema-costs.ts'
import { compileCallCost } from './call-cost.ts'
import { type ConditionalSelection, collectFields, type FieldGroup } from './collect-fields.ts'
import type { CompiledAlternative, CompiledField, CompiledOperation, CompiledSelection } from './compiled-operation.ts'
import { compileCondition } from './condition.ts'
import { evaluate, type VariableReader, variableReader } from './expression.ts'
import { refuseFragmentCycles } from './fragment-cycles.ts'
import { compileSlices, firstSize, largestSlice, NO_SIZE } from './list-size.ts'
import { type HandedSizes, handOver } from './sized-fields.ts'

/**
 * Compiles one operation of a document. The document may be unvalidated: unknown fields and fragments cost nothing,
 * cycles and sizes past the bounds throw a CostPlanError.
 */
export function compileOperation(
  costs: SchemaCosts,
  document: DocumentNode,
  operationName: string | undefined,
): CompiledOperation {
  const operation = chooseOperation(document, operationName)
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  refuseFragmentCycles(fragments)
  const rootType = costs.schema.getRootType(operation.operation)
  if (rootType === undefined || rootType === null) {
    throw CostPlanError.operationNotFound(operationName, [`no ${operation.operation} type in the schema`])
  }
  const compiler = new OperationCompiler(costs, fragments, variableReader(costs.schema, operation))
  const root = compiler.selection(rootType, [{ selectionSet: operation.selectionSet, conditions: [] }], undefined, 0)
  return {
    kind: operation.operation,
    rootTypeName: rootType.name,
    rootTypeWeight: costs.typeWeight(rootType),
    rootWeightSource: costs.typeWeightSource(rootType),
    root,
    selections: compiler.selections,
  }
}

function chooseOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const [first, ...others] = operations
  const chosen =
    name === undefined ? (others.length === 0 ? first : undefined) : operations.find((o) => o.name?.value === name)
  if (chosen === undefined) {
    throw CostPlanError.operationNotFound(
      name,
      operations.map((o) => o.name?.value ?? 'an anonymous operation'),
    )
  }
  return chosen
}

// What collecting may take for each field that a plan may hold: a field is looked at for each possible type, and with
// the conditions around it.
const STEPS_PER_FIELD = 10

// A class for what one compilation remembers: equal selections are compiled once, which keeps documents whose fragments
// double at every level linear.
class OperationCompiler {
  readonly selections: CompiledSelection[] = []
  private readonly known = new Map<string, CompiledSelection>()
  private readonly knownPrices = new Map<FieldCost, string>()
  private readonly ids = new Map<object, number>()
  private fieldCount = 0
  private steps = 0
  private readonly costs: SchemaCosts
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  private readonly reader: VariableReader

  constructor(costs: SchemaCosts, fragments: ReadonlyMap<string, FragmentDefinitionNode>, reader: VariableReader) {
    this.costs = costs
    this.fragments = fragments
    this.reader = reader
  }

  selection(
    type: GraphQLNamedType,
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledSelection {
    if (depth > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    const key = this.key(type, sources, handed)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const alternatives = new Map<string, { typeNames: Set<string>; fields: CompiledField[] }>()
    const typenameKeys: string[][] = []
    for (const object of this.possibleTypes(type)) {
      const groups = collectFields(this.costs.schema, this.fragments, object, sources, (steps) => this.spend(steps))
      typenameKeys.push(typenames(groups))
      const shape = isObjectType(type) ? '' : this.shape(object, groups)
      const alternative = alternatives.get(shape)
      if (alternative !== undefined) alternative.typeNames.add(object.name)
      else {
        const fields = [...groups].flatMap(([name, group]) => this.field(object, name, group, handed, depth))
        alternatives.set(shape, { typeNames: new Set([object.name]), fields })
      }
    }
    const [first = { typeNames: new Set<string>(), fields: [] }, ...others] = alternatives.values()
    const all: readonly [CompiledAlternative, ...CompiledAlternative[]] = [first, ...others]
    const everywhere = (name: string) => typenameKeys.every((names) => names.includes(name))
    const compiled = {
      index: this.selections.length,
      alternatives: all,
      typenameKeys: (typenameKeys[0] ?? []).filter(everywhere),
    }
    this.selections.push(compiled)
    this.known.set(key, compiled)
    return compiled
  }

  private possibleTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type]
    return isAbstractType(type) ? this.costs.schema.getPossibleTypes(type) : []
  }

  private field(
    parent: GraphQLObjectType,
    responseName: string,
    group: FieldGroup,
    handed: HandedSizes | undefined,
    depth: number,
  ): readonly CompiledField[] {
    const { maxPlanFields } = this.costs.settings
    this.fieldCount += group.length
    if (this.fieldCount > maxPlanFields) throw CostPlanError.planTooLarge(`${maxPlanFields} fields`)
    const cost = this.fieldCost(parent, group)
    if (cost === undefined) return []
    const { node } = group[0]
    const slices = compileSlices(this.costs.inputs, this.reader, cost, node.arguments)
    const slicing = largestSlice(slices, NO_SIZE)
    const inherited = handed?.byField.get(node.name.value)
    const said = firstSize(slicing, cost.listSize?.assumedSize ?? NO_SIZE)
    const handsOver = (cost.listSize?.sizedFields.length ?? 0) > 0
    const own = handsOver ? NO_SIZE : said
    const inheritedSizes = inherited?.sizes ?? []
    const size = [...inheritedSizes.map(({ size }) => size), own, this.costs.settings.defaultListSize].reduce(firstSize)
    const call = compileCallCost(this.costs, this.reader, cost, group)
    const sources = subselections(group)
    const passed = handOver(cost, handsOver ? said : undefined, inherited)
    const children =
      sources.length > 0 && isCompositeType(cost.returnType)
        ? this.selection(cost.returnType, sources, passed, depth + 1)
        : undefined
    if (children === undefined && call === 0 && cost.typeWeight === 0 && slices.length === 0) return []
    return [
      {
        responseName,
        cost,
        selectedWhen: compileCondition(
          group.map(({ conditions }) => conditions),
          this.reader,
        ),
        call,
        size: cost.isList ? size : undefined,
        sizeSource: cost.isList
          ? {
              inherited: inheritedSizes,
              slicing: handsOver ? NO_SIZE : slicing,
              assumedSize: handsOver ? undefined : cost.listSize?.assumedSize,
            }
          : undefined,
        slices,
        children,
      },
    ]
  }

  private spend(steps: number): void {
    const maxSteps = STEPS_PER_FIELD * this.costs.settings.maxPlanFields
    this.steps += steps
    if (this.steps > maxSteps) throw CostPlanError.planTooLarge(`${maxSteps} steps`)
  }

  private fieldCost(parent: GraphQLObjectType, group: FieldGroup): FieldCost | undefined {
    const name = group[0].node.name.value
    // Introspection has a guard of its own and costs nothing here.
    const field = name.startsWith('__') ? undefined : parent.getFields()[name]
    return field === undefined ? undefined : this.costs.field(parent, field)
  }

  private key(
    type: GraphQLNamedType,
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
  ): string {
    const parts = sources.map(({ selectionSet, conditions }) => `${this.id(selectionSet)}?${conditions.join('&')}`)
    return `${type.name} ${handed === undefined ? '' : this.id(handed)} ${parts.join(' ')}`
  }

  // Two object types cost alike when the same nodes are collected for them and every field has the same prices.
  private shape(type: GraphQLObjectType, groups: ReadonlyMap<string, FieldGroup>): string {
    let shape = ''
    for (const [name, group] of groups) {
      const cost = this.fieldCost(type, group)
      const nodes = group.map(({ node, conditions }) => `${this.id(node)}?${conditions.join('&')}`)
      shape += `${name}:${cost === undefined ? '' : this.prices(cost)}:${nodes.join(' ')};`
    }
    return shape
  }

  private prices(cost: FieldCost): string {
    let prices = this.knownPrices.get(cost)
    if (prices === undefined) {
      const inputs = [...cost.arguments.values()].map(
        (input) => `${input.name}=${input.weight}+${input.defaultCost}:${input.type}`,
      )
      // A default that costs nothing may still be a size.
      const slices = compileSlices(this.costs.inputs, this.reader, cost, undefined)
      const defaultSizes = slices.map(({ size }) => evaluate(size, {}))
      prices = JSON.stringify([cost.weight, cost.isList, cost.returnType.name, cost.listSize, inputs, defaultSizes])
      this.knownPrices.set(cost, prices)
    }
    return prices
  }

  private id(object: object): number {
    let id = this.ids.get(object)
    if (id === undefined) {
      id = this.ids.size
      this.ids.set(object, id)
    }
    return id
  }
}

// The conditions of a field that stands alone are its own: once it is selected, so is everything inside it.
function subselections(group: FieldGroup): readonly ConditionalSelection[] {
  const alone = group.length === 1
  return group.flatMap(({ node, conditions }) => {
    const selectionSet: SelectionSetNode | undefined = node.selectionSet
    return selectionSet === undefined ? [] : [{ selectionSet, conditions: alone ? [] : conditions }]
  })
}

function typenames(groups: ReadonlyMap<string, FieldGroup>): string[] {
  return [...groups].flatMap(([name, group]) =>
    group[0].node.name.value === '__typename' && group.some(({ conditions }) => conditions.length === 0) ? [name] : [],
  )
}
