import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

const sdl = `
  directive @sample(rate: Float = 0.5 @cost(weight: "-2"), by: Filter) repeatable on FIELD
  directive @trace(deep: Boolean @cost(weight: "4")) on FIELD
  type Query @cost(weight: "0") {
    plain(a: Int @cost(weight: "2"), b: Int @cost(weight: "0.5"), c: Int): Int @cost(weight: "10")
    cheap(fast: Boolean @cost(weight: "-3"), faster: Boolean @cost(weight: "-9")): Int @cost(weight: "5")
    preset(a: Int = 1 @cost(weight: "2"), b: Int = null @cost(weight: "4")): Int
    ids(ids: [ID] @cost(weight: "3"), grid: [[Int]] @cost(weight: "5")): Int
    find(filter: Filter): Int
    weighed(filter: Filter @cost(weight: "20")): Int
    findAll(filters: [Filter] @cost(weight: "7"), grid: [[Filter]]): Int
    defaulted(filter: Filter = { text: "x", not: {} }): Int
    page(page: Page): Int
    kind(kind: Kind, kinds: [Kind!]): Int
    object(filter: Filter @cost(weight: "-5")): Object
  }
  type Object @cost(weight: "0") { id: ID }
  enum Kind @cost(weight: "100") { ONE }
  input Filter {
    text: String @cost(weight: "2")
    exact: Boolean @cost(weight: "-1.5")
    not: Filter
    all: [Filter!] @cost(weight: "4")
    ids: [ID!] @cost(weight: "6")
  }
  input Page { first: Int = 10 @cost(weight: "3") after: String @cost(weight: "8") order: Order = {} }
  input Order { by: Kind = ONE @cost(weight: "50") down: Boolean }
`
const f = 'query ($f: Filter)'

describe('call(f)', () => {
  costTable(sdl, [
    { name: 'is the weight of the field without arguments', operation: '{ plain }', fieldCost: 10, typeCost: 0 },
    { name: 'adds the arguments that are given', operation: '{ plain(a: 1, c: 3) }', fieldCost: 12, typeCost: 0 },
    { name: 'adds every argument', operation: '{ plain(a: 1, b: 2, c: 3) }', fieldCost: 12.5, typeCost: 0 },
    { name: 'subtracts negative arguments', operation: '{ cheap(fast: true) }', fieldCost: 2, typeCost: 0 },
    { name: 'is never below zero', operation: '{ cheap(fast: true, faster: true) plain }', fieldCost: 10, typeCost: 0 },
    {
      name: 'is cut off at zero for each field by itself',
      operation: '{ a: cheap(faster: true) b: cheap(fast: true) }',
      fieldCost: 2,
      typeCost: 0,
    },
    { name: 'adds defaults of the schema, null as well', operation: '{ preset }', fieldCost: 6, typeCost: 0 },
    {
      name: 'adds an explicit null, which replaces the default',
      operation: '{ preset(a: null) }',
      fieldCost: 6,
      typeCost: 0,
    },
    {
      name: 'adds nothing for a variable that is left out',
      operation: 'query ($a: Int) { plain(a: $a) }',
      fieldCost: 10,
      typeCost: 0,
    },
    {
      name: 'adds a variable that is null',
      operation: 'query ($a: Int) { plain(a: $a) }',
      variables: { a: null },
      fieldCost: 12,
      typeCost: 0,
    },
    {
      name: 'adds the default of a variable that is left out',
      operation: 'query ($a: Int = 1) { plain(a: $a) }',
      fieldCost: 12,
      typeCost: 0,
    },
    {
      name: 'adds the default of the schema for a variable that is left out',
      operation: 'query ($a: Int) { preset(a: $a) }',
      fieldCost: 6,
      typeCost: 0,
    },
    {
      name: 'weighs an argument of an enum nothing: the weight of the enum is for output',
      operation: '{ kind(kind: ONE, kinds: [ONE, ONE]) }',
      fieldCost: 0,
      typeCost: 0,
    },
    {
      name: 'is paid once for each item of the list above',
      operation: '{ object(filter: { text: "x" }) { id } }',
      fieldCost: 0,
      typeCost: 0,
    },
  ])

  describe('with lists', () => {
    costTable(sdl, [
      { name: 'adds a list once, however long', operation: '{ ids(ids: ["a", "b", "c"]) }', fieldCost: 3, typeCost: 0 },
      { name: 'adds an empty list', operation: '{ ids(ids: []) }', fieldCost: 3, typeCost: 0 },
      {
        name: 'adds a single value that stands for a list',
        operation: '{ ids(ids: "a", grid: 1) }',
        fieldCost: 8,
        typeCost: 0,
      },
      { name: 'adds a list of lists once', operation: '{ ids(grid: [[1, 2], [3]]) }', fieldCost: 5, typeCost: 0 },
      {
        name: 'adds what is inside each object of a list',
        operation: '{ findAll(filters: [{ text: "a" }, {}, { text: "b", exact: true }]) }',
        fieldCost: 7 + 2 + 0.5,
        typeCost: 0,
      },
      {
        name: 'adds what is inside lists of lists',
        operation: '{ findAll(grid: [[{ text: "a" }], [{ text: "b" }, null]]) }',
        fieldCost: 1 + 4,
        typeCost: 0,
      },
      {
        name: 'adds a variable inside a list',
        operation: `${f} { findAll(filters: [$f, { text: "a" }]) }`,
        variables: { f: { text: 'b' } },
        fieldCost: 7 + 4,
        typeCost: 0,
      },
      {
        name: 'adds nothing for a variable inside a list that is left out',
        operation: `${f} { findAll(filters: [$f]) }`,
        fieldCost: 7,
        typeCost: 0,
      },
      {
        name: 'adds a list in the variables as it adds one in the document',
        operation: 'query ($fs: [Filter]) { findAll(filters: $fs) }',
        variables: { fs: [{ text: 'a' }, null, { text: 'b', ids: ['a', 'b'] }] },
        fieldCost: 7 + 2 + 8,
        typeCost: 0,
      },
      {
        name: 'adds a single object in the variables',
        operation: 'query ($fs: [Filter]) { findAll(filters: $fs) }',
        variables: { fs: { text: 'a' } },
        fieldCost: 7 + 2,
        typeCost: 0,
      },
    ])
  })

  describe('with input objects', () => {
    costTable(sdl, [
      { name: 'weighs one 1 by default', operation: '{ find(filter: {}) }', fieldCost: 1, typeCost: 0 },
      {
        name: 'takes the weight that is written instead',
        operation: '{ weighed(filter: {}) }',
        fieldCost: 20,
        typeCost: 0,
      },
      {
        name: 'adds the fields that are used',
        operation: '{ find(filter: { text: "a", exact: true }) }',
        fieldCost: 1 + 0.5,
        typeCost: 0,
      },
      {
        name: 'adds fields that are null',
        operation: '{ find(filter: { text: null, not: null }) }',
        fieldCost: 1 + 2 + 1,
        typeCost: 0,
      },
      {
        name: 'goes down recursive types',
        operation: '{ find(filter: { not: { not: { all: [{ text: "a" }, { text: "b" }] } } }) }',
        fieldCost: 1 + 1 + 1 + 4 + 2 + 2,
        typeCost: 0,
      },
      {
        name: 'goes down variables likewise',
        operation: `${f} { find(filter: $f) }`,
        variables: { f: { not: { not: { all: [{ text: 'a' }, { text: 'b' }] } } } },
        fieldCost: 1 + 1 + 1 + 4 + 2 + 2,
        typeCost: 0,
      },
      {
        name: 'adds an object that is null',
        operation: `${f} { find(filter: $f) }`,
        variables: { f: null },
        fieldCost: 1,
        typeCost: 0,
      },
      {
        name: 'leaves out a field whose variable is left out',
        operation: 'query ($t: String) { find(filter: { text: $t }) }',
        fieldCost: 1,
        typeCost: 0,
      },
      {
        name: 'adds the defaults of fields that are left out',
        operation: '{ page(page: {}) }',
        fieldCost: 1 + 3 + (1 + 50),
        typeCost: 0,
      },
      {
        name: 'adds them for an object in the variables',
        operation: 'query ($p: Page) { page(page: $p) }',
        variables: { p: { after: 'x' } },
        fieldCost: 1 + 3 + 8 + (1 + 50),
        typeCost: 0,
      },
      {
        name: 'has no defaults inside a field that is null',
        operation: '{ page(page: { order: null }) }',
        fieldCost: 1 + 3 + 1,
        typeCost: 0,
      },
      {
        name: 'takes a given object for the default, defaults inside it included',
        operation: '{ page(page: { order: { down: true } }) }',
        fieldCost: 1 + 3 + (1 + 50),
        typeCost: 0,
      },
      {
        name: 'adds all that is in the default of an argument',
        operation: '{ defaulted }',
        fieldCost: 1 + 2 + 1,
        typeCost: 0,
      },
      {
        name: 'adds the default of a variable with the defaults inside it',
        operation: 'query ($p: Page = { after: "x" }) { page(page: $p) }',
        fieldCost: 1 + 3 + 8 + (1 + 50),
        typeCost: 0,
      },
      {
        name: 'takes nothing from fields that the type does not have',
        operation: `${f} { find(filter: $f) }`,
        variables: { f: { constructor: 1, nothing: { text: 'a' } } },
        fieldCost: 1,
        typeCost: 0,
      },
    ])
  })

  describe('with directives', () => {
    costTable(sdl, [
      { name: 'adds their arguments, defaults included', operation: '{ plain @sample }', fieldCost: 8, typeCost: 0 },
      {
        name: 'adds each directive',
        operation: '{ plain @sample(rate: 0.1) @trace(deep: true) @sample }',
        fieldCost: 10,
        typeCost: 0,
      },
      {
        name: 'adds input objects in their arguments',
        operation: `${f} { plain @sample(rate: null, by: $f) }`,
        variables: { f: { text: 'a' } },
        fieldCost: 8 + 1 + 2,
        typeCost: 0,
      },
      {
        name: 'adds nothing for @skip, @include and unknown directives',
        operation: '{ plain @skip(if: false) @include(if: true) @unknown(x: 1) }',
        fieldCost: 10,
        typeCost: 0,
      },
      {
        name: 'of merged fields adds those of the first, so that repeating a field takes nothing off',
        operation: '{ plain @sample plain @sample plain @trace(deep: true) }',
        fieldCost: 8,
        typeCost: 0,
      },
      {
        name: 'of merged fields adds those of the first that is selected',
        operation: 'query ($x: Boolean!) { plain @sample @include(if: $x) plain @trace(deep: true) }',
        variables: { x: false },
        fieldCost: 14,
        typeCost: 0,
      },
    ])
  })
})
