import { buildSchema, extendSchema, parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { costPlan, costSchema } from '../../support/cost-model.ts'
import { costTable } from '../../support/cost-table.ts'

describe('default weights', () => {
  costTable(
    `
      type Query { int: Int text: String flag: Boolean kind: Kind date: Date thing: Thing node: Node any: Any list: [Int] things: [Thing] dear: Dear }
      type Mutation { set(value: Int, kind: Kind, date: Date, input: Input, inputs: [Input!]): Thing }
      type Subscription { changed: Thing }
      type Thing implements Node { id: ID }
      type Other implements Node { id: ID }
      type Dear @cost(weight: "6") { id: ID kind: Costly price: Money free: Int @cost(weight: "0") }
      interface Node { id: ID }
      union Any = Thing | Dear
      enum Kind { ONE }
      enum Costly @cost(weight: "2.5") { ONE }
      scalar Date
      scalar Money @cost(weight: "0.5")
      input Input { value: Int kind: Kind inner: Input }
    `,
    [
      {
        name: 'are 0 for scalars, enums and their fields',
        operation: '{ int text flag kind date list }',
        fieldCost: 0,
        typeCost: 1,
      },
      { name: 'are 1 for objects and their fields', operation: '{ thing { id } }', fieldCost: 1, typeCost: 2 },
      { name: 'are 1 for interfaces of objects that weigh 1', operation: '{ node { id } }', fieldCost: 1, typeCost: 2 },
      {
        name: 'are the largest of its objects for a union',
        operation: '{ any { __typename } }',
        fieldCost: 1,
        typeCost: 1 + 6,
      },
      { name: 'are 1 for each root type', operation: 'mutation { set { id } }', fieldCost: 1, typeCost: 2 },
      {
        name: 'are the same in subscriptions',
        operation: 'subscription { changed { id } }',
        fieldCost: 1,
        typeCost: 2,
      },
      {
        name: 'are 0 for arguments and input fields of scalars and enums',
        operation: 'mutation { set(value: 1, kind: ONE, date: "x") { id } }',
        fieldCost: 1,
        typeCost: 2,
      },
      {
        name: 'are 1 for arguments and input fields of input objects',
        operation: 'mutation { set(input: { value: 1, inner: {} }, inputs: [{}]) { id } }',
        fieldCost: 1 + 2 + 1,
        typeCost: 2,
      },
      {
        name: 'give way to written ones, for types and for what returns them',
        operation: '{ dear { id kind price free } }',
        fieldCost: 1,
        typeCost: 1 + 6 + 2.5 + 0.5,
      },
    ],
  )
})

describe('weights below zero', () => {
  const sdl = `
    type Query { rebate: Rebate rebates: [Rebate] @listSize(assumedSize: 3) thing: Thing }
    type Rebate @cost(weight: "-4") { thing: Thing things: [Thing] @cost(weight: "-2") @listSize(assumedSize: 5) }
    type Thing { id: ID rebate: Rebate note: Note }
    scalar Note @cost(weight: "-0.5")
  `
  costTable(sdl, [
    { name: 'take off what is inside', operation: '{ rebate { things { id } } }', fieldCost: 1, typeCost: 1 + (5 - 4) },
    {
      name: 'take off nothing from what is beside',
      operation: '{ rebate { thing { id } } thing { id } }',
      fieldCost: 3,
      typeCost: 1 + 1,
    },
    { name: 'take off once for each item', operation: '{ rebates { things { id } } }', fieldCost: 1, typeCost: 1 + 3 },
    {
      name: 'take off nothing further up',
      operation: '{ thing { rebate { __typename } note } }',
      fieldCost: 2,
      typeCost: 2,
    },
  ])
  costTable('type Query @cost(weight: "-3") { thing: Thing } type Thing { id: ID }', [
    { name: 'of a root type end at zero', operation: '{ a: thing { id } b: thing { id } }', fieldCost: 2, typeCost: 0 },
    {
      name: 'of a root type take off what is in the operation',
      operation: '{ a: thing { id } b: thing { id } c: thing { id } d: thing { id } }',
      fieldCost: 4,
      typeCost: 1,
    },
  ])
})

describe('the directives of a schema', () => {
  const body = (cost: string, listSize: string, weight: string) => `
    type Query { things(n: Int): [Thing] @${cost}(weight: ${weight}) @${listSize}(slicingArguments: ["n"]) }
    type Thing { id: ID }
  `
  const operation = '{ things(n: 4) { id } }'
  const expected = { fieldCost: 2.5, typeCost: 5 }

  test.each([
    { type: 'String!', weight: '"2.5"' },
    { type: 'Float!', weight: '2.5' },
    { type: 'Float', weight: '25e-1' },
  ])('may declare the weight as $type', ({ type, weight }) => {
    const sdl = `
      directive @cost(weight: ${type}) on FIELD_DEFINITION
      directive @listSize(slicingArguments: [String!]) on FIELD_DEFINITION
      ${body('cost', 'listSize', weight)}
    `
    expect(costPlan(sdl, operation).estimate()).toMatchObject(expected)
  })

  test('may declare the weight as Int', () => {
    const sdl =
      'directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT type Query { a: A @cost(weight: 3) } type A @cost(weight: -2) { b: Int @cost(weight: 7) }'
    expect(costPlan(sdl, '{ a { b } }').estimate()).toMatchObject({ fieldCost: 10, typeCost: 1 })
  })

  test('may have other names', () => {
    const schema = buildSchema(`
      directive @tenant__cost(weight: String!) on FIELD_DEFINITION
      directive @tenant__listSize(slicingArguments: [String!]) on FIELD_DEFINITION
      ${body('tenant__cost', 'tenant__listSize', '"2.5"')}
    `)
    const named = { cost: 'tenant__cost', listSize: 'tenant__listSize' }
    const document = parse(operation)
    expect(createCostModel(schema, { directives: named }).plan(document).estimate()).toMatchObject(expected)
    expect(createCostModel(schema).plan(document).estimate()).toMatchObject({ fieldCost: 1, typeCost: 11 })
  })

  test('count on extensions of a type', () => {
    const schema = extendSchema(
      costSchema('type Query { thing: Thing } type Thing { id: ID }'),
      parse('extend type Thing @cost(weight: "5") { age: Int @cost(weight: "2") }'),
    )
    expect(createCostModel(schema).plan(parse('{ thing { age } }')).estimate()).toMatchObject({
      fieldCost: 3,
      typeCost: 6,
    })
  })
})

describe('the preset apolloRouter', () => {
  const sdl = `
    type Query { thing: Thing things: [Thing] find(input: Input, inputs: [Input!], ids: [ID] @cost(weight: "2")): Int dear: Thing @cost(weight: "9") }
    type Mutation { set: Thing }
    type Subscription { changed: Thing }
    type Thing { id: ID inner: Thing }
    input Input { value: Int @cost(weight: "3") inner: Input many: [Input] }
  `
  costTable(
    sdl,
    [
      {
        name: 'weighs fields of objects 0 and a query 0',
        operation: '{ thing { inner { id } } }',
        fieldCost: 0,
        typeCost: 2,
      },
      { name: 'weighs a mutation 10', operation: 'mutation { set { id } }', fieldCost: 0, typeCost: 11 },
      { name: 'weighs a subscription 0', operation: 'subscription { changed { id } }', fieldCost: 0, typeCost: 1 },
      { name: 'keeps weights that are written', operation: '{ dear { id } }', fieldCost: 9, typeCost: 1 },
      { name: 'multiplies lists', operation: '{ things { inner { id } } }', fieldCost: 0, typeCost: 200 },
      {
        name: 'pays input objects one by one',
        operation: '{ find(inputs: [{ value: 1 }, {}, {}]) }',
        fieldCost: 3 + 3,
        typeCost: 0,
      },
      {
        name: 'pays input objects in lists further down one by one',
        operation: '{ find(input: { many: [{}, { many: [{}] }] }) }',
        fieldCost: 1 + 2 + 1,
        typeCost: 0,
      },
      { name: 'pays nothing for an empty list', operation: '{ find(inputs: [], ids: []) }', fieldCost: 0, typeCost: 0 },
      {
        name: 'pays the items of a list argument one by one',
        operation: '{ find(ids: [1, 2, 3]) }',
        fieldCost: 6,
        typeCost: 0,
      },
      {
        name: 'pays a list in the variables one by one',
        operation: 'query ($inputs: [Input!]) { find(inputs: $inputs) }',
        variables: { inputs: [{ value: 1 }, {}] },
        fieldCost: 2 + 3,
        typeCost: 0,
      },
    ],
    { preset: 'apolloRouter', defaultListSize: 100 },
  )

  test('is rounded and charged as one sum of both totals', () => {
    expect(costPlan(sdl, '{ dear { id } }', { preset: 'apolloRouter' }).estimate()).toMatchObject({ cost: 10 })
  })
})
