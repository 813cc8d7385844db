import { buildSchema, resolveSchemaCoordinate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { findDeclarationMistakes } from '../../../src/cost/schema/declaration-mistakes.ts'
import { findSchemaMistakes } from '../../../src/cost/schema/schema-mistakes.ts'

const names = { cost: 'cost', listSize: 'listSize' }

describe('the declaration of a cost directive', () => {
  const refused: readonly {
    readonly name: string
    readonly sdl: string
    readonly coordinate: string
    readonly rule: string
    readonly says: string
  }[] = [
    {
      name: 'needs a weight: graphql-cost-analysis has another @cost',
      sdl: 'directive @cost(complexity: Int, multipliers: [String]) on FIELD_DEFINITION',
      coordinate: '@cost',
      rule: 'Cost Directive',
      says: 'declared with "complexity", "multipliers"',
    },
    {
      name: 'needs arguments',
      sdl: 'directive @cost on FIELD_DEFINITION',
      coordinate: '@cost',
      rule: 'Cost Directive',
      says: 'declared with no arguments',
    },
    {
      name: 'needs a weight that may be a number',
      sdl: 'directive @cost(weight: Boolean!) on FIELD_DEFINITION',
      coordinate: '@cost(weight:)',
      rule: 'Cost Directive',
      says: 'Boolean!',
    },
    {
      name: 'needs one weight, not a list of them',
      sdl: 'directive @cost(weight: [Int!]) on FIELD_DEFINITION',
      coordinate: '@cost(weight:)',
      rule: 'Cost Directive',
      says: '[Int!]',
    },
    {
      name: 'allows one weight at a place',
      sdl: 'directive @cost(weight: String!) repeatable on FIELD_DEFINITION',
      coordinate: '@cost',
      rule: 'Cost Directive',
      says: 'repeatable',
    },
    {
      name: 'allows one list size at a place',
      sdl: 'directive @listSize(assumedSize: Int) repeatable on FIELD_DEFINITION',
      coordinate: '@listSize',
      rule: 'List Size Directive',
      says: 'repeatable',
    },
    {
      name: 'needs something that says a size',
      sdl: 'directive @listSize(max: Int) on FIELD_DEFINITION',
      coordinate: '@listSize',
      rule: 'List Size Directive',
      says: 'without any of assumedSize, slicingArguments',
    },
    {
      name: 'needs an assumed size that is an integer',
      sdl: 'directive @listSize(assumedSize: String) on FIELD_DEFINITION',
      coordinate: '@listSize(assumedSize:)',
      rule: 'List Size Directive',
      says: 'as String; it is Int',
    },
    {
      name: 'needs slicing arguments that are strings',
      sdl: 'directive @listSize(slicingArguments: [Int]) on FIELD_DEFINITION',
      coordinate: '@listSize(slicingArguments:)',
      rule: 'List Size Directive',
      says: 'as [Int]; it is [String!]',
    },
    {
      name: 'needs the default that the specification gives the requirement',
      sdl: 'directive @listSize(slicingArguments: [String!], requireOneSlicingArgument: Boolean = false) on FIELD_DEFINITION',
      coordinate: '@listSize(requireOneSlicingArgument:)',
      rule: 'List Size Directive',
      says: 'its default is true',
    },
  ]
  for (const { name, sdl, coordinate, rule, says } of refused) {
    test(name, () => {
      const schema = buildSchema(`${sdl} type Query { a: Int }`)
      expect(findDeclarationMistakes(schema, names)).toEqual([
        { coordinate, rule, message: expect.stringContaining(says) },
      ])
      expect(resolveSchemaCoordinate(schema, coordinate)).toBeDefined()
    })
  }

  test.each([
    { name: 'weights that are numbers', sdl: 'directive @cost(weight: Float) on OBJECT' },
    { name: 'weights of a scalar of its own', sdl: 'scalar Weight directive @cost(weight: Weight!) on OBJECT' },
    {
      name: 'lists and items that may or may not be null',
      sdl: 'directive @listSize(slicingArguments: [String]! = [], sizedFields: [String!]) on FIELD_DEFINITION',
    },
    {
      name: 'arguments of other tools beside its own',
      sdl: 'directive @listSize(assumedSize: Int, slicingArgumentDefaultValue: Int) on FIELD_DEFINITION',
    },
    { name: 'any other name for other things', sdl: 'directive @costs(complexity: Int) repeatable on OBJECT' },
  ])('allows $name', ({ sdl }) => {
    expect(findDeclarationMistakes(buildSchema(`${sdl} type Query { a: Int }`), names)).toEqual([])
  })

  test('without a weight is one mistake, however often it is used', () => {
    const schema = buildSchema(`
      directive @cost(complexity: Int) on FIELD_DEFINITION
      type Query { a: Int @cost(complexity: 1) b: Int @cost(complexity: 2) c: [Int] @cost(complexity: 3) }
    `)
    expect(findSchemaMistakes(schema, names).map(({ coordinate }) => coordinate)).toEqual(['@cost'])
  })

  test('is looked for by the name that the options give it', () => {
    const schema = buildSchema('directive @cost(complexity: Int) on FIELD_DEFINITION type Query { a: Int }')
    expect(findDeclarationMistakes(schema, { cost: 'tenant__cost', listSize: 'tenant__listSize' })).toEqual([])
  })
})
