import { GraphQLInputObjectType, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { costModel } from '../../support/cost-model.ts'

describe('the default of an argument', () => {
  const inner = new GraphQLInputObjectType({ name: 'Inner', fields: { value: { type: GraphQLInt } } })
  const outer = new GraphQLInputObjectType({ name: 'Outer', fields: { inner: { type: inner, defaultValue: {} } } })
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { find: { type: GraphQLInt, args: { by: { type: outer, defaultValue: {} } } } },
  })

  test('is taken as it stands where the schema is made in code, as execution takes it', () => {
    const model = createCostModel(new GraphQLSchema({ query }))
    expect(model.plan(parse('{ find }')).estimate()).toMatchObject({ fieldCost: 1 })
    expect(model.plan(parse('{ find(by: {}) }')).estimate()).toMatchObject({ fieldCost: 2 })
  })

  test('may go through a type whose own fields lead back to it', () => {
    const sdl = `
      type Query { find(by: Filter = { not: { and: [{ text: "a" }] } }): Int }
      input Filter { not: Filter and: [Filter!] text: String = "b" @cost(weight: "2") }
    `
    // Three filters, and a text in each.
    expect(costModel(sdl).plan(parse('{ find }')).estimate()).toMatchObject({ fieldCost: 1 + 1 + 1 + 3 * 2 })
  })
})
