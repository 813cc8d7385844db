import { describe, expect, test } from 'vitest'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query {
    list(first: Int, last: Int): [Item] @listSize(slicingArguments: ["first", "last"])
    preset(first: Int = 5, last: Int): [Item] @listSize(slicingArguments: ["first", "last"])
    presets(first: Int = 5, last: Int = 5): [Item] @listSize(slicingArguments: ["first", "last"])
    optional(first: Int): [Item] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
    assumed: [Item] @listSize(assumedSize: 5)
    paged(page: Page): [Item] @listSize(slicingArguments: ["page.first", "page.ids"])
    numbers(first: Int): [Int] @listSize(slicingArguments: ["first"])
    node: Node
  }
  interface Node { items(first: Int): [Item] }
  type Item implements Node { id: ID items(first: Int): [Item] @listSize(slicingArguments: ["first"]) }
  type Loose implements Node { items(first: Int): [Item] }
  input Page { first: Int ids: [ID] }
`
const inner = '{ id }'

describe('violations', () => {
  const cases: readonly {
    readonly name: string
    readonly operation: string
    readonly variables?: Readonly<Record<string, unknown>>
    readonly found: readonly (readonly string[])[]
  }[] = [
    { name: 'find a list without its slicing argument', operation: `{ list ${inner} }`, found: [[]] },
    {
      name: 'find a list with two of them',
      operation: `{ list(first: 1, last: 2) ${inner} }`,
      found: [['first', 'last']],
    },
    { name: 'find a list that costs nothing', operation: '{ numbers }', found: [[]] },
    { name: 'find none where there is just one', operation: `{ list(last: 2) ${inner} }`, found: [] },
    { name: 'find a slicing argument that is null', operation: `{ list(first: null) ${inner} }`, found: [[]] },
    { name: 'take null for nothing beside another', operation: `{ list(first: null, last: 2) ${inner} }`, found: [] },
    {
      name: 'find one whose variable is left out',
      operation: `query ($n: Int) { list(first: $n) ${inner} }`,
      found: [[]],
    },
    {
      name: 'find one whose variable is null',
      operation: `query ($n: Int) { list(first: $n) ${inner} }`,
      variables: { n: null },
      found: [[]],
    },
    {
      name: 'find none where its variable is given',
      operation: `query ($n: Int) { list(first: $n) ${inner} }`,
      variables: { n: 0 },
      found: [],
    },
    {
      name: 'find none where its variable has a default',
      operation: `query ($n: Int = 3) { list(first: $n) ${inner} }`,
      found: [],
    },
    {
      name: 'are of variables, not of the document',
      operation: `query ($a: Int, $b: Int) { list(first: $a, last: $b) ${inner} }`,
      variables: { b: 1 },
      found: [],
    },
    {
      name: 'find two variables that are both given',
      operation: `query ($a: Int, $b: Int) { list(first: $a, last: $b) ${inner} }`,
      variables: { a: 1, b: 1 },
      found: [['first', 'last']],
    },
    { name: 'find none where the schema has a default', operation: `{ preset ${inner} }`, found: [] },
    {
      name: 'find none where a default gives way to another argument',
      operation: `{ preset(last: 2) ${inner} }`,
      found: [],
    },
    { name: 'find null in place of the default', operation: `{ preset(first: null) ${inner} }`, found: [[]] },
    { name: 'find two defaults and nothing given', operation: `{ presets ${inner} }`, found: [[]] },
    { name: 'find none of two defaults where one is given', operation: `{ presets(first: 2) ${inner} }`, found: [] },
    { name: 'find none on lists that require none', operation: `{ optional ${inner} assumed ${inner} }`, found: [] },
    {
      name: 'look into input objects',
      operation: `{ a: paged(page: { first: 2 }) ${inner} b: paged(page: {}) ${inner} c: paged(page: { first: 1, ids: [] }) ${inner} }`,
      found: [[], ['page.first', 'page.ids']],
    },
    {
      name: 'look into input objects in the variables',
      operation: `query ($p: Page) { paged(page: $p) ${inner} }`,
      variables: { p: { ids: ['a'] } },
      found: [],
    },
    {
      name: 'are looked for at every depth',
      operation: `{ list(first: 2) { items(first: 2) { items ${inner} } } }`,
      found: [[]],
    },
    { name: 'are looked for on every possible type', operation: `{ node { items ${inner} } }`, found: [[]] },
    { name: 'are looked for in fragments', operation: `{ ...F } fragment F on Query { list ${inner} }`, found: [[]] },
    {
      name: 'find nothing in what is skipped',
      operation: `query ($no: Boolean!) { list @include(if: $no) ${inner} ... @include(if: $no) { list ${inner} } node @include(if: $no) { items ${inner} } }`,
      variables: { no: false },
      found: [],
    },
    {
      name: 'find it where it is not skipped',
      operation: `query ($no: Boolean!) { list @skip(if: $no) ${inner} }`,
      variables: { no: false },
      found: [[]],
    },
    { name: 'find each place once', operation: `{ list ${inner} a: list ${inner} list ${inner} }`, found: [[], []] },
  ]
  for (const { name, operation, variables, found } of cases) {
    test(name, () => {
      expect(
        costPlan(sdl, operation)
          .violations(variables)
          .map((violation) => violation.found),
      ).toEqual(found)
    })
  }

  test('say where, what is allowed and what was found', () => {
    expect(costPlan(sdl, `{ list(first: 1, last: 1) ${inner} }`).violations()).toEqual([
      { coordinate: 'Query.list', allowed: ['first', 'last'], found: ['first', 'last'] },
    ])
    expect(costPlan(sdl, `{ list(first: 2) { items ${inner} } }`).violations()).toEqual([
      { coordinate: 'Item.items', allowed: ['first'], found: [] },
    ])
  })
})
