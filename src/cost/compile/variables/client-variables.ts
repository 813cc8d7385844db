import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql'
import type { InputCost, InputCosts } from '../../schema/input-costs.ts'
import type { Condition, Conjunction } from '../condition.ts'
import { type Expression, evaluate, type Variables } from '../expression.ts'
import { sizeInside } from '../list-size.ts'
import type { OperationVariables, VariableSlice } from './operation-variables.ts'

/** Variables that come with every request: what depends on them becomes a function of them. */
export class ClientVariables implements OperationVariables {
  private readonly inputs: InputCosts
  private readonly schema: GraphQLSchema
  private readonly definitions = new Map<string, VariableDefinitionNode>()

  constructor(schema: GraphQLSchema, inputs: InputCosts, operation: OperationDefinitionNode) {
    this.schema = schema
    this.inputs = inputs
    for (const definition of operation.variableDefinitions ?? []) {
      if (definition.defaultValue !== undefined) this.definitions.set(definition.variable.name.value, definition)
    }
  }

  /** The client's value, else the operation's default; undefined means it is omitted. */
  read(name: string, variables: Variables): unknown {
    return this.reader(name)(variables)
  }

  /** The operation's default for a variable. */
  default(name: string): unknown {
    const definition = this.definitions.get(name)
    if (definition?.defaultValue === undefined) return undefined
    const type = typeFromAST(this.schema, definition.type)
    return isInputType(type) ? valueFromAST(definition.defaultValue, type) : undefined
  }

  selectedWhen(alternatives: readonly Conjunction[]): Condition {
    for (const { literals } of alternatives) if (literals.size === 0) return undefined
    const [only, ...others] = alternatives
    if (only === undefined) return undefined
    const first = this.holds(only)
    if (others.length === 0) return first
    const tests = [first, ...others.map((conjunction) => this.holds(conjunction))]
    return (variables) => tests.some((test) => test(variables))
  }

  inputCost(input: InputCost, name: string): Expression {
    const { inputs } = this
    const omitted = input.defaultCost ?? 0
    if (input.weight === 0 && omitted === 0 && !isInputObjectType(getNamedType(input.type))) return 0
    const read = this.reader(name)
    return (variables) => {
      const given = read(variables)
      return given === undefined ? omitted : inputs.ofClientValue(input, given)
    }
  }

  itemCost(type: GraphQLInputType, name: string): Expression {
    const { inputs } = this
    const read = this.reader(name)
    const weightless: InputCost = { name: '', type, weight: 0, defaultCost: undefined, defaultValue: undefined }
    return (variables) => inputs.ofClientValue(weightless, read(variables) ?? null)
  }

  firstSelected(candidates: Parameters<OperationVariables['firstSelected']>[0]): Expression {
    const tests = candidates.map(({ conditions, cost }) => ({ cost, selected: this.selectedWhen([conditions]) }))
    return (variables) => {
      const found = tests.find(({ selected }) => selected === undefined || selected(variables))
      return found === undefined ? 0 : evaluate(found.cost, variables)
    }
  }

  slice({ name, input, inside, isLength }: VariableSlice) {
    const { inputs } = this
    const read = this.reader(name)
    const size = (variables: Variables) => sizeInside(inputs, input, read(variables), inside, isLength)
    return {
      size: { size, optional: false },
      isGiven: (variables: Variables) => isGivenInside(read(variables), inside),
    }
  }

  private holds({ literals }: Conjunction): (variables: Variables) => boolean {
    const [literal = '', ...others] = literals
    if (others.length === 0) {
      const read = this.reader(literal.slice(1))
      const wanted = literal.startsWith('+')
      return (variables) => (read(variables) === true) === wanted
    }
    const tests = [...literals].map((each) => ({ read: this.reader(each.slice(1)), wanted: each.startsWith('+') }))
    return (variables) => tests.every(({ read, wanted }) => (read(variables) === true) === wanted)
  }

  private reader(name: string): (variables: Variables) => unknown {
    const fallback = this.default(name)
    return (variables) => {
      const given = Object.hasOwn(variables, name) ? variables[name] : undefined
      return given === undefined ? fallback : given
    }
  }
}

function isGivenInside(value: unknown, inside: readonly string[]): boolean {
  let found = value
  for (const name of inside) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return false
    found = Reflect.get(found, name)
  }
  return found !== undefined && found !== null
}
