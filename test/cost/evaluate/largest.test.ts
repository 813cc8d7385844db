import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { costModel, costPlan } from '../../support/cost-model.ts'

// A book costs 1 + 1; everything else is free, so that an estimate is 1 for the query and what its lists come to.
const sdl = `
  type Query @cost(weight: "1") {
    books(first: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"], assumedSize: 50, requireOneSlicingArgument: false)
    shelf(first: Int = 20): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    paid(first: Int @cost(weight: "5")): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    paged(page: Page): [Book] @cost(weight: "0") @listSize(slicingArguments: ["page.first"])
    picked(ids: [ID!]): [Book] @cost(weight: "0") @listSize(slicingArguments: ["ids"])
    both(first: Int, last: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    rebates(first: Int): [Rebate] @cost(weight: "0") @listSize(slicingArguments: ["first"])
    media: Media @cost(weight: "0")
  }
  input Page { first: Int = 7 }
  type Book { title: String tags(first: Int): [Tag] @cost(weight: "0") @listSize(slicingArguments: ["first"]) }
  type Tag { id: ID }
  type Rebate @cost(weight: "-2") { books(first: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"]) }
  union Media = Film | Song
  type Film @cost(weight: "0") { books(first: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"]) }
  type Song @cost(weight: "0") { books(first: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"]) }
`
const MAX_INT = 2_147_483_647

describe('the largest value that fits', () => {
  test.each([
    { operation: '{ books(first: 500) { title } }', path: 'books.first', maxCost: 14, largest: 13 },
    { operation: '{ books(first: 2) { title } }', path: 'books.first', maxCost: 14.5, largest: 13 },
    { operation: '{ a: books(first: 500) { title } }', path: 'a.first', maxCost: 14, largest: 13 },
    { operation: '{ books { title } }', path: 'books.first', maxCost: 14, largest: 13 },
    { operation: '{ shelf { title } }', path: 'shelf.first', maxCost: 14, largest: 13 },
    { operation: '{ paid(first: 9) { title } }', path: 'paid.first', maxCost: 14, largest: 8 },
    { operation: '{ paid { title } }', path: 'paid.first', maxCost: 14, largest: 8 },
    { operation: '{ paged(page: { first: 9 }) { title } }', path: 'paged.page.first', maxCost: 14, largest: 12 },
    { operation: '{ paged(page: {}) { title } }', path: 'paged.page.first', maxCost: 14, largest: 12 },
    {
      operation: '{ books(first: 3) { tags(first: 99) { id } } }',
      path: 'books.tags.first',
      maxCost: 14,
      largest: 3,
    },
    { operation: '{ books(first: 9) { tags(first: 3) { id } } }', path: 'books.first', maxCost: 14, largest: 3 },
    {
      operation:
        '{ media { ... on Film { books(first: 99) { title } } ... on Song { x: books(first: 5) { title } } } }',
      path: 'media.x.first',
      maxCost: 99 + 1,
      largest: 99,
    },
  ])('is $largest for $path of $operation within $maxCost', ({ operation, path, maxCost, largest }) => {
    expect(costPlan(sdl, operation).largest(path, maxCost)).toBe(largest)
  })

  test('is what the operation costs when it is written with it', () => {
    const model = costModel(sdl)
    const costOf = (first: number) =>
      model.plan(parse(`{ paid(first: ${first}) { tags(first: 3) { id } } }`)).estimate().cost
    const largest = model.plan(parse('{ paid { tags(first: 3) { id } } }')).largest('paid.first', 100) ?? -1
    expect(costOf(largest)).toBeLessThanOrEqual(100)
    expect(costOf(largest + 1)).toBeGreaterThan(100)
  })

  test('changes a variable wherever it is used', () => {
    const plan = costPlan(
      sdl,
      'query ($n: Int = 50) { books(first: $n) { tags(first: $n) { id } } shelf(first: $n) { title } }',
    )
    // 1 + n + n · n + n
    expect(plan.largest('books.first', 1 + 100 + 20, { n: 500 })).toBe(10)
    expect(plan.largest('books.tags.first', 1 + 100 + 19)).toBe(9)
  })

  test('changes what is inside a variable, and leaves the variable as it is', () => {
    const plan = costPlan(sdl, 'query ($page: Page) { paged(page: $page) { title } }')
    const variables = { page: { first: 40 } }
    expect(plan.largest('paged.page.first', 14, variables)).toBe(12)
    expect(plan.largest('paged.page.first', 14, { page: {} })).toBe(12)
    expect(plan.largest('paged.page.first', 14)).toBeUndefined()
    expect(variables).toEqual({ page: { first: 40 } })
  })

  test('changes a number in a fragment wherever it is spread, and merged fields together', () => {
    const spread =
      '{ a: books(first: 1) { ...Tags } b: books(first: 1) { ...Tags } } fragment Tags on Book { tags(first: 9) { id } }'
    expect(costPlan(sdl, spread).largest('a.tags.first', 1 + 2 + 10)).toBe(5)
    const merged = '{ books(first: 9) { title } books(first: 9) { tags(first: 1) { id } } }'
    expect(costPlan(sdl, merged).largest('books.first', 11)).toBe(5)
  })

  test('is the largest Int where nothing depends on it', () => {
    expect(costPlan(sdl, '{ books(first: 3) { title } }').largest('books.first', Number.POSITIVE_INFINITY)).toBe(
      MAX_INT,
    )
    expect(costPlan(sdl, '{ rebates(first: 3) { __typename } }').largest('rebates.first', 1)).toBe(MAX_INT)
    const zero = 'query ($no: Int = 0) { books(first: $no) { tags(first: 3) { id } } }'
    expect(costPlan(sdl, zero).largest('books.tags.first', 1)).toBe(MAX_INT)
  })

  test('is exact where weights below zero hold the cost down', () => {
    // A rebate takes 2 off for each of its books: 1 + n · max(0, m - 2).
    const plan = costPlan(sdl, 'query ($m: Int) { rebates(first: 10) { books(first: $m) { title } } }')
    expect(plan.largest('rebates.books.first', 1, { m: 50 })).toBe(2)
    expect(plan.largest('rebates.books.first', 31, { m: 50 })).toBe(5)
  })

  test('is nothing where even 0 is too much', () => {
    expect(costPlan(sdl, '{ books(first: 3) { title } shelf { title } }').largest('books.first', 20)).toBeUndefined()
    expect(costPlan(sdl, '{ books(first: 3) { title } shelf { title } }').largest('books.first', 21)).toBe(0)
    expect(costPlan(sdl, '{ books(first: 3) { title } }').largest('books.first', Number.NaN)).toBeUndefined()
    expect(costPlan(sdl, '{ both(first: 3, last: 30) { title } }').largest('both.first', 20)).toBeUndefined()
  })

  test.each([
    'first',
    'books',
    'books.',
    'books.last',
    'books.title.first',
    'shelf.first',
    'books.first.first',
    'picked.ids',
    'skipped.first',
    '',
    '__proto__.first',
  ])('is nothing for %j, which is no number that can be varied', (path) => {
    const operation =
      '{ books(first: 3) { title } picked(ids: ["a"]) { title } skipped: books(first: 3) @skip(if: true) { title } }'
    expect(costPlan(sdl, operation).largest(path, 1_000)).toBeUndefined()
  })

  test('leaves later estimates and explanations as they were', () => {
    const plan = costPlan(sdl, '{ books(first: 30) { title } }')
    const before = plan.explain()
    plan.largest('books.first', 14)
    expect(plan.explain()).toEqual(before)
  })
})
