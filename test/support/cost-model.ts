import { buildSchema, type GraphQLSchema, parse } from 'graphql'
import { type CostModel, type CostPlan, createCostModel } from '../../src/cost/cost-model.ts'
import type { CostOptions } from '../../src/cost/cost-options.ts'

const directives = `
  directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(
    assumedSize: Int
    slicingArguments: [String!]
    sizedFields: [String!]
    requireOneSlicingArgument: Boolean = true
  ) on FIELD_DEFINITION
`

/** A schema whose SDL need not define the cost directives. */
export function costSchema(sdl: string): GraphQLSchema {
  return buildSchema(sdl.includes('directive @cost') ? sdl : directives + sdl)
}

export function costModel(sdl: string, options?: CostOptions): CostModel {
  return createCostModel(costSchema(sdl), options)
}

export function costPlan(sdl: string, operation: string, options?: CostOptions): CostPlan {
  return costModel(sdl, options).plan(parse(operation))
}
