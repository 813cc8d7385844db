import { resolveSchemaCoordinate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { CostSchemaError } from '../../../src/cost/schema/cost-schema-error.ts'
import { type SchemaRule, schemaRules } from '../../../src/cost/schema/schema-rules.ts'
import { costModel, costSchema } from '../../support/cost-model.ts'

function mistakesOf(sdl: string) {
  try {
    costModel(sdl)
  } catch (error) {
    if (error instanceof CostSchemaError) return error.mistakes
    throw error
  }
  return []
}

const around = `
  type Box { items: [Int] inner: Inner single: Int }
  type Inner { items: [Int] }
  interface Shelf { items: [Int] }
  type Rack implements Shelf { items: [Int] rest: [Int] }
  union Any = Box | Inner
  input Page { first: Int size: String inner: Page ids: [ID] }
  scalar Positive
`

describe('a mistake in the cost directives', () => {
  const found: readonly {
    readonly name: string
    readonly sdl: string
    readonly coordinate: string
    readonly rule: SchemaRule
    readonly says: string
  }[] = [
    {
      name: 'is a weight that is no number',
      sdl: 'type Query { a: Int @cost(weight: "dear") }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: '"dear"',
    },
    {
      name: 'is a weight that is empty',
      sdl: 'type Query { a: Int @cost(weight: " ") }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: '" "',
    },
    {
      name: 'is a weight without end',
      sdl: 'type Query { a: Int @cost(weight: "Infinity") }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: '"Infinity"',
    },
    {
      name: 'is a weight with a unit',
      sdl: 'type Query { a: Int @cost(weight: "5ms") }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: '"5ms"',
    },
    {
      name: 'may be on an object',
      sdl: 'type Query @cost(weight: "x") { a: Int }',
      coordinate: 'Query',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on an extension',
      sdl: 'type Query { a: Int } extend type Query @cost(weight: "x")',
      coordinate: 'Query',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on a scalar',
      sdl: 'type Query { a: S } scalar S @cost(weight: "x")',
      coordinate: 'S',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on an enum',
      sdl: 'type Query { a: E } enum E @cost(weight: "x") { A }',
      coordinate: 'E',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on an argument',
      sdl: 'type Query { a(b: Int @cost(weight: "x")): Int }',
      coordinate: 'Query.a(b:)',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on an input field',
      sdl: 'type Query { a(i: I): Int } input I { b: Int @cost(weight: "x") }',
      coordinate: 'I.b',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'may be on an argument of a directive',
      sdl: 'directive @d(b: Int @cost(weight: "x")) on FIELD type Query { a: Int }',
      coordinate: '@d(b:)',
      rule: 'Valid Weight',
      says: '"x"',
    },
    {
      name: 'is a weight on a field of an interface',
      sdl: 'interface N { a: Int @cost(weight: "2") } type Query implements N { a: Int }',
      coordinate: 'N.a',
      rule: 'No Cost on Interface Fields',
      says: 'implementing types',
    },
    {
      name: 'is a list size on what is no list',
      sdl: 'type Query { a: Int @listSize(assumedSize: 2) }',
      coordinate: 'Query.a',
      rule: 'Valid List Size Target',
      says: 'returns no list',
    },
    {
      name: 'is an assumed size below zero',
      sdl: 'type Query { a: [Int] @listSize(assumedSize: -2) }',
      coordinate: 'Query.a',
      rule: 'Valid Assumed Size',
      says: '-2',
    },
    {
      name: 'is a sized field that is not there',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["no"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'Box has no field "no"',
    },
    {
      name: 'is a sized field that is no list',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["single"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'Box.single returns no list',
    },
    {
      name: 'is a path to a sized field that is not there',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["inner.no"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'Inner has no field "no"',
    },
    {
      name: 'is a sized field of a scalar',
      sdl: 'type Query { a: Int @listSize(assumedSize: 2, sizedFields: ["b"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'Int has no field "b"',
    },
    {
      name: 'is a slicing argument that is not there',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["last"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'no argument "last"',
    },
    {
      name: 'is a slicing argument that is no number',
      sdl: 'type Query { a(first: String): [Int] @listSize(slicingArguments: ["first"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'String',
    },
    {
      name: 'is a slicing argument that is an object',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'Page',
    },
    {
      name: 'is a path to a slicing argument that is not there',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page.last"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'Page has no field "last"',
    },
    {
      name: 'is a path to a slicing argument that is no number',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page.size"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'String',
    },
    {
      name: 'is a path through a number',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["first.page"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'no "page"',
    },
    {
      name: 'is an assumed size that a required slicing argument overrides',
      sdl: 'type Query { a(first: Int): [Int] @listSize(assumedSize: 2, slicingArguments: ["first"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Assumed Size',
      says: 'requireOneSlicingArgument: false',
    },
    {
      name: 'is an assumed size that the default of a slicing argument overrides',
      sdl: 'type Query { a(first: Int = 2): [Int] @listSize(assumedSize: 2, slicingArguments: ["first"], requireOneSlicingArgument: false) }',
      coordinate: 'Query.a',
      rule: 'Valid Assumed Size',
      says: '"first" has a default',
    },
    {
      name: 'may be on a field of an interface',
      sdl: 'interface N { a: Int @listSize(assumedSize: 2) } type Query implements N { a: Int }',
      coordinate: 'N.a',
      rule: 'Valid List Size Target',
      says: 'returns no list',
    },
    {
      name: 'is a weight in hexadecimal notation',
      sdl: 'type Query { a: Int @cost(weight: "0x10") }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: '"0x10"',
    },
    {
      name: 'is a weight that is left out where the declaration lets it be',
      sdl: 'directive @cost(weight: String) on FIELD_DEFINITION type Query { a: Int @cost }',
      coordinate: 'Query.a',
      rule: 'Cost Directive',
      says: 'no weight',
    },
    {
      name: 'is a weight that is null where the declaration lets it be',
      sdl: 'directive @cost(weight: String) on FIELD_DEFINITION type Query { a: Int @cost(weight: null) }',
      coordinate: 'Query.a',
      rule: 'Valid Weight',
      says: 'NullValue',
    },
    {
      name: 'is an assumed size that is no integer',
      sdl: 'type Query { a: [Int] @listSize(assumedSize: "5") }',
      coordinate: 'Query.a',
      rule: 'List Size Directive',
      says: 'assumedSize: "5"; assumedSize is an Int',
    },
    {
      name: 'is a slicing argument whose name is no string',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: [first, "first"]) }',
      coordinate: 'Query.a',
      rule: 'List Size Directive',
      says: 'slicingArguments: [first, "first"]',
    },
    {
      name: 'is a sized field whose name is no string',
      sdl: 'type Query { a: [Int] @listSize(assumedSize: 2, sizedFields: 3) }',
      coordinate: 'Query.a',
      rule: 'List Size Directive',
      says: 'sizedFields: 3',
    },
    {
      name: 'is a requirement that is neither true nor false',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: "no") }',
      coordinate: 'Query.a',
      rule: 'List Size Directive',
      says: 'true or false',
    },
    {
      name: 'is a sized field without a name',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["inner."]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'is empty',
    },
    {
      name: 'is a sized field that is named twice',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["items", "items"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Sized Fields Target',
      says: 'named before',
    },
    {
      name: 'is a list size on what is no list, with sized fields that name nothing',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: []) }',
      coordinate: 'Query.a',
      rule: 'Valid List Size Target',
      says: 'returns no list',
    },
    {
      name: 'is a slicing argument without a name',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: [""]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'is empty',
    },
    {
      name: 'is a slicing argument that is named twice, so that exactly one can never be given',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["first", "first"]) }',
      coordinate: 'Query.a',
      rule: 'Valid Slicing Arguments Target',
      says: 'named before',
    },
  ]
  for (const { name, sdl, coordinate, rule, says } of found) {
    test(name, () => {
      expect(mistakesOf(sdl + around)).toEqual([{ coordinate, rule, message: expect.stringContaining(says) }])
    })
  }

  const allowed: readonly { readonly name: string; readonly sdl: string }[] = [
    {
      name: 'a weight with spaces, a sign or an exponent',
      sdl: 'type Query { a: Int @cost(weight: " 2 ") b: Int @cost(weight: "-1.5") c: Int @cost(weight: "1e3") }',
    },
    {
      name: 'a list size on an object whose lists it names',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["items", "inner.items"]) }',
    },
    {
      name: 'a sized field of an interface and of just one of its types',
      sdl: 'type Query { a: Shelf @listSize(assumedSize: 2, sizedFields: ["items", "rest"]) }',
    },
    {
      name: 'a sized field of the members of a union',
      sdl: 'type Query { a: Any @listSize(assumedSize: 2, sizedFields: ["items"]) }',
    },
    {
      name: 'an assumed size beside a default inside an object, which a client may leave out of its own',
      sdl: 'type Query { a(page: Page = { first: 2 }): [Int] @listSize(assumedSize: 2, slicingArguments: ["page.first"], requireOneSlicingArgument: false) }',
    },
    {
      name: 'a weight on a field that an interface has too',
      sdl: 'interface N { a: Int } type Query implements N { a: Int @cost(weight: "2") }',
    },
    {
      name: 'a single string where a list of them is expected',
      sdl: 'type Query { a(first: Int): Box @listSize(slicingArguments: "first", sizedFields: "items") }',
    },
    {
      name: 'an argument of @listSize that is null',
      sdl: 'type Query { a(first: Int): [Int] @listSize(assumedSize: null, slicingArguments: ["first"], sizedFields: null) }',
    },
    {
      name: 'slicing by numbers, lists, paths and custom scalars',
      sdl: 'type Query { a(n: Int!, f: Float, ids: [ID!], page: Page, p: Positive): [Int] @listSize(slicingArguments: ["n", "f", "ids", "page.inner.first", "page.ids", "p"]) }',
    },
    {
      name: 'an assumed size beside slicing arguments that are optional',
      sdl: 'type Query { a(first: Int): [Int] @listSize(assumedSize: 2, slicingArguments: ["first"], requireOneSlicingArgument: false) }',
    },
    { name: 'a list size that says nothing', sdl: 'type Query { a: [Int] @listSize }' },
  ]
  for (const { name, sdl } of allowed) {
    test(`is not: ${name}`, () => {
      expect(mistakesOf(sdl + around)).toEqual([])
    })
  }

  test('breaks each rule of the specification once at least in this table', () => {
    expect(new Set(found.map(({ rule }) => rule))).toEqual(new Set(Object.keys(schemaRules)))
  })

  test('is at a coordinate that leads back to it', () => {
    for (const { sdl, coordinate } of found) {
      expect(resolveSchemaCoordinate(costSchema(sdl + around), coordinate), coordinate).toBeDefined()
    }
  })

  test('is reported together with all the others, in the order of the schema and by the rule that it breaks', () => {
    const sdl = `
      type Query { a: Int @cost(weight: "x") b(c: Int @cost(weight: "y")): Int @listSize(assumedSize: 2, sizedFields: ["d"]) }
      interface Last { g: Int @cost(weight: "w") @listSize }
      input In @extra { e: Int @cost(weight: "z") }
      extend type Query { f: Int @cost(weight: "v") }
      directive @extra(h: Int @cost(weight: "u")) on INPUT_OBJECT
    `
    expect(mistakesOf(sdl).map(({ coordinate, rule }) => `${coordinate} ${rule}`)).toEqual([
      'Query.a Valid Weight',
      'Query.b(c:) Valid Weight',
      'Query.b Valid Sized Fields Target',
      'Query.f Valid Weight',
      'Last.g No Cost on Interface Fields',
      'Last.g Valid Weight',
      'Last.g Valid List Size Target',
      'In.e Valid Weight',
      '@extra(h:) Valid Weight',
    ])
    const schema = costSchema('type Query { a: Int @cost(weight: "x") b: Int @listSize(assumedSize: 1) }')
    expect(() => createCostModel(schema)).toThrow(
      /^The schema's cost directives have 2 mistakes:\n {2}Query\.a: .+ \(7\.1 Valid Weight\)\n {2}Query\.b: .+ \(9\.2\.1 Valid List Size Target\)$/,
    )
  })
})
