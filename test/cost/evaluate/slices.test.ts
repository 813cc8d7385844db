import { describe, expect, test } from 'vitest'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query {
    books(first: Int = 20, last: Int): [Book] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
    paged(page: Page): [Book] @listSize(slicingArguments: ["page.first"])
    picked(ids: [ID!]): [Book] @listSize(slicingArguments: ["ids"])
    media: Media
  }
  input Page { first: Int }
  type Book { title: String similar(first: Int): [Book] @listSize(slicingArguments: ["first"]) }
  union Media = Film | Song
  type Film { books(first: Int): [Book] @listSize(slicingArguments: ["first"]) }
  type Song { title: String }
`

describe('the slicing arguments of an operation', () => {
  test('are those of every path, the dearest first, with what they ask for now', () => {
    const plan = costPlan(
      sdl,
      'query ($n: Int) { books(first: 2) { similar(first: $n) { title } } media { ... on Film { books(first: 3) { title } } } }',
    )
    expect(plan.slices({ n: 40 })).toEqual([
      { path: 'books', argument: 'first', value: 2, variable: undefined },
      { path: 'books', argument: 'last', value: undefined, variable: undefined },
      { path: 'books.similar', argument: 'first', value: 40, variable: 'n' },
      { path: 'media.books', argument: 'first', value: 3, variable: undefined },
    ])
  })

  test('are ordered by what the variables make of them', () => {
    const plan = costPlan(
      sdl,
      'query ($a: Int, $b: Int) { a: paged(page: { first: $a }) { title } b: paged(page: { first: $b }) { title } }',
    )
    const paths = (variables: { a: number; b: number }) => plan.slices(variables).map(({ path }) => path)
    expect(paths({ a: 5, b: 6 })).toEqual(['b', 'a'])
    expect(paths({ a: 7, b: 6 })).toEqual(['a', 'b'])
  })

  test('say the default that applies, and the variable that a path leads into', () => {
    expect(costPlan(sdl, '{ books { title } }').slices()[0]).toMatchObject({ argument: 'first', value: 20 })
    const paged = costPlan(sdl, 'query ($page: Page) { paged(page: $page) { title } }')
    expect(paged.slices({ page: { first: 4 } })).toEqual([
      { path: 'paged', argument: 'page.first', value: 4, variable: 'page' },
    ])
  })

  test('are numbers alone, of what is selected', () => {
    const operation =
      'query ($no: Boolean!) { picked(ids: ["a"]) { title } paged { title } books(first: 2) @include(if: $no) { title } }'
    expect(costPlan(sdl, operation).slices({ no: false })).toEqual([])
  })

  test('lead to the one whose shrinking alone makes the operation fit', () => {
    const plan = costPlan(sdl, '{ books(first: 3) { title } media { ... on Film { books(first: 500) { title } } } }')
    const [first] = plan.slices()
    expect(first).toMatchObject({ path: 'media.books', argument: 'first' })
    expect(plan.largest(`${first?.path}.${first?.argument}`, 40)).toBe(40 - plan.estimate().cost + 500)
  })

  test('are no more than can be read', () => {
    const aliases = Array.from({ length: 300 }, (_, i) => `a${i}: books(first: ${i}) { title }`)
    const slices = costPlan(sdl, `{ ${aliases.join(' ')} }`).slices()
    expect(slices).toHaveLength(100)
    expect(slices[0]).toMatchObject({ path: 'a299', value: 299 })
  })

  test('are found and varied in no time where fragments double at every level', () => {
    const levels = Array.from({ length: 40 }, (_, i) => i)
    const doubling = levels.map(
      (i) => `fragment F${i} on Book { a: similar(first: 2) { ...F${i + 1} } b: similar(first: 2) { ...F${i + 1} } }`,
    )
    const free = Array.from({ length: 5_000 }, (_, i) => `t${i}: title`).join(' ')
    const plan = costPlan(sdl, `{ books { ...F0 } } ${doubling.join(' ')} fragment F40 on Book { ${free} }`)
    const start = process.cpuUsage()
    expect(plan.slices()).toHaveLength(100)
    expect(plan.largest('books.first', 1_000)).toBe(0)
    expect(plan.largest(`books${'.b'.repeat(40)}.first`, 1)).toBeUndefined()
    plan.explain()
    const { user, system } = process.cpuUsage(start)
    expect((user + system) / 1_000).toBeLessThan(1_000)
  })
})
