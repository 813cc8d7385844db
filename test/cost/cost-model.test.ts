import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { CostPlanError } from '../../src/cost/cost-plan-error.ts'
import { costModel, costPlan, costSchema } from '../support/cost-model.ts'

const sdl = `
  type Query { book(n: Int @cost(weight: "2")): Book shelf(n: Int): [Book] @listSize(slicingArguments: ["n"]) find(filter: Filter): Int }
  type Book { title: String pages: Int @cost(weight: "3") next: Book }
  input Filter { not: Filter all: [Filter] }
`
const model = costModel(sdl)

function refusal(make: () => unknown) {
  try {
    make()
  } catch (error) {
    if (error instanceof CostPlanError) return { reason: error.reason, message: error.message }
    throw error
  }
  return undefined
}

describe('a plan', () => {
  test('is good for any variables, in any order', () => {
    const plan = model.plan(parse('query ($n: Int, $x: Boolean!) { shelf(n: $n) { title pages @include(if: $x) } }'))
    const estimate = (n: number, x: boolean) => plan.estimate({ n, x })
    const first = [estimate(2, true), estimate(50, false)]
    expect(first).toEqual([
      { fieldCost: 1 + 6, typeCost: 1 + 2, cost: 10, unbounded: false },
      { fieldCost: 1, typeCost: 1 + 50, cost: 52, unbounded: false },
    ])
    plan.explain({ n: 7, x: true })
    plan.measure({ shelf: [{ title: 'a' }] }, { n: 7, x: true })
    expect([estimate(2, true), estimate(50, false)]).toEqual(first)
  })

  test('keeps what it said: a later estimate changes no earlier one', () => {
    const plan = model.plan(parse('query ($n: Int) { shelf(n: $n) { title } }'))
    const earlier = plan.estimate({ n: 1 })
    plan.estimate({ n: 9 })
    expect(earlier).toMatchObject({ typeCost: 2 })
  })

  test('takes null for no variables', () => {
    const plan = model.plan(parse('{ book { title } }'), null)
    expect(plan.estimate(null)).toEqual(plan.estimate())
    expect(plan.measure({ book: { title: 'a' } }, null)).toEqual(plan.estimate())
  })

  test('reads variables that only look like they were given as left out', () => {
    const plan = model.plan(
      parse(
        'query ($constructor: Int, $toString: Int) { shelf(n: $constructor) { title } book(n: $toString) { title } }',
      ),
    )
    expect(plan.estimate({})).toMatchObject({ fieldCost: 1 + 1, typeCost: 1 + 10 + 1 })
  })

  test('takes a variable of the wrong type for one that says nothing', () => {
    const plan = model.plan(parse('query ($n: Int) { shelf(n: $n) { title } }'))
    for (const n of ['5', true, {}, [5], Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(plan.estimate({ n })).toMatchObject({ typeCost: 1 + 10 })
    }
  })
})

describe('the operation of a document', () => {
  const document = parse('query A { book { title } } mutation B { set } query C { shelf(n: 2) { title } }')

  test('is the one that is named', () => {
    expect(model.plan(document, 'A').estimate()).toMatchObject({ typeCost: 2 })
    expect(model.plan(document, 'C').estimate()).toMatchObject({ typeCost: 3 })
  })

  test.each([
    { name: undefined, found: 'no operation was named' },
    { name: 'D', found: 'no operation is named "D"' },
  ])('is refused where $found, and the ones there are listed', ({ name, found }) => {
    const refused = refusal(() => model.plan(document, name))
    expect(refused).toMatchObject({ reason: 'OPERATION_NOT_FOUND' })
    expect(refused?.message).toContain(`${found}; it has A, B, C.`)
  })

  test('is refused where the document has fragments alone', () => {
    const refused = refusal(() => model.plan(parse('fragment F on Book { title }')))
    expect(refused).toMatchObject({ reason: 'OPERATION_NOT_FOUND', message: expect.stringContaining('no operation.') })
  })

  test('is refused where the schema has no such root type', () => {
    expect(refusal(() => model.plan(document, 'B'))).toMatchObject({ reason: 'OPERATION_NOT_FOUND' })
  })
})

describe('a plan past the bounds', () => {
  const nested = (depth: number) => `{ book { ${'next { '.repeat(depth)} title ${'} '.repeat(depth)} } }`

  test('of maxPlanFields is refused, one within them is not', () => {
    const schema = costSchema(sdl)
    const plan = (fields: number) => () =>
      createCostModel(schema, { maxPlanFields: 100 }).plan(
        parse(`{ ${Array.from({ length: fields }, (_, i) => `a${i}: book { title }`).join(' ')} }`),
      )
    expect(plan(50)).not.toThrow()
    expect(refusal(plan(51))).toMatchObject({
      reason: 'PLAN_TOO_LARGE',
      message: expect.stringContaining('100 fields'),
    })
  })

  test('of nesting is refused, one within it is not', () => {
    expect(() => model.plan(parse(nested(499)))).not.toThrow()
    expect(refusal(() => model.plan(parse(nested(500))))).toMatchObject({ reason: 'SELECTION_TOO_DEEP' })
  })

  test('of a fragment that spreads itself is refused by the name of the fragment', () => {
    const cycle = parse('{ book { ...A } } fragment A on Book { next { ...B } } fragment B on Book { ...A }')
    expect(refusal(() => model.plan(cycle))).toMatchObject({
      reason: 'FRAGMENT_CYCLE',
      message: expect.stringContaining('"A"'),
    })
  })

  test('of input nesting is refused, in the document and in the variables', () => {
    const deep = (depth: number) => `${'{ not: '.repeat(depth)} {} ${'}'.repeat(depth)}`
    expect(() => model.plan(parse(`{ find(filter: ${deep(450)}) }`))).not.toThrow()
    expect(refusal(() => model.plan(parse(`{ find(filter: ${deep(600)}) }`)))).toMatchObject({
      reason: 'INPUT_TOO_DEEP',
    })

    const plan = costPlan(sdl, 'query ($filter: Filter) { find(filter: $filter) }')
    const value = (depth: number): unknown => JSON.parse(`${'{"not":'.repeat(depth)}{}${'}'.repeat(depth)}`)
    expect(plan.estimate({ filter: value(450) })).toMatchObject({ fieldCost: 451 })
    expect(refusal(() => plan.estimate({ filter: value(100_000) }))).toMatchObject({ reason: 'INPUT_TOO_DEEP' })
  })
})
