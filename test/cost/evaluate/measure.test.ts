import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../../src/cost/cost-model.ts'
import { costModel, costPlan } from '../../support/cost-model.ts'
import { hostileSchema } from '../../support/hostile-schema.ts'

const sdl = `
  type Query {
    shelf(n: Int): [Book] @listSize(slicingArguments: ["n"], requireOneSlicingArgument: false)
    book(isbn: ID @cost(weight: "2")): Book
    any: Media
    grid: [[Book]] @listSize(assumedSize: 4)
    words: [Word] @cost(weight: "3")
  }
  type Book @cost(weight: "2") { title: String pages: Int @cost(weight: "0.5") author: Person sequels: [Book] }
  type Person { name: String born: Date }
  type Film @cost(weight: "5") { minutes: Int @cost(weight: "10") cast: [Person] }
  type Rebate @cost(weight: "-3") { book: Book }
  union Media = Book | Film | Rebate
  scalar Date @cost(weight: "0.25")
  scalar Word @cost(weight: "0.5")
`
const model = costModel(sdl)

describe('measure', () => {
  const cases: readonly {
    readonly name: string
    readonly operation: string
    readonly variables?: Readonly<Record<string, unknown>>
    readonly data: unknown
    readonly fieldCost: number
    readonly typeCost: number
  }[] = [
    {
      name: 'counts the items that are there, not those that were asked for',
      operation: '{ shelf(n: 50) { title pages } }',
      data: {
        shelf: [
          { title: 'a', pages: 1 },
          { title: 'b', pages: 2 },
        ],
      },
      fieldCost: 1 + 2 * 0.5,
      typeCost: 1 + 2 * 2,
    },
    {
      name: 'counts an empty list as one call',
      operation: '{ shelf(n: 50) { title } }',
      data: { shelf: [] },
      fieldCost: 1,
      typeCost: 1,
    },
    {
      name: 'counts nothing for null, and nothing for an item that is null',
      operation: '{ book { author { name } } shelf { title } any { __typename } }',
      data: { book: { author: null }, shelf: [null, { title: 'b' }, null], any: null },
      fieldCost: 1 + 1,
      typeCost: 1 + 2 + 2,
    },
    {
      name: 'counts nothing for what @skip or an error left out',
      operation: 'query ($no: Boolean!) { book { title pages @include(if: $no) author { name } } shelf { title } }',
      variables: { no: false },
      data: { book: { title: 'a' } },
      fieldCost: 1,
      typeCost: 1 + 2,
    },
    {
      name: 'counts arguments as they were given',
      operation: 'query ($isbn: ID) { a: book(isbn: $isbn) { title } b: book { title } }',
      variables: { isbn: '1' },
      data: { a: { title: 'a' }, b: { title: 'b' } },
      fieldCost: 1 + 2 + 1,
      typeCost: 1 + 2 + 2,
    },
    {
      name: 'counts lists within lists item by item',
      operation: '{ grid { pages sequels { title } } }',
      data: {
        grid: [
          [
            { pages: 1, sequels: [{ title: 'b' }] },
            { pages: 2, sequels: [] },
          ],
          [],
          null,
          [{ pages: 3, sequels: null }],
        ],
      },
      fieldCost: 1 + 3 * 0.5 + 2,
      typeCost: 1 + 3 * 2 + 2,
    },
    {
      name: 'counts the scalars that weigh something',
      operation: '{ words book { author { born name } } }',
      data: { words: ['a', 'b', null], book: { author: { born: '1900-01-01', name: 'A' } } },
      fieldCost: 3 + 1 + 1,
      typeCost: 1 + 2 * 0.5 + 2 + 1 + 0.25,
    },
    {
      name: 'takes the type that __typename says, under whatever name it was asked for',
      operation: '{ any { kind: __typename ... on Film { minutes } ... on Book { pages } } }',
      data: { any: { kind: 'Book', pages: 1 } },
      fieldCost: 1 + 0.5,
      typeCost: 1 + 5,
    },
    {
      name: 'takes the dearest type that fits what is there where none is said',
      operation: '{ any { ... on Film { a: minutes cast { name } } ... on Book { a: pages } } }',
      data: { any: { a: 1, cast: [{ name: 'A' }] } },
      fieldCost: 1 + 10 + 1,
      typeCost: 1 + 5 + 1,
    },
    {
      name: 'takes the dearest type where __typename is one that the schema does not have',
      operation: '{ any { __typename ... on Film { minutes } } }',
      data: { any: { __typename: 'Ghost', minutes: 1 } },
      fieldCost: 1 + 10,
      typeCost: 1 + 5,
    },
    {
      name: 'counts nothing for a failed operation',
      operation: '{ book { title } }',
      data: null,
      fieldCost: 0,
      typeCost: 0,
    },
    {
      name: 'counts nothing without data',
      operation: '{ book { title } }',
      data: undefined,
      fieldCost: 0,
      typeCost: 0,
    },
    {
      name: 'takes data of a shape that the operation cannot have for what it can be',
      operation: '{ book { author { name } } shelf { title } }',
      data: { book: [{ author: 'A' }], shelf: 'b', other: { more: 1 } },
      fieldCost: 1 + 1 + 1,
      typeCost: 1 + 2 + 1 + 2,
    },
    {
      name: 'counts introspection as free',
      operation: '{ __schema { types { name } } }',
      data: { __schema: { types: [{ name: 'A' }] } },
      fieldCost: 0,
      typeCost: 1,
    },
  ]
  for (const { name, operation, variables, data, ...expected } of cases) {
    test(name, () => {
      expect(model.plan(parse(operation)).measure(data, variables)).toMatchObject(expected)
    })
  }

  test('stops a negative sum at zero for each field, as the estimate does', () => {
    const rebates = `type Query { list: [Rebate] one: Rebate } type Rebate @cost(weight: "-3") { item: Item } type Item { id: ID }`
    const plan = costPlan(rebates, '{ list { item { id } } one { item { id } } }')
    const data = { list: [{ item: { id: 1 } }, { item: null }], one: { item: { id: 3 } } }
    expect(plan.measure(data)).toMatchObject({ fieldCost: 2 + 2, typeCost: 1 })
    expect(plan.estimate()).toMatchObject({ fieldCost: 2 + 11, typeCost: 1 })
  })

  test('rounds once and charges as the estimate does', () => {
    const plan = costModel(sdl, { charge: { field: 2, type: 10 } }).plan(parse('{ book { pages } }'))
    expect(plan.measure({ book: { pages: 1 } })).toEqual({ fieldCost: 1.5, typeCost: 3, cost: 33, unbounded: false })
  })

  describe('of an object that does not say its type', () => {
    const guesses = `
      type Query { box: Box }
      interface Box { items(n: Int = 9): [Item] inner: Inner }
      type Crate implements Box { items(n: Int = 2): [Item] @cost(weight: "50") @listSize(slicingArguments: ["n"]) inner: Inner }
      type Barrel implements Box { items(n: Int = 5): [Item] @listSize(slicingArguments: ["n"]) inner: Inner @cost(weight: "30") @listSize(assumedSize: 1, sizedFields: ["parts"]) }
      type Item @cost(weight: "3") { id: ID }
      interface Inner { parts: [Item] }
      type Left implements Inner { parts: [Item] @cost(weight: "20") }
      type Right implements Inner { parts: [Item] @cost(weight: "10") }
    `
    const items = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))
    const plan = costPlan(guesses, '{ box { items { id } } }')

    test('takes the dearest type whose sizes its lists keep to', () => {
      expect(plan.measure({ box: { items: items(2) } })).toMatchObject({ fieldCost: 1 + 50, typeCost: 1 + 1 + 6 })
      expect(plan.measure({ box: { items: items(3) } })).toMatchObject({ fieldCost: 1 + 1, typeCost: 1 + 1 + 9 })
    })

    test('takes the dearest type where no type allows as many items', () => {
      expect(plan.measure({ box: { items: items(6) } })).toMatchObject({ fieldCost: 1 + 50, typeCost: 1 + 1 + 18 })
    })

    test('takes no type whose field the variables leave out', () => {
      const skipped = costPlan(
        guesses,
        'query ($no: Boolean!) { box { ... on Crate { items { id } } ... on Barrel { items @skip(if: $no) { id } } } }',
      )
      const data = { box: { items: items(2) } }
      expect(skipped.measure(data, { no: true })).toMatchObject({ fieldCost: 1 + 50 })
      const other = costPlan(
        guesses,
        'query ($no: Boolean!) { box { ... on Crate { items @skip(if: $no) { id } } ... on Barrel { items { id } } } }',
      )
      expect(other.measure(data, { no: true })).toMatchObject({ fieldCost: 1 + 1 })
      expect(other.measure(data, { no: false })).toMatchObject({ fieldCost: 1 + 50 })
    })

    test('looks at the lists further down as well', () => {
      const nested = costPlan(guesses, '{ box { items { id } inner { parts { id } } } }')
      // Two parts: no barrel hands its inner as many, so the box is a crate, with all that a crate costs.
      const data = { box: { items: null, inner: { parts: items(2) } } }
      expect(nested.measure(data)).toMatchObject({ fieldCost: 1 + 1 + 20, typeCost: 1 + 1 + 1 + 6 })
      expect(nested.measure({ box: { items: items(3), inner: { parts: items(1) } } })).toMatchObject({
        fieldCost: 1 + 1 + 30 + 20,
        typeCost: 1 + 1 + 9 + 1 + 3,
      })
    })
  })

  test('takes time in proportion to the response where abstract objects do not say their type', () => {
    const depth = 300
    const operation = `{ node { ${'parent { '.repeat(depth)} id ${'} '.repeat(depth)} } }`
    let node: unknown = { id: '1' }
    for (let level = 0; level < depth; level += 1) node = { parent: node }
    const measured = createCostModel(hostileSchema).plan(parse(operation)).measure({ node })
    // The dearest parent weighs 4, the dearest type 3.
    expect(measured).toMatchObject({ fieldCost: 1 + 4 * depth, typeCost: 1 + 3 * (depth + 1) })
  })
})
