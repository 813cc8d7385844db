import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

// Every list is of things, and everything else is free: the type cost is the size of the list.
const sdl = `
  type Query @cost(weight: "0") {
    plain: [Thing] @cost(weight: "0")
    assumed: [Thing] @cost(weight: "0") @listSize(assumedSize: 6)
    sliced(first: Int, last: Int): [Thing] @cost(weight: "0")
      @listSize(slicingArguments: ["first", "last"], assumedSize: 7, requireOneSlicingArgument: false)
    unassumed(first: Int): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    preset(first: Int = 4, last: Int): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["first", "last"])
    presetNull(first: Int = null): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    byIds(ids: [ID!]): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["ids"])
    paged(page: Page @cost(weight: "0"), first: Int): [Thing] @cost(weight: "0")
      @listSize(slicingArguments: ["page.first", "page.ids", "page.inner.first", "first"], requireOneSlicingArgument: false)
    pagedByDefault(page: Page = { first: 3 } @cost(weight: "0")): [Thing] @cost(weight: "0")
      @listSize(slicingArguments: ["page.first"])
    ratio(first: Float): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    single(first: Int): [Thing] @cost(weight: "0") @listSize(slicingArguments: "first")
    required: [Thing!]! @cost(weight: "0") @listSize(assumedSize: 6)
    grid: [[Thing]] @cost(weight: "0") @listSize(assumedSize: 6)
    one: Thing @cost(weight: "0")
    words: [String] @cost(weight: "2") @listSize(assumedSize: 50)
    codes: [Code] @listSize(assumedSize: 50)
    tree: Tree @cost(weight: "0")
  }
  type Thing { id: ID }
  type Tree @cost(weight: "0") { children(first: Int): [Tree] @cost(weight: "1") @listSize(slicingArguments: ["first"]) thing: Thing }
  scalar Code @cost(weight: "0.5")
  input Page { first: Int ids: [ID] inner: Inner = { first: 2 } }
  input Inner { first: Int = 9 }
`

const inner = '{ id }'

describe('the size of a list', () => {
  costTable(sdl, [
    { name: 'is 1 for a field that is no list', operation: `{ one ${inner} }`, fieldCost: 0, typeCost: 1 },
    { name: 'is 10 where nothing says so', operation: `{ plain ${inner} }`, fieldCost: 0, typeCost: 10 },
    { name: 'is assumed', operation: `{ assumed ${inner} }`, fieldCost: 0, typeCost: 6 },
    {
      name: 'is the same for a list that cannot be null',
      operation: `{ required ${inner} }`,
      fieldCost: 0,
      typeCost: 6,
    },
    { name: 'counts a list of lists once', operation: `{ grid ${inner} }`, fieldCost: 0, typeCost: 6 },
    {
      name: 'multiplies the weight of scalars, not the weight of their field',
      operation: '{ words codes }',
      fieldCost: 2,
      typeCost: 25,
    },
    { name: 'is what a slicing argument says', operation: `{ sliced(first: 3) ${inner} }`, fieldCost: 0, typeCost: 3 },
    {
      name: 'is the largest of the slicing arguments',
      operation: `{ sliced(first: 3, last: 5) ${inner} }`,
      fieldCost: 0,
      typeCost: 5,
    },
    { name: 'is assumed without slicing arguments', operation: `{ sliced ${inner} }`, fieldCost: 0, typeCost: 7 },
    {
      name: 'is assumed where they are null',
      operation: `{ sliced(first: null) ${inner} }`,
      fieldCost: 0,
      typeCost: 7,
    },
    {
      name: 'is 10 where they are null and nothing is assumed',
      operation: `{ unassumed(first: null) ${inner} }`,
      fieldCost: 0,
      typeCost: 10,
    },
    {
      name: 'is 0 for a negative slicing argument',
      operation: `{ sliced(first: -5) ${inner} }`,
      fieldCost: 0,
      typeCost: 0,
    },
    { name: 'is 0 for 0', operation: `{ sliced(first: 0) ${inner} }`, fieldCost: 0, typeCost: 0 },
    {
      name: 'takes a variable',
      operation: `query ($n: Int) { sliced(first: $n, last: 2) ${inner} }`,
      variables: { n: 8 },
      fieldCost: 0,
      typeCost: 8,
    },
    {
      name: 'takes a negative variable for 0',
      operation: `query ($n: Int) { sliced(first: $n) ${inner} }`,
      variables: { n: -8 },
      fieldCost: 0,
      typeCost: 0,
    },
    {
      name: 'takes a variable that is left out for an argument that is',
      operation: `query ($n: Int) { sliced(first: $n) ${inner} }`,
      fieldCost: 0,
      typeCost: 7,
    },
    {
      name: 'takes the default of a variable',
      operation: `query ($n: Int = 8) { sliced(first: $n) ${inner} }`,
      fieldCost: 0,
      typeCost: 8,
    },
    {
      name: 'takes a null over the default of a variable',
      operation: `query ($n: Int = 8) { sliced(first: $n) ${inner} }`,
      variables: { n: null },
      fieldCost: 0,
      typeCost: 7,
    },
    { name: 'takes the default of an argument', operation: `{ preset ${inner} }`, fieldCost: 0, typeCost: 4 },
    {
      name: 'takes the larger of a default and an argument',
      operation: `{ a: preset(last: 2) ${inner} b: preset(last: 6) ${inner} }`,
      fieldCost: 0,
      typeCost: 4 + 6,
    },
    {
      name: 'takes the default of an argument whose variable is left out',
      operation: `query ($n: Int) { preset(first: $n) ${inner} }`,
      fieldCost: 0,
      typeCost: 4,
    },
    {
      name: 'takes no default in place of null',
      operation: `{ preset(first: null) ${inner} }`,
      fieldCost: 0,
      typeCost: 10,
    },
    { name: 'takes nothing from a default of null', operation: `{ presetNull ${inner} }`, fieldCost: 0, typeCost: 10 },
    {
      name: 'is the length of a list',
      operation: `{ byIds(ids: ["a", "b", "c"]) ${inner} }`,
      fieldCost: 0,
      typeCost: 3,
    },
    { name: 'is the length of an empty list', operation: `{ byIds(ids: []) ${inner} }`, fieldCost: 0, typeCost: 0 },
    {
      name: 'is 1 for a single value that stands for a list',
      operation: `{ byIds(ids: "a") ${inner} }`,
      fieldCost: 0,
      typeCost: 1,
    },
    {
      name: 'is 1 for a single number that stands for a list',
      operation: `{ byIds(ids: 99) ${inner} }`,
      fieldCost: 0,
      typeCost: 1,
    },
    {
      name: 'is the length of a list in the variables',
      operation: `query ($ids: [ID!]) { byIds(ids: $ids) ${inner} }`,
      variables: { ids: ['a', 'b'] },
      fieldCost: 0,
      typeCost: 2,
    },
    {
      name: 'is 1 for a single value in the variables',
      operation: `query ($ids: [ID!]) { byIds(ids: $ids) ${inner} }`,
      variables: { ids: 99 },
      fieldCost: 0,
      typeCost: 1,
    },
    {
      name: 'follows a path into an input object',
      operation: `{ paged(page: { first: 3, inner: null }) ${inner} }`,
      fieldCost: 1,
      typeCost: 3,
    },
    {
      name: 'follows a path to a list',
      operation: `{ paged(page: { ids: ["a", "b", "c", "d"] }) ${inner} }`,
      fieldCost: 1,
      typeCost: 4,
    },
    {
      name: 'follows a path through variables',
      operation: `query ($p: Page, $n: Int) { a: paged(page: $p) ${inner} b: paged(page: { first: $n, inner: null }) ${inner} }`,
      variables: { p: { first: 3, inner: { first: 5 } }, n: 4 },
      fieldCost: 2,
      typeCost: 5 + 4,
    },
    {
      name: 'follows a path to defaults',
      operation: `{ a: paged(page: {}) ${inner} b: paged(page: { inner: {} }) ${inner} }`,
      fieldCost: 2,
      typeCost: 2 + 9,
    },
    {
      name: 'follows a path to defaults in the variables',
      operation: `query ($p: Page) { paged(page: $p) ${inner} }`,
      variables: { p: {} },
      fieldCost: 1,
      typeCost: 2,
    },
    {
      name: 'follows a path into the default of an argument',
      operation: `{ a: pagedByDefault ${inner} b: pagedByDefault(page: { first: 5 }) ${inner} }`,
      fieldCost: 2,
      typeCost: 3 + 5,
    },
    {
      name: 'takes nothing from a path through null',
      operation: `{ paged(page: null, first: 3) ${inner} }`,
      fieldCost: 0,
      typeCost: 3,
    },
    {
      name: 'takes the largest over paths and arguments',
      operation: `{ paged(page: { first: 3, ids: ["a"] }, first: 8) ${inner} }`,
      fieldCost: 1,
      typeCost: 8,
    },
    {
      name: 'rounds a fraction up',
      operation: `query ($n: Float) { a: ratio(first: 2.5) ${inner} b: ratio(first: $n) ${inner} }`,
      variables: { n: 0.1 },
      fieldCost: 0,
      typeCost: 3 + 1,
    },
    {
      name: 'takes one slicing argument written without brackets',
      operation: `{ single(first: 3) ${inner} }`,
      fieldCost: 0,
      typeCost: 3,
    },
    {
      name: 'multiplies down nested lists',
      operation: '{ tree { children(first: 2) { children(first: 3) { children(first: 4) { thing { id } } } } } }',
      fieldCost: 1 + 2 * (1 + 3 * (1 + 4)),
      typeCost: 24,
    },
    {
      name: 'of 0 leaves the call alone to pay for',
      operation: '{ tree { children(first: 0) { children(first: 3) { thing { id } } } } }',
      fieldCost: 1,
      typeCost: 0,
    },
  ])
})

describe('defaultListSize', () => {
  costTable(
    sdl,
    [
      {
        name: 'stands in where nothing says how long a list is',
        operation: `{ plain ${inner} assumed ${inner} }`,
        fieldCost: 0,
        typeCost: 3 + 6,
      },
    ],
    { defaultListSize: 3 },
  )
  costTable(sdl, [{ name: 'may be 0', operation: `{ plain ${inner} assumed ${inner} }`, fieldCost: 0, typeCost: 6 }], {
    defaultListSize: 0,
  })
})
