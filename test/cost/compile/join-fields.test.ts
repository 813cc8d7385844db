import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { costModel } from '../../support/cost-model.ts'

const sdl = `
  type Query { media: Media things(first: Int): [Thing] @listSize(slicingArguments: ["first"]) }
  union Media = Film | Song
  type Film @cost(weight: "4") {
    length: Int @cost(weight: "1")
    cast(first: Int): [Person] @listSize(slicingArguments: ["first"])
    next: Media
  }
  type Song @cost(weight: "2") { length: Int @cost(weight: "7") singer: Person next: Media }
  type Person { name: String age: Int @cost(weight: "3") }
  interface Thing { parts: [Person] page: Page }
  type Small implements Thing { parts: [Person] @listSize(assumedSize: 2) page: Page @listSize(assumedSize: 3, sizedFields: ["a"]) }
  type Large implements Thing { parts: [Person] @listSize(assumedSize: 9) page: Page @listSize(assumedSize: 5, sizedFields: ["b"]) }
  type Page @cost(weight: "0") { a: [Person] @cost(weight: "0") @listSize(assumedSize: 1) b: [Person] @cost(weight: "0") @listSize(assumedSize: 1) }
`
const exact = costModel(sdl)
const joining = costModel(sdl, { maxExactFields: 0 })

describe('possible types that are joined', () => {
  test.each([
    {
      name: 'pay for what is selected on any of them',
      operation: '{ media { ... on Film { cast(first: 3) { name } } ... on Song { singer { age } } } }',
      // Field costs 1 + 1 + (1 + 3); types 1 + (4 + 3 + 1).
      fieldCost: 1 + 1 + 4,
      typeCost: 1 + 4 + 3 + 1,
    },
    {
      name: 'pay the dearest price of one response name',
      operation: '{ media { ... on Film { length } ... on Song { length } } }',
      fieldCost: 1 + 7,
      typeCost: 1 + 4,
    },
    {
      name: 'pay for the largest size of one response name, and everything inside',
      operation:
        '{ media { ... on Film { x: cast(first: 3) { name } } ... on Film { y: cast(first: 2) { age } } ... on Song { z: singer { age } } } }',
      fieldCost: 1 + (1 + 0) + (1 + 2 * 3) + (1 + 3),
      typeCost: 1 + 4 + 3 + 2 + 1,
    },
    {
      name: 'pay for the longest of their lists',
      operation: '{ things(first: 2) { parts { age } } }',
      fieldCost: 1 + 2 * (1 + 9 * 3),
      typeCost: 1 + 2 * (1 + 9),
    },
    {
      name: 'hand every size that one of them hands',
      operation: '{ things(first: 1) { page { a { name } b { name } } } }',
      fieldCost: 1 + 1,
      typeCost: 1 + 1 + 3 + 5,
    },
    {
      name: 'merge what is selected inside them',
      operation:
        '{ media { ... on Film { next { ... on Song { length } } } ... on Song { next { ... on Film { length } } } } }',
      fieldCost: 1 + 1 + 7,
      typeCost: 1 + 4 + 4,
    },
  ])('$name', ({ operation, fieldCost, typeCost }) => {
    const plan = joining.plan(parse(operation))
    expect(plan.approximate).toBe(true)
    expect(plan.estimate()).toMatchObject({ fieldCost, typeCost })
    const told = exact.plan(parse(operation)).estimate()
    expect(told.fieldCost).toBeLessThanOrEqual(fieldCost)
    expect(told.typeCost).toBeLessThanOrEqual(typeCost)
  })

  test('are told apart where that makes no difference, so that the plan stays exact', () => {
    const plan = joining.plan(parse('{ media { __typename } things(first: 2) { __typename } }'))
    expect(plan.approximate).toBe(false)
    expect(plan.estimate()).toEqual(
      exact.plan(parse('{ media { __typename } things(first: 2) { __typename } }')).estimate(),
    )
  })

  test('keep their rules: a missing slicing argument is found on the type that has it', () => {
    const plan = joining.plan(
      parse('{ media { ... on Song { x: singer { name } } ... on Film { x: cast { name } } } }'),
    )
    expect(plan.violations()).toEqual([{ coordinate: 'Film.cast', allowed: ['first'], found: [] }])
  })

  test('keep their slicing arguments: each can be asked for less', () => {
    const plan = joining.plan(parse('{ media { ... on Song { length } ... on Film { cast(first: 90) { name } } } }'))
    expect(plan.slices()).toEqual([{ path: 'media.cast', argument: 'first', value: 90, variable: undefined }])
    expect(plan.largest('media.cast.first', plan.estimate().cost - 80)).toBe(10)
  })
})
