import { describe } from 'vitest'
import { costTable } from '../../support/cost-table.ts'

// A book weighs 1, so type costs count books: pages and shops weigh nothing.
const sdl = `
  type Query @cost(weight: "0") {
    page(first: Int, last: Int): Page
      @listSize(slicingArguments: ["first", "last"], sizedFields: ["books", "more"], requireOneSlicingArgument: false)
    fixed: Page @listSize(assumedSize: 6, sizedFields: ["books"])
    pages(first: Int): [Page] @listSize(slicingArguments: ["first"], sizedFields: ["books"])
    shop(first: Int): Shop @listSize(slicingArguments: ["first"], sizedFields: ["results.books", "results.more"])
    nearby(first: Int): Place @listSize(slicingArguments: ["first"], sizedFields: ["books"])
  }
  type Page @cost(weight: "0") {
    books(first: Int): [Book] @cost(weight: "0") @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
    more: [Book] @cost(weight: "0") @listSize(assumedSize: 7)
    rest: [Book] @cost(weight: "0")
    next: Page
  }
  type Shop @cost(weight: "0") {
    results(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["books"], requireOneSlicingArgument: false)
    others: Page
  }
  interface Place { books: [Book] }
  type Kiosk implements Place @cost(weight: "0") { books: [Book] @cost(weight: "0") @listSize(assumedSize: 50) }
  type Library implements Place @cost(weight: "0") { books: [Book] @cost(weight: "0") shelves: [Book] @cost(weight: "0") }
  type Book { title: String }
`

describe('sizedFields', () => {
  costTable(sdl, [
    {
      name: 'hand the size to the lists they name',
      operation: '{ page(first: 3) { books { title } } }',
      fieldCost: 1,
      typeCost: 3,
    },
    {
      name: 'hand it to every one of them',
      operation: '{ page(first: 3) { books { title } more { title } } }',
      fieldCost: 1,
      typeCost: 6,
    },
    {
      name: 'hand it to a field under any alias',
      operation: '{ page(first: 3) { a: books { title } b: books { title } } }',
      fieldCost: 1,
      typeCost: 6,
    },
    {
      name: 'hand the largest of several sizes',
      operation: '{ page(first: 3, last: 5) { books { title } } }',
      fieldCost: 1,
      typeCost: 5,
    },
    { name: 'hand an assumed size', operation: '{ fixed { books { title } } }', fieldCost: 1, typeCost: 6 },
    {
      name: 'go before the slicing arguments of the list',
      operation: '{ page(first: 3) { books(first: 20) { title } } }',
      fieldCost: 1,
      typeCost: 3,
    },
    {
      name: 'go before the assumed size of the list',
      operation: '{ page(first: 3) { more { title } } }',
      fieldCost: 1,
      typeCost: 3,
    },
    {
      name: 'leave the list to its own size where they have none',
      operation: '{ page { books(first: 20) { title } more { title } } }',
      fieldCost: 1,
      typeCost: 27,
    },
    {
      name: 'hand nothing to the lists they do not name',
      operation: '{ page(first: 3) { rest { title } } }',
      fieldCost: 1,
      typeCost: 10,
    },
    {
      name: 'hand nothing to lists further down',
      operation: '{ page(first: 3) { next { books(first: 4) { title } } } }',
      fieldCost: 2,
      typeCost: 4,
    },
    { name: 'hand zero', operation: '{ page(first: 0) { books { title } } }', fieldCost: 1, typeCost: 0 },
    {
      name: 'of a list size what is inside each item, not the list itself',
      operation: '{ pages(first: 3) { books { title } } }',
      fieldCost: 1,
      typeCost: 10 * 3,
    },
    {
      name: 'may be a path to a list',
      operation: '{ shop(first: 3) { results { books { title } more { title } } } }',
      fieldCost: 2,
      typeCost: 6,
    },
    {
      name: 'do not leave their path',
      operation: '{ shop(first: 3) { others { books(first: 5) { title } } } }',
      fieldCost: 2,
      typeCost: 5,
    },
    {
      name: 'that are nearer go before a path from above',
      operation: '{ shop(first: 3) { results(first: 9) { books { title } more { title } } } }',
      fieldCost: 2,
      typeCost: 12,
    },
    {
      name: 'that are nearer and say nothing leave the list to the path from above',
      operation: 'query ($n: Int) { shop(first: 3) { results(first: $n) { books { title } } } }',
      fieldCost: 2,
      typeCost: 3,
    },
    {
      name: 'that are nearer and say nothing at all leave it too',
      operation: '{ shop(first: 3) { results { books { title } } } }',
      fieldCost: 2,
      typeCost: 3,
    },
    {
      name: 'reach the lists of every possible type',
      operation: '{ nearby(first: 3) { books { title } ... on Library { shelves { title } } } }',
      fieldCost: 1,
      typeCost: 13,
    },
    {
      name: 'reach through fragments and merged fields',
      operation:
        'query ($n: Int) { page(first: $n) { ...Books } page(first: $n) { books { title } ... on Page { more { title } } } } fragment Books on Page { books { title } }',
      variables: { n: 4 },
      fieldCost: 1,
      typeCost: 8,
    },
  ])
})
