import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql'
import type { CostSettings } from '../cost-options.ts'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import { readWeight } from './cost-directives.ts'

/** What an argument or an input field costs when it is used. */
export interface InputCost {
  readonly name: string
  readonly type: GraphQLInputType
  readonly weight: number
  /** The whole cost of the schema's default value, weight included; undefined where there is no default. */
  readonly defaultCost: number | undefined
  readonly defaultValue: unknown
}

/** Weights of arguments and input fields, and the cost of values given for them. */
export interface InputCosts {
  of(input: GraphQLArgument | GraphQLInputField): InputCost
  fields(type: GraphQLInputObjectType): ReadonlyMap<string, InputCost>
  /** The weight of `input` for a value with this many list items: presets differ in whether each item pays. */
  weightFor(input: InputCost, items: number): number
  /** The cost of a client's JSON value, the input's own weight included. Defaults of omitted input fields count. */
  ofClientValue(input: InputCost, value: unknown): number
}

export function createInputCosts(settings: CostSettings): InputCosts {
  const inputs = new WeakMap<GraphQLArgument | GraphQLInputField, InputCost>()
  const fieldsByType = new WeakMap<GraphQLInputObjectType, ReadonlyMap<string, InputCost>>()
  const perItem = settings.preset === 'apolloRouter'

  const weightFor = (input: InputCost, items: number) => (perItem ? input.weight * items : input.weight)

  function of(input: GraphQLArgument | GraphQLInputField): InputCost {
    const known = inputs.get(input)
    if (known !== undefined) return known
    const written = readWeight([input.astNode], settings.directives.cost)
    const composite = isInputObjectType(getNamedType(input.type))
    const { name, type, defaultValue } = input
    let defaultCost: number | undefined
    const cost: InputCost = {
      name,
      type,
      weight: written !== undefined && 'weight' in written ? written.weight : composite ? 1 : 0,
      defaultValue,
      // Computed when first asked for: an input type may appear inside the default of its own field.
      get defaultCost() {
        if (defaultValue !== undefined) defaultCost ??= ofValue(cost, defaultValue, false, 0)
        return defaultCost
      },
    }
    inputs.set(input, cost)
    return cost
  }

  function fields(type: GraphQLInputObjectType): ReadonlyMap<string, InputCost> {
    let map = fieldsByType.get(type)
    if (map === undefined) {
      map = new Map(Object.values(type.getFields()).map((field) => [field.name, of(field)]))
      fieldsByType.set(type, map)
    }
    return map
  }

  // A schema's default value is used by GraphQL as it stands (the parser has already filled in nested defaults), while
  // a client's value still has the defaults of its omitted fields before it.
  function ofValue(input: InputCost, value: unknown, fillDefaults: boolean, depth: number): number {
    const items = Array.isArray(value) && isListType(getNullableType(input.type)) ? value.length : 1
    return weightFor(input, items) + inside(input.type, value, fillDefaults, depth)
  }

  function inside(type: GraphQLInputType, value: unknown, fillDefaults: boolean, depth: number): number {
    if (value === null || value === undefined) return 0
    if (depth > MAX_NESTING) throw CostPlanError.inputTooDeep()
    const nullable = getNullableType(type)
    if (isListType(nullable)) {
      if (!isInputObjectType(getNamedType(nullable))) return 0
      if (!Array.isArray(value)) return inside(nullable.ofType, value, fillDefaults, depth)
      let sum = 0
      for (const item of value) sum += inside(nullable.ofType, item, fillDefaults, depth + 1)
      return sum
    }
    if (!isInputObjectType(nullable) || typeof value !== 'object') return 0
    let sum = 0
    for (const [name, field] of fields(nullable)) {
      const given: unknown = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
      if (given !== undefined) sum += ofValue(field, given, fillDefaults, depth + 1)
      else if (fillDefaults) sum += field.defaultCost ?? 0
    }
    return sum
  }

  return { of, fields, weightFor, ofClientValue: (input, value) => ofValue(input, value, true, 0) }
}
