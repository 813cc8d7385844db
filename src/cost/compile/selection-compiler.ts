import { type GraphQLNamedType, type GraphQLObjectType, isAbstractType, isObjectType } from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import type { FieldCost } from '../schema/schema-costs.ts'
import { hasDirectives } from './call-cost.ts'
import {
  type CollectContext,
  type ConditionalSelection,
  collectFields,
  type FieldGroup,
  type FieldGroups,
} from './collect-fields.ts'
import {
  type CompiledAlternative,
  type CompiledField,
  type CompiledSelection,
  FREE_SELECTION,
} from './compiled-operation.ts'
import { joinFields } from './join-fields.ts'
import { defaultSizes } from './list-size.ts'
import { type CompileContext, priceField, subselections } from './price-field.ts'
import type { HandedSizes } from './sized-fields.ts'

// What collecting may take for each field that a plan may hold: a field is looked at for each possible type, and with
// the conditions around it.
const STEPS_PER_FIELD = 10

/**
 * Compiles selections. A class for what one compilation remembers: equal selections are compiled once, which keeps
 * documents whose fragments double at every level linear.
 */
export class SelectionCompiler {
  readonly selections: CompiledSelection[] = []
  approximate = false
  readonly context: CompileContext
  private readonly collecting: CollectContext
  private readonly known = new Map<string, CompiledSelection>()
  private readonly possible = new Map<GraphQLNamedType, readonly GraphQLObjectType[]>()
  private readonly priceIds = new Map<FieldCost, number>()
  private readonly priceTexts = new Map<string, number>()
  private readonly typeNames = new Map<readonly GraphQLObjectType[], ReadonlySet<string>>()
  private readonly ids = new Map<object, number>()
  private readonly maxFields: number
  private fieldCount = 0
  private steps = 0

  constructor(context: CompileContext) {
    this.context = context
    this.maxFields = context.costs.settings.maxPlanFields
    this.collecting = {
      schema: context.costs.schema,
      fragments: context.fragments,
      conjunctions: context.conjunctions,
      spend: (steps) => this.spend(steps),
      limit: (fields) => this.refuseMoreThan(fields),
    }
  }

  selection(
    type: GraphQLNamedType,
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledSelection {
    const key = this.key(String(this.id(type)), sources, handed)
    return (
      this.known.get(key) ?? this.remember(key, this.alternatives(this.possibleTypes(type), sources, handed, depth))
    )
  }

  /** The selection on any of these types, which are not told apart. */
  joinedSelection(
    objects: readonly GraphQLObjectType[],
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledSelection {
    const key = this.key(objects.map((object) => this.id(object)).join('|'), sources, handed)
    return this.known.get(key) ?? this.remember(key, this.joined(objects, sources, handed, depth))
  }

  possibleTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    let objects = this.possible.get(type)
    if (objects === undefined) {
      objects = isObjectType(type)
        ? [type]
        : isAbstractType(type)
          ? this.context.costs.schema.getPossibleTypes(type)
          : []
      this.possible.set(type, objects)
    }
    return objects
  }

  fieldCost(parent: GraphQLObjectType, name: string): FieldCost | undefined {
    // Introspection has a guard of its own and costs nothing here.
    if (name.startsWith('__')) return undefined
    const field = parent.getFields()[name]
    return field === undefined ? undefined : this.context.costs.field(parent, field)
  }

  count(fields: number): void {
    this.fieldCount += fields
    this.refuseMoreThan(this.fieldCount)
  }

  spend(steps: number): void {
    this.steps += steps
    const maxSteps = STEPS_PER_FIELD * this.maxFields
    if (this.steps > maxSteps) throw CostPlanError.planTooLarge(`${maxSteps} steps`)
  }

  /** A number for the prices of a field: two fields with the same one cost alike. */
  prices(cost: FieldCost): number {
    let id = this.priceIds.get(cost)
    if (id === undefined) {
      const inputs = [...cost.arguments.values()].map(
        (input) => `${input.name}=${input.weight}+${input.defaultCost}:${input.type}`,
      )
      const { weight, isList, returnType, listSize } = cost
      // A default that costs nothing may still be a size.
      const text = JSON.stringify([
        weight,
        isList,
        returnType.name,
        listSize,
        inputs,
        defaultSizes(this.context.costs.inputs, cost),
      ])
      id = this.priceTexts.get(text) ?? this.priceTexts.size
      this.priceTexts.set(text, id)
      this.priceIds.set(cost, id)
    }
    return id
  }

  private key(typeKey: string, sources: readonly ConditionalSelection[], handed: HandedSizes | undefined): string {
    let key = handed === undefined ? typeKey : `${typeKey}/${this.id(handed)}`
    for (const { selectionSet, conditions } of sources) key += ` ${this.id(selectionSet)}?${conditions.id}`
    return key
  }

  private remember(key: string, { alternatives, typenameKey }: Omit<CompiledSelection, 'index'>): CompiledSelection {
    if (alternatives.length === 1 && alternatives[0].fields.length === 0) {
      this.known.set(key, FREE_SELECTION)
      return FREE_SELECTION
    }
    const compiled = { index: this.selections.length, alternatives, typenameKey }
    this.selections.push(compiled)
    this.known.set(key, compiled)
    return compiled
  }

  private alternatives(
    objects: readonly GraphQLObjectType[],
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): Omit<CompiledSelection, 'index'> {
    if (depth > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    const [first] = objects
    if (first === undefined) return { alternatives: [{ typeNames: new Set(), fields: [] }], typenameKey: undefined }
    const { groups, split } = collectFields(this.collecting, first, objects, sources)
    if (!split && this.costAlike(objects, groups)) {
      const fields = this.fields(first, groups, handed, depth)
      return { alternatives: [{ typeNames: this.names(objects), fields }], typenameKey: undefined }
    }
    if (this.isCrowded()) return this.joined(objects, sources, handed, depth)
    return this.split(objects, sources, handed, depth)
  }

  private split(
    objects: readonly GraphQLObjectType[],
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): Omit<CompiledSelection, 'index'> {
    const byShape = new Map<string, CompiledAlternative & { readonly typeNames: Set<string> }>()
    const collections: FieldGroups[] = []
    for (const object of objects) {
      const { groups } = collectFields(this.collecting, object, objects, sources)
      collections.push(groups)
      const shape = this.shape(object, groups)
      const alternative = byShape.get(shape)
      if (alternative !== undefined) alternative.typeNames.add(object.name)
      else {
        byShape.set(shape, { typeNames: new Set([object.name]), fields: this.fields(object, groups, handed, depth) })
      }
    }
    const [first = { typeNames: new Set<string>(), fields: [] }, ...others] = byShape.values()
    return {
      alternatives: [first, ...others],
      typenameKey: others.length === 0 ? undefined : typenameKeyOf(collections),
    }
  }

  private joined(
    objects: readonly GraphQLObjectType[],
    sources: readonly ConditionalSelection[],
    handed: HandedSizes | undefined,
    depth: number,
  ): Omit<CompiledSelection, 'index'> {
    if (depth > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    this.approximate = true
    const { groups } = collectFields(this.collecting, undefined, objects, sources)
    const fields = joinFields(this, objects, groups, handed, depth)
    return {
      alternatives: [{ typeNames: this.names(objects), fields }],
      typenameKey: undefined,
    }
  }

  private fields(
    object: GraphQLObjectType,
    groups: FieldGroups,
    handed: HandedSizes | undefined,
    depth: number,
  ): readonly CompiledField[] {
    const fields: CompiledField[] = []
    for (const [name, group] of groups) {
      const field = this.field(object, name, group, handed, depth)
      if (field !== undefined) fields.push(field)
    }
    return fields
  }

  private field(
    parent: GraphQLObjectType,
    responseName: string,
    group: FieldGroup,
    handed: HandedSizes | undefined,
    depth: number,
  ): CompiledField | undefined {
    this.count(group.length)
    const { variables, details } = this.context
    const cost = this.fieldCost(parent, group[0].node.name.value)
    if (cost === undefined) return undefined
    const isLeaf = this.possibleTypes(cost.returnType).length === 0
    if (details === undefined && isLeaf && isPlainlyFree(cost) && !group.some(({ node }) => hasDirectives(node))) {
      return undefined
    }
    const priced = priceField(this.context, cost, group, handed)
    const sources = isLeaf ? [] : subselections(group, this.context.conjunctions)
    const inside = sources.length > 0 ? this.selection(cost.returnType, sources, priced.handed, depth + 1) : undefined
    const children = inside === FREE_SELECTION ? undefined : inside
    const { call, size, sizeSource, slices } = priced
    const isFree = children === undefined && call === 0 && cost.typeWeight === 0 && slices.length === 0
    if (isFree && details === undefined) return undefined
    const field: CompiledField = {
      responseName,
      cost,
      selectedWhen: isAlwaysSelected(group)
        ? undefined
        : variables.selectedWhen(group.map(({ conditions }) => conditions)),
      call,
      size,
      sizeSource,
      slices,
      children,
      joined: undefined,
    }
    details?.groups.set(field, group)
    if (details !== undefined) for (const { node } of group) details.asked.merge(group[0].node, node)
    return field
  }

  private isCrowded(): boolean {
    const { maxExactFields } = this.context.costs.settings
    return this.fieldCount > maxExactFields || this.steps > maxExactFields * STEPS_PER_FIELD
  }

  private refuseMoreThan(fields: number): void {
    if (fields > this.maxFields) throw CostPlanError.planTooLarge(`${this.maxFields} fields`)
  }

  // Two object types cost alike when the same nodes are collected for them and every field has the same prices.
  private shape(type: GraphQLObjectType, groups: FieldGroups): string {
    let shape = ''
    for (const [name, group] of groups) {
      const cost = this.fieldCost(type, group[0].node.name.value)
      shape += `${name}:${cost === undefined ? '' : this.prices(cost)}`
      for (const { node, conditions } of group) shape += `:${this.id(node)}?${conditions.id}`
    }
    return shape
  }

  /** Whether the same nodes have the same prices on every type. */
  private costAlike([first, ...others]: readonly GraphQLObjectType[], groups: FieldGroups): boolean {
    if (first === undefined || others.length === 0) return true
    for (const name of fieldNames(groups)) {
      const prices = this.pricesOf(first, name)
      if (others.some((other) => this.pricesOf(other, name) !== prices)) return false
    }
    return true
  }

  private pricesOf(type: GraphQLObjectType, name: string): number | undefined {
    const cost = this.fieldCost(type, name)
    return cost === undefined ? undefined : this.prices(cost)
  }

  private names(objects: readonly GraphQLObjectType[]): ReadonlySet<string> {
    let names = this.typeNames.get(objects)
    if (names === undefined) {
      names = new Set(objects.map(({ name }) => name))
      this.typeNames.set(objects, names)
    }
    return names
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

function fieldNames(groups: FieldGroups): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [{ node }] of groups.values()) names.add(node.name.value)
  return names
}

function isAlwaysSelected(group: FieldGroup): boolean {
  for (const { conditions } of group) if (conditions.literals.size === 0) return true
  return false
}

// Without arguments of the schema, none in the document has a price.
function isPlainlyFree({ weight, typeWeight, arguments: inputs }: FieldCost): boolean {
  return weight <= 0 && typeWeight === 0 && inputs.size === 0
}

function typenameKeyOf(collections: readonly FieldGroups[]): string | undefined {
  const [first, ...others] = collections.map(typenames)
  for (const name of first ?? []) if (others.every((names) => names.has(name))) return name
  return undefined
}

function typenames(groups: FieldGroups): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [name, group] of groups) {
    if (group[0].node.name.value !== '__typename') continue
    if (group.some(({ conditions }) => conditions.literals.size === 0)) names.add(name)
  }
  return names
}
