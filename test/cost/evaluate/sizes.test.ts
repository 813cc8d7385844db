import type { ResponsePath } from 'graphql'
import { describe, expect, test } from 'vitest'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query {
    books(first: Int = 20): [Book] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
    shelf(first: Int): Shelf @listSize(slicingArguments: ["first"], sizedFields: ["books"])
    media: [Media] @listSize(assumedSize: 4)
  }
  type Shelf { books: [Book] title: String }
  type Book { title: String tags: [String] authors: [Author] }
  type Author { name: String }
  union Media = Film | Song
  type Film { parts(first: Int): [Part] @listSize(slicingArguments: ["first"]) }
  type Song { parts(first: Int): [Part] @listSize(slicingArguments: ["first"]) cheap: Int }
  type Part { id: ID @cost(weight: "3") }
`

/** `Query.media 0 Film.parts` as resolvers find it in `info.path`. */
function path(written: string): ResponsePath {
  let found: ResponsePath | undefined
  for (const step of written.split(' ')) {
    const [typename, name] = step.split('.')
    const key = name === undefined ? Number(step) : name
    found = { prev: found, key, typename: name === undefined || typename === '?' ? undefined : typename }
  }
  if (found === undefined) throw new Error(`${written} is no path`)
  return found
}

function size(operation: string, written: string, variables = {}): number | undefined {
  return costPlan(sdl, operation).sizes(variables)(path(written))
}

describe('the size of a list', () => {
  test.each([
    ['{ books(first: 3) { title } }', 'Query.books', 3],
    ['{ books { title } }', 'Query.books', 20],
    ['{ b: books(first: 2) { title } books(first: 3) { title } }', 'Query.b', 2],
    ['{ books(first: 3) { authors { name } } }', 'Query.books 7 Book.authors', 10],
    ['{ shelf(first: 6) { books { title } } }', 'Query.shelf Shelf.books', 6],
    ['{ media { ... on Film { parts(first: 1) { id } } } }', 'Query.media', 4],
  ])('is what the estimate took: %s at %s', (operation, written, expected) => {
    expect(size(operation, written)).toBe(expected)
  })

  test('is that of the variables', () => {
    const operation = 'query ($n: Int) { books(first: $n) { title } }'
    expect(size(operation, 'Query.books', { n: 7 })).toBe(7)
    expect(size(operation, 'Query.books')).toBe(20)
  })

  test('is unknown where nothing is charged for it, or nothing is there', () => {
    expect(size('{ books(first: 3) { tags } }', 'Query.books 0 Book.tags')).toBeUndefined()
    expect(size('{ shelf(first: 6) { title } }', 'Query.shelf')).toBeUndefined()
    expect(size('{ books { title } }', 'Query.nothing 0 Book.title')).toBeUndefined()
  })

  test("is not another type's, and the largest of any where the type is not known", () => {
    const operation =
      '{ media { ... on Film { parts(first: 1) { id } } ... on Song { cheap parts(first: 9) { __typename } } } }'
    expect(size(operation, 'Query.media 0 Film.parts')).toBe(1)
    expect(size(operation, 'Query.media 0 Song.parts')).toBe(9)
    expect(size(operation, '?.media 0 ?.parts')).toBe(9)
  })
})
