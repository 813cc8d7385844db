import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import type { InputCost } from '../schema/input-costs.ts'
import type { FieldCost, SchemaCosts } from '../schema/schema-costs.ts'
import type { FieldGroup } from './collect-fields.ts'
import { compileCondition } from './condition.ts'
import { type Expression, evaluate, notNegative, sum, type VariableReader } from './expression.ts'

/** Compiles `call(f) = max(0, weight(f) + Σ arguments + Σ executable directives' arguments)` for a merged field. */
export function compileCallCost(
  costs: SchemaCosts,
  reader: VariableReader,
  field: FieldCost,
  group: FieldGroup,
): Expression {
  // GraphQL's OverlappingFieldsCanBeMerged makes sure that merged fields have equal arguments.
  const parts = argumentCosts(costs, reader, field.arguments, group[0].node.arguments)
  return notNegative(sum([field.weight, ...parts, directivesOfFirstSelected(costs, reader, group)]))
}

// Directives may differ between merged fields. Resolvers see those of the first field that is selected, and a client
// could repeat a field to repeat a negative weight, so just that one field's directives count.
function directivesOfFirstSelected(costs: SchemaCosts, reader: VariableReader, group: FieldGroup): Expression {
  if (group.every(({ node }) => node.directives === undefined || node.directives.length === 0)) return 0
  const candidates = group.map(({ node, conditions }) => ({
    selected: compileCondition([conditions], reader),
    cost: directiveCosts(costs, reader, node),
  }))
  const first = candidates[0]
  if (first === undefined || first.selected === undefined) return first?.cost ?? 0
  if (candidates.every(({ cost }) => cost === first.cost)) return first.cost
  return (variables) => {
    const found = candidates.find(({ selected }) => selected === undefined || selected(variables))
    return found === undefined ? 0 : evaluate(found.cost, variables)
  }
}

function directiveCosts(costs: SchemaCosts, reader: VariableReader, node: FieldNode): Expression {
  return sum(
    (node.directives ?? []).flatMap((directive) => {
      const definition = costs.schema.getDirective(directive.name.value)
      if (definition === null || definition === undefined) return []
      const inputs = new Map(definition.args.map((argument) => [argument.name, costs.inputs.of(argument)]))
      return argumentCosts(costs, reader, inputs, directive.arguments)
    }),
  )
}

function argumentCosts(
  costs: SchemaCosts,
  reader: VariableReader,
  inputs: ReadonlyMap<string, InputCost>,
  nodes: readonly ArgumentNode[] | undefined,
): Expression[] {
  const parts: Expression[] = []
  for (const input of inputs.values()) {
    const node = nodes?.find((candidate) => candidate.name.value === input.name)
    parts.push(inputCost(costs, reader, input, node?.value, 0))
  }
  return parts
}

/** The cost of an argument or input field for the value written in the document; undefined where none is. */
function inputCost(
  costs: SchemaCosts,
  reader: VariableReader,
  input: InputCost,
  value: ValueNode | undefined,
  depth: number,
): Expression {
  const omitted = input.defaultCost ?? 0
  if (value === undefined) return omitted
  if (value.kind === Kind.VARIABLE) {
    const free = input.weight === 0 && omitted === 0 && !isInputObjectType(getNamedType(input.type))
    if (free) return 0
    const read = reader(value.name.value)
    return (variables) => {
      const given = read(variables)
      return given === undefined ? omitted : costs.inputs.ofClientValue(input, given)
    }
  }
  const items = value.kind === Kind.LIST && isListType(getNullableType(input.type)) ? value.values.length : 1
  return sum([costs.inputs.weightFor(input, items), literalCost(costs, reader, input.type, value, depth)])
}

function literalCost(
  costs: SchemaCosts,
  reader: VariableReader,
  type: GraphQLInputType,
  value: ValueNode,
  depth: number,
): Expression {
  if (depth > MAX_NESTING) throw CostPlanError.inputTooDeep()
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return 0
  if (value.kind === Kind.LIST) {
    const nullable = getNullableType(type)
    const itemType = isListType(nullable) ? nullable.ofType : nullable
    return sum(value.values.map((item) => itemCost(costs, reader, itemType, item, depth + 1)))
  }
  if (value.kind !== Kind.OBJECT) return 0
  const parts: Expression[] = []
  for (const field of costs.inputs.fields(named).values()) {
    const node = value.fields.find((candidate) => candidate.name.value === field.name)
    parts.push(inputCost(costs, reader, field, node?.value, depth + 1))
  }
  return sum(parts)
}

// A variable inside a list literal pays for what is inside it; the list's own weight is paid by the list.
function itemCost(
  costs: SchemaCosts,
  reader: VariableReader,
  type: GraphQLInputType,
  value: ValueNode,
  depth: number,
): Expression {
  if (value.kind !== Kind.VARIABLE) return literalCost(costs, reader, type, value, depth)
  const read = reader(value.name.value)
  const weightless: InputCost = { name: '', type, weight: 0, defaultCost: undefined, defaultValue: undefined }
  return (variables) => costs.inputs.ofClientValue(weightless, read(variables) ?? null)
}
