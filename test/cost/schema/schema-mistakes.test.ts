import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { CostSchemaError } from '../../../src/cost/schema/cost-schema-error.ts'
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
    readonly says: string
  }[] = [
    {
      name: 'is a weight that is no number',
      sdl: 'type Query { a: Int @cost(weight: "dear") }',
      coordinate: 'Query.a',
      says: '"dear"',
    },
    {
      name: 'is a weight that is empty',
      sdl: 'type Query { a: Int @cost(weight: " ") }',
      coordinate: 'Query.a',
      says: '" "',
    },
    {
      name: 'is a weight without end',
      sdl: 'type Query { a: Int @cost(weight: "Infinity") }',
      coordinate: 'Query.a',
      says: '"Infinity"',
    },
    {
      name: 'is a weight with a unit',
      sdl: 'type Query { a: Int @cost(weight: "5ms") }',
      coordinate: 'Query.a',
      says: '"5ms"',
    },
    { name: 'may be on an object', sdl: 'type Query @cost(weight: "x") { a: Int }', coordinate: 'Query', says: '"x"' },
    {
      name: 'may be on an extension',
      sdl: 'type Query { a: Int } extend type Query @cost(weight: "x")',
      coordinate: 'Query',
      says: '"x"',
    },
    {
      name: 'may be on a scalar',
      sdl: 'type Query { a: S } scalar S @cost(weight: "x")',
      coordinate: 'S',
      says: '"x"',
    },
    {
      name: 'may be on an enum',
      sdl: 'type Query { a: E } enum E @cost(weight: "x") { A }',
      coordinate: 'E',
      says: '"x"',
    },
    {
      name: 'may be on an argument',
      sdl: 'type Query { a(b: Int @cost(weight: "x")): Int }',
      coordinate: 'Query.a(b:)',
      says: '"x"',
    },
    {
      name: 'may be on an input field',
      sdl: 'type Query { a(i: I): Int } input I { b: Int @cost(weight: "x") }',
      coordinate: 'I.b',
      says: '"x"',
    },
    {
      name: 'may be on an argument of a directive',
      sdl: 'directive @d(b: Int @cost(weight: "x")) on FIELD type Query { a: Int }',
      coordinate: '@d(b:)',
      says: '"x"',
    },
    {
      name: 'is a weight on a field of an interface',
      sdl: 'interface N { a: Int @cost(weight: "2") } type Query implements N { a: Int }',
      coordinate: 'N.a',
      says: 'implementing types',
    },
    {
      name: 'is a list size on what is no list',
      sdl: 'type Query { a: Int @listSize(assumedSize: 2) }',
      coordinate: 'Query.a',
      says: 'returns no list',
    },
    {
      name: 'is an assumed size below zero',
      sdl: 'type Query { a: [Int] @listSize(assumedSize: -2) }',
      coordinate: 'Query.a',
      says: '-2',
    },
    {
      name: 'is a sized field that is not there',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["no"]) }',
      coordinate: 'Query.a',
      says: 'Box has no field "no"',
    },
    {
      name: 'is a sized field that is no list',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["single"]) }',
      coordinate: 'Query.a',
      says: 'Box.single returns no list',
    },
    {
      name: 'is a path to a sized field that is not there',
      sdl: 'type Query { a: Box @listSize(assumedSize: 2, sizedFields: ["inner.no"]) }',
      coordinate: 'Query.a',
      says: 'Inner has no field "no"',
    },
    {
      name: 'is a sized field of a scalar',
      sdl: 'type Query { a: Int @listSize(assumedSize: 2, sizedFields: ["b"]) }',
      coordinate: 'Query.a',
      says: 'Int has no field "b"',
    },
    {
      name: 'is a slicing argument that is not there',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["last"]) }',
      coordinate: 'Query.a',
      says: 'no argument "last"',
    },
    {
      name: 'is a slicing argument that is no number',
      sdl: 'type Query { a(first: String): [Int] @listSize(slicingArguments: ["first"]) }',
      coordinate: 'Query.a',
      says: 'String',
    },
    {
      name: 'is a slicing argument that is an object',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page"]) }',
      coordinate: 'Query.a',
      says: 'Page',
    },
    {
      name: 'is a path to a slicing argument that is not there',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page.last"]) }',
      coordinate: 'Query.a',
      says: 'Page has no field "last"',
    },
    {
      name: 'is a path to a slicing argument that is no number',
      sdl: 'type Query { a(page: Page): [Int] @listSize(slicingArguments: ["page.size"]) }',
      coordinate: 'Query.a',
      says: 'String',
    },
    {
      name: 'is a path through a number',
      sdl: 'type Query { a(first: Int): [Int] @listSize(slicingArguments: ["first.page"]) }',
      coordinate: 'Query.a',
      says: 'no "page"',
    },
    {
      name: 'is an assumed size that a required slicing argument overrides',
      sdl: 'type Query { a(first: Int): [Int] @listSize(assumedSize: 2, slicingArguments: ["first"]) }',
      coordinate: 'Query.a',
      says: 'requireOneSlicingArgument: false',
    },
    {
      name: 'is an assumed size that the default of a slicing argument overrides',
      sdl: 'type Query { a(first: Int = 2): [Int] @listSize(assumedSize: 2, slicingArguments: ["first"], requireOneSlicingArgument: false) }',
      coordinate: 'Query.a',
      says: '"first" has a default',
    },
    {
      name: 'may be on a field of an interface',
      sdl: 'interface N { a: Int @listSize(assumedSize: 2) } type Query implements N { a: Int }',
      coordinate: 'N.a',
      says: 'returns no list',
    },
  ]
  for (const { name, sdl, coordinate, says } of found) {
    test(name, () => {
      expect(mistakesOf(sdl + around)).toEqual([{ coordinate, message: expect.stringContaining(says) }])
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

  test('is reported together with all the others, each by its coordinate', () => {
    const mistakes = mistakesOf(`
      type Query { a: Int @cost(weight: "x") b(c: Int @cost(weight: "y")): Int @listSize(assumedSize: 2, sizedFields: ["d"]) }
      input In @extra { e: Int @cost(weight: "z") }
      directive @extra on INPUT_OBJECT
    `)
    expect(mistakes.map(({ coordinate }) => coordinate).sort()).toEqual(['In.e', 'Query.a', 'Query.b', 'Query.b(c:)'])
    const schema = costSchema('type Query { a: Int @cost(weight: "x") b: Int @listSize(assumedSize: 1) }')
    expect(() => createCostModel(schema)).toThrow(
      /^The schema's cost directives have 2 mistakes:\n {2}Query\.a: .+\n {2}Query\.b: .+$/,
    )
  })
})
