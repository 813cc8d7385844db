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
import { type Expression, notNegative, Sum } from './expression.ts'
import type { OperationVariables } from './variables/operation-variables.ts'

export interface CallContext {
  readonly costs: SchemaCosts
  readonly variables: OperationVariables
}

/**
 * Compiles `call(f) = max(0, weight(f) + Σ arguments + Σ executable directives' arguments)` for a merged field.
 * `added` is what it costs besides.
 */
export function compileCallCost(
  context: CallContext,
  field: FieldCost,
  group: FieldGroup,
  added: readonly Expression[] = [],
): Expression {
  const sum = new Sum()
  sum.add(field.weight)
  // GraphQL's OverlappingFieldsCanBeMerged makes sure that merged fields have equal arguments.
  addArguments(sum, context, field.arguments, group[0].node.arguments)
  sum.add(directivesOfFirstSelected(context, group))
  for (const expression of added) sum.add(expression)
  return notNegative(sum.expression())
}

// Directives may differ between merged fields. Resolvers see those of the first field that is selected, and a client
// could repeat a field to repeat a negative weight, so just that one field's directives count.
function directivesOfFirstSelected(context: CallContext, group: FieldGroup): Expression {
  if (!group.some(({ node }) => hasDirectives(node))) return 0
  const [first, ...others] = group.map(({ node, conditions }) => ({ conditions, cost: directiveCosts(context, node) }))
  if (first === undefined) return 0
  if (first.conditions.literals.size === 0 || others.every(({ cost }) => cost === first.cost)) return first.cost
  return context.variables.firstSelected([first, ...others])
}

function directiveCosts(context: CallContext, node: FieldNode): Expression {
  const { directives } = node
  if (directives === undefined || directives.length === 0) return 0
  const { costs } = context
  const sum = new Sum()
  for (const directive of directives) {
    const definition = costs.schema.getDirective(directive.name.value)
    for (const argument of definition?.args ?? []) {
      addInput(sum, context, costs.inputs.of(argument), givenValue(directive.arguments, argument.name), 0)
    }
  }
  return sum.expression()
}

function addArguments(
  sum: Sum,
  context: CallContext,
  inputs: ReadonlyMap<string, InputCost>,
  nodes: readonly ArgumentNode[] | undefined,
): void {
  for (const input of inputs.values()) addInput(sum, context, input, givenValue(nodes, input.name), 0)
}

/** Adds the cost of an argument or input field for the value written in the document; undefined where none is. */
function addInput(sum: Sum, context: CallContext, input: InputCost, value: ValueNode | undefined, depth: number): void {
  if (value === undefined) sum.add(input.defaultCost ?? 0)
  else if (value.kind === Kind.VARIABLE) sum.add(context.variables.inputCost(input, value.name.value))
  else {
    const items = value.kind === Kind.LIST && isListType(getNullableType(input.type)) ? value.values.length : 1
    sum.add(context.costs.inputs.weightFor(input, items))
    addLiteral(sum, context, input.type, value, depth)
  }
}

function addLiteral(sum: Sum, context: CallContext, type: GraphQLInputType, value: ValueNode, depth: number): void {
  if (depth > MAX_NESTING) throw CostPlanError.inputTooDeep()
  if (value.kind !== Kind.LIST && value.kind !== Kind.OBJECT) return
  const named = getNamedType(type)
  if (!isInputObjectType(named)) return
  if (value.kind === Kind.LIST) {
    const nullable = getNullableType(type)
    const itemType = isListType(nullable) ? nullable.ofType : nullable
    for (const item of value.values) {
      // A variable inside a list literal pays for what is inside it; the list's own weight is paid by the list.
      if (item.kind === Kind.VARIABLE) sum.add(context.variables.itemCost(itemType, item.name.value))
      else addLiteral(sum, context, itemType, item, depth + 1)
    }
    return
  }
  for (const field of context.costs.inputs.fields(named).values()) {
    addInput(sum, context, field, givenValue(value.fields, field.name), depth + 1)
  }
}

/** The value of an argument or input field as it is written, if it is. */
export function givenValue(
  nodes: readonly { readonly name: { readonly value: string }; readonly value: ValueNode }[] | undefined,
  name: string,
): ValueNode | undefined {
  if (nodes === undefined) return undefined
  for (const node of nodes) if (node.name.value === name) return node.value
  return undefined
}

/** Whether a field as written has directives. */
export function hasDirectives({ directives }: FieldNode): boolean {
  return directives !== undefined && directives.length > 0
}
