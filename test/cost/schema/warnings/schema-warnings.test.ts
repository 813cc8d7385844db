import { readdirSync, readFileSync } from 'node:fs'
import { buildSchema, extendSchema, parse, resolveSchemaCoordinate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { costSettings } from '../../../../src/cost/cost-options.ts'
import { findSchemaMistakes } from '../../../../src/cost/schema/schema-mistakes.ts'
import { findSchemaWarnings } from '../../../../src/cost/schema/warnings/schema-warnings.ts'
import { costSchema } from '../../../support/cost-model.ts'

const settings = costSettings({ defaultListSize: 25 })

interface WarningCase {
  readonly name: string
  readonly sdl: string
  /** Each as `coordinate message`, up to any place in the message. */
  readonly warns: readonly string[]
}

function warningTable(cases: readonly WarningCase[], around = ''): void {
  for (const { name, sdl, warns } of cases) {
    test(name, () => {
      const schema = costSchema(`${sdl}\n${around}`)
      expect(findSchemaMistakes(schema, settings.directives)).toEqual([])
      const found = findSchemaWarnings(schema, settings)
      expect(found.map(({ coordinate, message }) => `${coordinate} ${message}`)).toEqual(
        warns.map((start) => expect.stringContaining(start)),
      )
      for (const { coordinate } of found) expect(resolveSchemaCoordinate(schema, coordinate), coordinate).toBeDefined()
    })
  }
}

describe('a warning about sizes', () => {
  warningTable(
    [
      {
        name: 'is given for each list whose size nothing says, with the size that applies',
        sdl: 'type Query { things: [Thing] }',
        warns: ['Query.things is a list of unknown size: defaultListSize, 25, applies.'],
      },
      {
        name: 'is given for a list whose @listSize says nothing',
        sdl: 'type Query { things: [Thing] @listSize }',
        warns: ['Query.things is a list of unknown size'],
      },
      {
        name: 'is given for lists of scalars only where a scalar has a weight',
        sdl: 'type Query { names: [String] dates: [Date] } scalar Date @cost(weight: "0.5")',
        warns: ['Query.dates is a list of unknown size'],
      },
      {
        name: 'is not given for lists that say their size',
        sdl: `type Query {
          assumed: [Thing] @listSize(assumedSize: 2)
          sliced(first: Int): [Thing] @listSize(slicingArguments: ["first"])
          optional(first: Int = 3): [Thing] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
        }`,
        warns: [],
      },
      {
        name: 'is not given for lists that every field above them sizes, by a path too',
        sdl: `type Query {
          page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"])
          pages(first: Int): Found @listSize(slicingArguments: ["first"], sizedFields: ["page.items"])
          any(first: Int): Any @listSize(slicingArguments: ["first"], sizedFields: ["items", "others"])
        }
        union Any = Page | Other
        type Other { others: [Thing] }
        type Found { page: Page }`,
        warns: [],
      },
      {
        name: 'is given for the field that sizes no list where others do',
        sdl: `type Query {
          page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["items"])
          latest: Page
        }`,
        warns: ['Query.latest says no size for Page.items, as other fields do: defaultListSize, 25, applies.'],
      },
      {
        name: 'is given for a list of the root type, even where a field that returns that type sizes it',
        sdl: `type Query {
          things: [Thing]
          again(first: Int): Query @listSize(slicingArguments: ["first"], sizedFields: ["things"])
        }`,
        warns: ['Query.things is a list of unknown size'],
      },
      {
        name: 'is given for sized fields without a size',
        sdl: 'type Query { page: Page @listSize(sizedFields: ["items"]) }',
        warns: ['Query.page @listSize has sizedFields and no size for them'],
      },
      {
        name: 'is given for a list that hands its size on and is sized by nothing itself',
        sdl: 'type Query { pages: [Page] @listSize(assumedSize: 2, sizedFields: ["items"]) }',
        warns: ['Query.pages @listSize sizes the sizedFields, and not this list itself'],
      },
      {
        name: 'is given for slicing arguments that may all be left out',
        sdl: `type Query {
          things(first: Int, last: Int): [Thing] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
        }`,
        warns: ['Query.things @listSize says no size where none of "first", "last" is given: defaultListSize, 25,'],
      },
      {
        name: 'is not given for slicing arguments of which one cannot be left out',
        sdl: `type Query {
          things(first: Int!): [Thing] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
          others(page: Slice!): [Thing] @listSize(slicingArguments: ["page.size"], requireOneSlicingArgument: false)
          custom(size: Positive = 5): [Thing] @listSize(slicingArguments: ["size"], requireOneSlicingArgument: false)
          halves(page: Slice!): [Thing] @listSize(slicingArguments: ["page.half"], requireOneSlicingArgument: false)
          byId(ids: [ID!]!): [Thing] @listSize(slicingArguments: ["ids"], requireOneSlicingArgument: false)
        }`,
        warns: [],
      },
      {
        name: 'is given for slicing arguments that may be left out somewhere on their path',
        sdl: `type Query {
          others(page: Slice): [Thing] @listSize(slicingArguments: ["page.size"], requireOneSlicingArgument: false)
          inside(page: Slice! = { size: 1, rest: 2 }): [Thing] @listSize(slicingArguments: ["page.rest"], requireOneSlicingArgument: false)
        }`,
        warns: ['Query.others @listSize says no size', 'Query.inside @listSize says no size'],
      },
      {
        name: 'is given for an assumed size beside a slicing argument that cannot be left out',
        sdl: `type Query {
          things(first: Int!): [Thing] @listSize(assumedSize: 2, slicingArguments: ["first"], requireOneSlicingArgument: false)
        }`,
        warns: ['Query.things the assumedSize of @listSize never applies: the slicing argument "first"'],
      },
      {
        name: 'is given for a list with a size of its own that every field above it overrules',
        sdl: `type Query {
          shelf(first: Int): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["items"])
        }
        type Shelf { items: [Thing] @listSize(assumedSize: 3) }`,
        warns: ['Shelf.items its @listSize never applies: every field that returns Shelf hands it a size'],
      },
      {
        name: 'is not given for a list with a size of its own that some field leaves in place',
        sdl: `type Query {
          shelf(first: Int): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["items"])
          latest: Shelf
          room: Room
        }
        type Room { shelf(first: Int = 2): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["items"]) }
        type Shelf { items: [Thing] @listSize(assumedSize: 3) }`,
        warns: [],
      },
      {
        name: 'is given on an interface whose @listSize an implementing type does not repeat',
        sdl: `type Query { box: Box bag: Bag }
        interface Holder { things: [Thing] @listSize(assumedSize: 2) }
        type Box implements Holder { things: [Thing] @listSize(assumedSize: 2) }
        type Bag implements Holder { things: [Thing] }`,
        warns: [
          'Holder.things @listSize never counts on interfaces: put it on Bag.things as well.',
          'Bag.things is a list of unknown size',
        ],
      },
      {
        name: 'is not given for types to which no operation comes',
        sdl: 'type Query { thing: Thing } type Lost { things: [Thing] }',
        warns: [],
      },
    ],
    'type Thing { id: ID } type Page { items: [Thing] } input Slice { size: Int! half: Int = 5 rest: Int } scalar Positive',
  )

  test('names the directive as the schema does, and a size without end', () => {
    const schema = buildSchema(`
      directive @tenant__listSize(sizedFields: [String!]) on FIELD_DEFINITION
      type Query { things: [Query] }
    `)
    const renamed = costSettings({
      defaultListSize: Number.POSITIVE_INFINITY,
      directives: { listSize: 'tenant__listSize' },
    })
    expect(findSchemaWarnings(schema, renamed)).toEqual([
      { coordinate: 'Query.things', message: expect.stringMatching(/defaultListSize, Infinity.*@tenant__listSize/) },
    ])
  })
})

describe('a warning about weights', () => {
  const everywhere = `
    directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | ENUM_VALUE | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | INPUT_OBJECT | INTERFACE | OBJECT | SCALAR | UNION
    directive @listSize(assumedSize: Int) on FIELD_DEFINITION
  `
  warningTable([
    {
      name: 'is given for an object type to which no operation comes, once',
      sdl: `type Query { a: Int }
        type Typed @cost(weight: "2") { a: Int @cost(weight: "2") }
        type Fielded { a: Int @cost(weight: "2") b: Int @cost(weight: "2") }
        type Sized { a: [Int] @listSize(assumedSize: 2) }
        type Argued { a(b: Int @cost(weight: "2")): Int }
        type Plain { a: Typed }`,
      warns: ['Typed no operation comes', 'Fielded no operation', 'Sized no operation', 'Argued no operation'],
    },
    {
      name: 'is not given for what an operation comes to through mutations, unions and interfaces',
      sdl: `type Query { any: Any node: Node } type Mutation { c: C }
        union Any = A interface Node { id: ID }
        type A @cost(weight: "2") { id: ID } type B implements Node @cost(weight: "2") { id: ID }
        type C @cost(weight: "2") { id: ID }`,
      warns: [],
    },
    {
      name: 'is given for scalars and enums that no field returns: as an input they carry no weight',
      sdl: `type Query { a(kind: In, date: Date): Out lost: Int }
        enum In @cost(weight: "2") { ONE } enum Out @cost(weight: "2") { ONE } scalar Date @cost(weight: "2")`,
      warns: ['In @cost never counts: no field', 'Date @cost never counts: no field'],
    },
    {
      name: 'is given for abstract types, input objects and values of enums, where a schema declares it for them',
      sdl: `${everywhere} type Query { node: Node any: Any a(input: In): Kind }
        interface Node @cost(weight: "5") { id: ID } type A implements Node { id: ID }
        union Any @cost(weight: "5") = A
        input In @cost(weight: "5") { b: Int }
        enum Kind { ONE @cost(weight: "5") TWO }`,
      warns: [
        'Node @cost never counts here: the largest weight of the possible types does.',
        'Any @cost never counts here: the largest weight',
        'In @cost never counts here: arguments and input fields',
        'Kind.ONE @cost never counts here: only that of the enum',
      ],
    },
    {
      name: 'is given for arguments of an interface',
      sdl: `type Query implements Node { a(b: Int): Int } interface Node { a(b: Int @cost(weight: "2")): Int }`,
      warns: ['Node.a(b:) @cost never counts on interfaces'],
    },
    {
      name: 'is given for input objects that no operation can give',
      sdl: `type Query { a(used: Used): Int } type Lost { a(b: Other): Int }
        input Used { inner: Inner } input Inner { b: Int @cost(weight: "2") }
        input Other { b: Int @cost(weight: "2") }`,
      warns: ['Other no operation can give it a value'],
    },
    {
      name: 'is given for arguments of directives that cannot stand on a field of an operation',
      sdl: `directive @onField(a: Int @cost(weight: "2")) on FIELD
        directive @onQuery(a: Int @cost(weight: "2"), b: Int) on QUERY | FRAGMENT_SPREAD
        type Query { a: Int }`,
      warns: ['@onQuery(a:) @cost never counts: @onQuery cannot stand on the fields of an operation.'],
    },
    {
      name: 'is given for the weight of an argument or an input field that is its default',
      sdl: `directive @dear(a: Int @cost(weight: "0")) on FIELD
        type Query { a(b: Int @cost(weight: "0"), c: In @cost(weight: "1"), d: In @cost(weight: "0"), e: Int @cost(weight: "1")): Int }
        input In { f: Int @cost(weight: "0.0") g: Int @cost(weight: "0.5") }`,
      warns: [
        'Query.a(b:) @cost changes nothing: 0',
        'Query.a(c:) @cost changes nothing: 1',
        'In.f @cost changes nothing: 0',
        '@dear(a:) @cost changes nothing: 0',
      ],
    },
  ])

  test('is given for the weight of an extension too', () => {
    const schema = extendSchema(
      costSchema('type Query { a: Int } type Lost { a: Int }'),
      parse('extend type Lost @cost(weight: "5")'),
    )
    expect(findSchemaWarnings(schema, settings).map(({ coordinate }) => coordinate)).toEqual(['Lost'])
  })
})

test('the schema that ships says the size of every list, and no weight in vain', () => {
  const folder = new URL('../../../../schema/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.graphql'))
  const schema = buildSchema(files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n'))
  expect(findSchemaWarnings(schema, settings)).toEqual([])
})
