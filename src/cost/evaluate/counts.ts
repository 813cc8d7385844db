import {
  type GraphQLArgument,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql'
import { givenValue } from '../compile/call-cost.ts'
import type { FieldGroup } from '../compile/collect-fields.ts'
import type { CompiledAlternative } from '../compile/compiled-operation.ts'
import type { Variables } from '../compile/expression.ts'
import type { DetailedOperation } from './detailed-operation.ts'
import { count } from './estimate.ts'
import type { ShownAlternatives } from './shown-alternatives.ts'
import { saturate, times } from './totals.ts'

/** How many of something there are, by schema coordinate. */
export type CountsByCoordinate = Readonly<Record<string, number>>

/**
 * The six counts of the specification (section 5.3.1), for the estimate: lists are full. Under an abstract type the
 * alternative is counted that the rows show: `typeCounts` follows the dearest in type cost, the others the dearest in
 * field cost, so that each total is the weighted sum of its counts wherever no negative weight was stopped at 0.
 * `__typename` and introspection are not counted.
 */
export interface CostCounts {
  /** Calls of each field: `Type.field`. */
  readonly fieldCounts: CountsByCoordinate
  /** Instances of each type that fields return, scalars and the root type as well; abstract types by their own name. */
  readonly typeCounts: CountsByCoordinate
  /** Values of each input object type, over all calls: `Type`. */
  readonly inputTypeCounts: CountsByCoordinate
  /** Uses of each input field in them, defaults as well: `Input.field`. */
  readonly inputFieldCounts: CountsByCoordinate
  /** Calls that use each argument, defaults as well: `Type.field(argument:)`, `@directive(argument:)`. */
  readonly argumentCounts: CountsByCoordinate
  /** Calls of fields with each directive on them: `@directive`. Those on fragments are not counted. */
  readonly directiveCounts: CountsByCoordinate
}

/** Counts an operation in one pass from the root down: linear in the plan however many response paths there are. */
export function countOperation(
  detailed: DetailedOperation,
  variables: Variables,
  shown: ShownAlternatives,
): CostCounts {
  const { operation } = detailed
  const counter = new Counter(detailed, variables)
  const instances: readonly Instances[] = operation.selections.map(() => ({ field: 0, type: 0 }))
  const root = instances[operation.root.index]
  if (root !== undefined) {
    root.field = 1
    root.type = 1
  }
  add(counter.counts.typeCounts, operation.rootTypeName, 1)
  // Children stand before their parents, so backwards every parent has been counted before its children are.
  for (const selection of [...operation.selections].reverse()) {
    const here = instances[selection.index]
    if (here === undefined || (here.field === 0 && here.type === 0)) continue
    counter.fields(shown.dearestInFieldCost(selection), here.field, instances)
    counter.types(shown.dearestInTypeCost(selection), here.type, instances)
  }
  return counter.saturated()
}

interface Instances {
  /** How many objects the selection is called on, and how many it counts for in the type cost. */
  field: number
  type: number
}

type Counts = Record<keyof CostCounts, Map<string, number>>

class Counter {
  readonly counts: Counts = {
    fieldCounts: new Map(),
    typeCounts: new Map(),
    inputTypeCounts: new Map(),
    inputFieldCounts: new Map(),
    argumentCounts: new Map(),
    directiveCounts: new Map(),
  }
  private readonly detailed: DetailedOperation
  private readonly variables: Variables
  private readonly values: Record<string, unknown>

  constructor(detailed: DetailedOperation, variables: Variables) {
    this.detailed = detailed
    this.variables = variables
    this.values = Object.create(null)
    for (const { variable } of detailed.definition.variableDefinitions ?? []) {
      this.values[variable.name.value] = detailed.variables.read(variable.name.value, variables)
    }
  }

  fields({ fields }: CompiledAlternative, calls: number, instances: readonly Instances[]): void {
    if (calls === 0) return
    for (const field of fields) {
      if (field.selectedWhen !== undefined && !field.selectedWhen(this.variables)) continue
      add(this.counts.fieldCounts, field.cost.coordinate, calls)
      const group = this.detailed.groups.get(field)
      if (group !== undefined) {
        const { arguments: inputs, coordinate } = field.cost
        for (const input of inputs.values()) {
          this.input(`${coordinate}(${input.name}:)`, input, givenValue(group[0].node.arguments, input.name), calls)
        }
        this.directives(group, calls)
      }
      const below = field.children === undefined ? undefined : instances[field.children.index]
      if (below !== undefined) below.field += times(calls, count(field.size, this.variables))
    }
  }

  types({ fields }: CompiledAlternative, objects: number, instances: readonly Instances[]): void {
    if (objects === 0) return
    for (const field of fields) {
      if (field.selectedWhen !== undefined && !field.selectedWhen(this.variables)) continue
      const items = times(objects, count(field.size, this.variables))
      add(this.counts.typeCounts, field.cost.returnType.name, items)
      const below = field.children === undefined ? undefined : instances[field.children.index]
      if (below !== undefined) below.type += items
    }
  }

  saturated(): CostCounts {
    const record = (counts: ReadonlyMap<string, number>) =>
      Object.fromEntries([...counts].flatMap(([name, n]) => (n === 0 ? [] : [[name, saturate(n)]])))
    const { fieldCounts, typeCounts, inputTypeCounts, inputFieldCounts, argumentCounts, directiveCounts } = this.counts
    return {
      fieldCounts: record(fieldCounts),
      typeCounts: record(typeCounts),
      inputTypeCounts: record(inputTypeCounts),
      inputFieldCounts: record(inputFieldCounts),
      argumentCounts: record(argumentCounts),
      directiveCounts: record(directiveCounts),
    }
  }

  // As with their cost: of merged fields, the directives of the first that is selected.
  private directives(group: FieldGroup, calls: number): void {
    if (group.every(({ node }) => node.directives === undefined || node.directives.length === 0)) return
    const { costs, variables } = this.detailed
    const selected = group.find(({ conditions }) => variables.selectedWhen([conditions])?.(this.variables) ?? true)
    for (const { name, arguments: nodes } of selected?.node.directives ?? []) {
      const definition = costs.schema.getDirective(name.value)
      if (definition === null || definition === undefined) continue
      add(this.counts.directiveCounts, `@${name.value}`, calls)
      for (const argument of definition.args) {
        this.input(`@${name.value}(${argument.name}:)`, argument, givenValue(nodes, argument.name), calls)
      }
    }
  }

  /** An argument: not counted where it is omitted and has no default. */
  private input(
    coordinate: string,
    { type, defaultValue }: Pick<GraphQLArgument, 'type' | 'defaultValue'>,
    node: ValueNode | undefined,
    calls: number,
  ): void {
    const given = node === undefined ? undefined : valueFromASTUntyped(node, this.values)
    const value = given === undefined ? defaultValue : given
    if (value === undefined) return
    add(this.counts.argumentCounts, coordinate, calls)
    this.inside(type, value, given !== undefined, calls)
  }

  private inside(type: GraphQLInputType, value: unknown, fillDefaults: boolean, calls: number): void {
    const named = getNamedType(type)
    if (value === null || value === undefined || !isInputObjectType(named)) return
    if (Array.isArray(value)) {
      const nullable = getNullableType(type)
      const itemType = isListType(nullable) ? nullable.ofType : nullable
      for (const item of value) this.inside(itemType, item, fillDefaults, calls)
      return
    }
    if (typeof value !== 'object') return
    add(this.counts.inputTypeCounts, named.name, calls)
    for (const [name, field] of this.detailed.costs.inputs.fields(named)) {
      const given: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      const used = given === undefined && fillDefaults ? field.defaultValue : given
      if (used === undefined) continue
      add(this.counts.inputFieldCounts, `${named.name}.${name}`, calls)
      // A default from the schema is used as it stands.
      this.inside(field.type, used, fillDefaults && given !== undefined, calls)
    }
  }
}

function add(counts: Map<string, number>, name: string, n: number): void {
  counts.set(name, (counts.get(name) ?? 0) + n)
}
