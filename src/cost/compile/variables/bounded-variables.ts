import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { InputCost } from '../../schema/input-costs.ts'
import type { SchemaCosts } from '../../schema/schema-costs.ts'
import type { Condition, Conjunction } from '../condition.ts'
import { type Expression, evaluate, type Variables } from '../expression.ts'
import { sizeInside } from '../list-size.ts'
import type { ClientVariables } from './client-variables.ts'
import type { OperationVariables, VariableSlice } from './operation-variables.ts'

/** What is assumed of variables whose values are not known. */
export interface VariableLimits {
  readonly maxSize: number
  readonly maxInputItems: number
  /** The values of those that are known. */
  readonly variables: Variables
}

/** Variables of which only limits are known: what depends on them becomes the most that it may come to. */
export class BoundedVariables implements OperationVariables {
  private readonly costs: SchemaCosts
  private readonly client: ClientVariables
  private readonly limits: VariableLimits
  private readonly required = new Set<string>()
  private readonly dearestInputs = new Map<GraphQLInputObjectType, InputPrice>()

  constructor(costs: SchemaCosts, client: ClientVariables, operation: OperationDefinitionNode, limits: VariableLimits) {
    this.costs = costs
    this.client = client
    this.limits = limits
    for (const { variable, type } of operation.variableDefinitions ?? []) {
      if (type.kind === Kind.NON_NULL_TYPE) this.required.add(variable.name.value)
    }
  }

  selectedWhen(alternatives: readonly Conjunction[]): Condition {
    return alternatives.length === 0 || alternatives.some((conjunction) => this.mayHold(conjunction))
      ? undefined
      : () => false
  }

  inputCost(input: InputCost, name: string): Expression {
    const { client, limits } = this
    if (this.isKnown(name)) return evaluate(client.inputCost(input, name), limits.variables)
    const { weight, type } = input
    const isPaidPerItem = isListType(getNullableType(type)) && this.costs.settings.preset === 'apolloRouter'
    // A null and a value without brackets pay once, as one item does.
    const own = isPaidPerItem ? Math.max(0, product(Math.max(1, limits.maxInputItems), weight)) : weight
    const given = own + this.inside(type)
    const byDefault = evaluate(client.inputCost(input, name), {})
    return this.required.has(name) && client.default(name) === undefined ? given : Math.max(given, byDefault)
  }

  itemCost(type: GraphQLInputType, name: string): Expression {
    const { client, limits } = this
    if (this.isKnown(name)) return evaluate(client.itemCost(type, name), limits.variables)
    return Math.max(this.inside(type), evaluate(client.itemCost(type, name), {}))
  }

  firstSelected(candidates: Parameters<OperationVariables['firstSelected']>[0]): Expression {
    const possible = candidates.filter(({ conditions }) => this.mayHold(conditions))
    return possible.length === 0 ? 0 : Math.max(...possible.map(({ cost }) => evaluate(cost, {})))
  }

  slice(slice: VariableSlice) {
    const { client, limits, costs } = this
    const { name, input, inside, isLength } = slice
    const isGiven = () => this.isKnown(name)
    if (this.isKnown(name)) {
      return { size: { size: evaluate(client.slice(slice).size.size, limits.variables), optional: false }, isGiven }
    }
    // The defaults along the way hold whatever the limit is.
    const sizes = [limits.maxSize, evaluate(client.slice(slice).size.size, {})]
    let field: InputCost | undefined = input
    for (let position = 0; field !== undefined; position += 1) {
      const rest = inside.slice(position)
      sizes.push(sizeInside(costs.inputs, field, undefined, rest, isLength))
      const type: GraphQLNamedType = getNamedType(field.type)
      field = isInputObjectType(type) ? costs.inputs.fields(type).get(rest[0] ?? '') : undefined
    }
    return { size: { size: Math.max(...sizes), optional: inside.length > 0 || !this.required.has(name) }, isGiven }
  }

  private isKnown(name: string): boolean {
    const { variables } = this.limits
    return Object.hasOwn(variables, name) && variables[name] !== undefined
  }

  private mayHold({ literals }: Conjunction): boolean {
    for (const literal of literals) {
      const name = literal.slice(1)
      if (!this.isKnown(name)) continue
      if ((this.client.read(name, this.limits.variables) === true) !== literal.startsWith('+')) return false
    }
    return true
  }

  // Whatever the shape of the value: so many objects of the dearest kind that it may hold, and so many items of lists.
  private inside(type: GraphQLInputType): number {
    const named = getNamedType(type)
    if (!isInputObjectType(named)) return 0
    const { object, item } = this.dearestInput(named)
    return product(this.limits.maxInputItems, object) + product(this.limits.maxInputItems, item)
  }

  private dearestInput(root: GraphQLInputObjectType): InputPrice {
    const known = this.dearestInputs.get(root)
    if (known !== undefined) return known
    const isPaidPerItem = this.costs.settings.preset === 'apolloRouter'
    const dearest = { object: 0, item: 0 }
    const reached = new Set([root])
    for (const type of reached) {
      let object = 0
      for (const field of this.costs.inputs.fields(type).values()) {
        const perItem = isPaidPerItem && isListType(getNullableType(field.type)) ? field.weight : 0
        dearest.item = Math.max(dearest.item, perItem)
        object += Math.max(0, field.defaultCost ?? 0, field.weight)
        const named = getNamedType(field.type)
        if (isInputObjectType(named)) reached.add(named)
      }
      dearest.object = Math.max(dearest.object, object)
    }
    this.dearestInputs.set(root, dearest)
    return dearest
  }
}

/** The most that one input object costs by its own fields, and one item of a list that is paid by item. */
interface InputPrice {
  readonly object: number
  readonly item: number
}

function product(n: number, x: number): number {
  return n === 0 || x === 0 ? 0 : n * x
}
