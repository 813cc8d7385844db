import { describe, expect, test } from 'vitest'
import type { BoundLimits } from '../../../src/cost/evaluate/bound.ts'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  directive @tag(n: Int @cost(weight: "3")) on FIELD
  type Query @cost(weight: "0") {
    books(first: Int): [Book] @listSize(slicingArguments: ["first"], assumedSize: 50, requireOneSlicingArgument: false)
    must(first: Int!): [Book] @listSize(slicingArguments: ["first"])
    shelf(first: Int = 20): [Book] @listSize(slicingArguments: ["first"])
    paged(page: Page): [Book] @listSize(slicingArguments: ["page.first"])
    picked(ids: [ID!]): [Book] @listSize(slicingArguments: ["ids"])
    page(first: Int): Books @listSize(slicingArguments: ["first"], sizedFields: ["nodes"])
    find(filter: Filter): Int
    less(n: Int @cost(weight: "-2")): Book @cost(weight: "5")
  }
  type Books @cost(weight: "0") { nodes: [Book] @cost(weight: "0") @listSize(assumedSize: 30) }
  type Book { title: String pages: Int @cost(weight: "10") minutes: Int @cost(weight: "4") }
  input Page { first: Int = 15 }
  input Filter { text: String @cost(weight: "0.5") all: [Filter!] range: Range = {} }
  input Range { from: Int @cost(weight: "2") }
`

interface Case {
  readonly name: string
  readonly operation: string
  readonly limits?: BoundLimits
  readonly fieldCost: number
  readonly typeCost: number
}

const cases: readonly Case[] = [
  {
    name: 'a size from a variable at its cap',
    operation: 'query ($n: Int!) { must(first: $n) { title } }',
    limits: { maxSize: 100 },
    fieldCost: 1,
    typeCost: 100,
  },
  {
    name: 'a size that the document says as it is',
    operation: '{ must(first: 500) { title } }',
    limits: { maxSize: 100 },
    fieldCost: 1,
    typeCost: 500,
  },
  {
    name: 'the list that is longer when its variable is left out',
    operation:
      'query ($n: Int) { books(first: $n) { title } shelf(first: $n) { title } paged(page: { first: $n }) { title } }',
    limits: { maxSize: 12 },
    // A null says nothing, so the last two may be of the default size.
    fieldCost: 3 + 1,
    typeCost: 50 + 20 + 15,
  },
  {
    name: 'defaults inside a variable',
    operation: 'query ($page: Page!) { paged(page: $page) { title } }',
    limits: { maxSize: 3, maxInputItems: 1 },
    fieldCost: 1 + 1,
    typeCost: 15,
  },
  {
    name: 'a list whose length slices',
    operation: 'query ($ids: [ID!]!) { picked(ids: $ids) { title } }',
    limits: { maxSize: 25 },
    fieldCost: 1,
    typeCost: 25,
  },
  {
    name: 'sizes that are handed down, or not when nothing hands them',
    operation:
      'query ($a: Int!, $b: Int) { a: page(first: $a) { nodes { title } } b: page(first: $b) { nodes { title } } }',
    limits: { maxSize: 12 },
    fieldCost: 2,
    typeCost: 12 + 30,
  },
  {
    name: 'conditions as they cost most, opposite ones together',
    operation: 'query ($x: Boolean!) { less { pages @include(if: $x) minutes @skip(if: $x) } }',
    fieldCost: 5 + 10 + 4,
    typeCost: 1,
  },
  {
    name: 'conditions on a known variable as they are',
    operation: 'query ($x: Boolean!) { less { pages @include(if: $x) minutes @skip(if: $x) } }',
    limits: { variables: { x: false } },
    fieldCost: 5 + 4,
    typeCost: 1,
  },
  {
    name: 'the dearest directives of merged fields',
    operation: 'query ($x: Boolean!) { less @skip(if: $x) { title } less @tag(n: 1) { title } }',
    fieldCost: 5 + 3,
    typeCost: 1,
  },
  {
    name: 'an argument that takes off as left out, unless it must be given',
    operation: 'query ($n: Int, $m: Int!) { a: less(n: $n) { title } b: less(n: $m) { title } }',
    fieldCost: 5 + 3,
    typeCost: 2,
  },
  {
    name: 'as many of the dearest input object as a variable holds',
    operation: 'query ($filter: Filter) { find(filter: $filter) }',
    limits: { maxInputItems: 3 },
    // Of its own, a filter has text (0.5), all (1) and a range (1); a range has from (2).
    fieldCost: 1 + 3 * 2.5,
    typeCost: 0,
  },
  {
    name: 'the value of a known variable',
    operation: 'query ($n: Int, $filter: Filter) { must(first: $n) { title } find(filter: $filter) }',
    limits: { variables: { n: 7, filter: { text: 'a', range: { from: 1 } } } },
    fieldCost: 1 + 1 + 0.5 + 1 + 2,
    typeCost: 7,
  },
]

describe('the bound over all variables takes', () => {
  for (const { name, operation, limits, ...expected } of cases) {
    test(name, () => {
      expect(costPlan(sdl, operation).bound(limits)).toMatchObject({ ...expected, unbounded: false })
    })
  }
})

describe('the bound', () => {
  test.each([
    'query ($n: Int!) { must(first: $n) { title } }',
    'query ($page: Page) { paged(page: $page) { title } }',
    'query ($filter: Filter) { find(filter: $filter) }',
  ])('of %s is none without limits', (operation) => {
    expect(costPlan(sdl, operation).bound()).toMatchObject({ unbounded: true, cost: Number.MAX_SAFE_INTEGER })
  })

  test('is the estimate where there are no variables', () => {
    const plan = costPlan(
      sdl,
      '{ must(first: 3) { title pages } page { nodes { title } } find(filter: { all: [{}, {}] }) }',
    )
    expect(plan.bound({ maxSize: 0, maxInputItems: 0 })).toEqual(plan.estimate())
  })

  test.each([{ maxSize: -1 }, { maxInputItems: Number.NaN }])('refuses limits that are none: %j', (limits) => {
    expect(() => costPlan(sdl, '{ less { title } }').bound(limits)).toThrow(RangeError)
  })

  test('pays lists by item where the preset does', () => {
    const items =
      'type Query { find(ids: [ID!] @cost(weight: "2"), in: In): Int } input In { ids: [ID!] @cost(weight: "3") }'
    const plan = costPlan(items, 'query ($ids: [ID!], $in: In) { find(ids: $ids, in: $in) }', {
      preset: 'apolloRouter',
    })
    const most = plan.estimate({ ids: ['a', 'b', 'c', 'd'], in: { ids: ['a', 'b', 'c'] } })
    expect(most).toMatchObject({ fieldCost: 8 + 1 + 9 })
    expect(plan.bound({ maxInputItems: 4 }).fieldCost).toBeGreaterThanOrEqual(most.fieldCost)
    expect(plan.bound({ maxInputItems: 4 })).toMatchObject({ unbounded: false })
  })
})
