import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

const sdl = `
  type Query @cost(weight: "0") {
    a: Int @cost(weight: "1")
    b: Int @cost(weight: "10")
    c: Int @cost(weight: "100")
    inner: Query @cost(weight: "1000")
  }
`
const both = 'query ($x: Boolean!, $y: Boolean!)'

describe('@skip and @include', () => {
  costTable(sdl, [
    {
      name: 'decide by a literal',
      operation: '{ a @include(if: true) b @include(if: false) c @skip(if: true) }',
      fieldCost: 1,
      typeCost: 0,
    },
    { name: 'keep a field that is not skipped', operation: '{ a @skip(if: false) }', fieldCost: 1, typeCost: 0 },
    {
      name: 'decide by a variable',
      operation: `${both} { a @include(if: $x) b @skip(if: $x) c @include(if: $y) }`,
      variables: { x: true, y: false },
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'decide by its default where it is left out',
      operation: 'query ($x: Boolean! = true) { a @include(if: $x) b @skip(if: $x) }',
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'decide by its value where it has a default too',
      operation: 'query ($x: Boolean! = true) { a @include(if: $x) b @skip(if: $x) }',
      variables: { x: false },
      fieldCost: 10,
      typeCost: 0,
    },
    {
      name: 'both have to hold',
      operation: `${both} { a @include(if: $x) @skip(if: $y) b @include(if: $x) @skip(if: $x) }`,
      variables: { x: true, y: false },
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'leave a field to the other place that selects it',
      operation: `${both} { a @include(if: $x) a @include(if: $y) }`,
      variables: { x: false, y: true },
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'take out what is inside',
      operation: `${both} { inner @include(if: $x) { c } }`,
      variables: { x: false },
      fieldCost: 0,
      typeCost: 0,
    },
    {
      name: 'hold for a fragment that is spread',
      operation: `${both} { ...F @include(if: $x) ... @skip(if: $x) { b } } fragment F on Query { a }`,
      variables: { x: true },
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'add up on the way down',
      operation: `${both} { ... @include(if: $x) { a ... @include(if: $y) { b ... @skip(if: $x) { c } } } }`,
      variables: { x: true, y: true },
      fieldCost: 11,
      typeCost: 0,
    },
    {
      name: 'of one spread do not hold for another',
      operation: `${both} { ...F @include(if: $x) ...F @include(if: $y) } fragment F on Query { a }`,
      variables: { x: false, y: true },
      fieldCost: 1,
      typeCost: 0,
    },
    {
      name: 'count a fragment once where two spreads hold',
      operation: `${both} { ...F @include(if: $x) ...F @include(if: $y) } fragment F on Query { a inner { b } }`,
      variables: { x: true, y: true },
      fieldCost: 1011,
      typeCost: 0,
    },
    {
      name: 'of merged fields hold for what each brings',
      operation: `${both} { inner @include(if: $x) { a } inner @include(if: $y) { b } inner { c } }`,
      variables: { x: true, y: false },
      fieldCost: 1101,
      typeCost: 0,
    },
    {
      name: 'of merged fields stay with them further down',
      operation: `${both} { inner { inner { c } } inner @include(if: $x) { inner { a } } inner @skip(if: $x) { inner { b } } }`,
      variables: { x: true },
      fieldCost: 2101,
      typeCost: 0,
    },
    {
      name: 'of opposite kinds never hold together',
      operation: `${both} { ... @include(if: $x) { ... @skip(if: $x) { c } a } }`,
      variables: { x: true },
      fieldCost: 1,
      typeCost: 0,
    },
  ])
})
