import { describe, expect, test } from 'vitest'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query @cost(weight: "0") {
    tenth: Int @cost(weight: "0.1")
    half: Int @cost(weight: "0.5")
    third: Int @cost(weight: "0.3333")
    things(n: Int): [Thing] @cost(weight: "0") @listSize(slicingArguments: ["n"])
    unsized: [Thing]
  }
  type Thing @cost(weight: "0.25") { self: Thing value: Int @cost(weight: "0.1") }
`

describe('the cost', () => {
  test.each([
    { name: 'rounds up', operation: '{ tenth }', fieldCost: 0.1, typeCost: 0, cost: 1 },
    {
      name: 'rounds the sum of both totals',
      operation: '{ half things(n: 2) { __typename } }',
      fieldCost: 0.5,
      typeCost: 0.5,
      cost: 1,
    },
    {
      name: 'rounds the sum, not its terms',
      operation: '{ tenth half third }',
      fieldCost: 0.9333,
      typeCost: 0,
      cost: 1,
    },
    {
      name: 'pays nothing for the noise of decimals',
      operation: '{ things(n: 30) { value } }',
      fieldCost: 3,
      typeCost: 7.5,
      cost: 11,
    },
  ])('$name', ({ operation, fieldCost, typeCost, cost }) => {
    const found = costPlan(sdl, operation).estimate()
    expect(found.fieldCost).toBeCloseTo(fieldCost, 9)
    expect(found.typeCost).toBeCloseTo(typeCost, 9)
    expect(found.cost).toBe(cost)
  })

  test('is charge.field times the field cost plus charge.type times the type cost', () => {
    const plan = (field: number, type: number) =>
      costPlan(sdl, '{ half things(n: 8) { __typename } }', { charge: { field, type } })
    expect(plan(10, 3).estimate()).toEqual({ fieldCost: 0.5, typeCost: 2, cost: 11, unbounded: false })
    expect(plan(0, 1).estimate()).toMatchObject({ cost: 2 })
    expect(plan(1, 0).estimate()).toMatchObject({ cost: 1 })
  })

  test.each([4_000_000_000, 123_456_789_012, 4_000_000_000_004])('is exact for %d', (cost) => {
    const plan = costPlan(sdl, 'query ($n: Int) { things(n: $n) { __typename } }')
    expect(plan.estimate({ n: cost * 4 })).toMatchObject({ typeCost: cost, cost })
  })
})

describe('an operation without a bound', () => {
  const most = Number.MAX_SAFE_INTEGER
  const plan = (operation: string) => costPlan(sdl, operation, { defaultListSize: Number.POSITIVE_INFINITY })

  test('says so, at the largest number there is', () => {
    expect(plan('{ unsized { value } }').estimate()).toEqual({
      fieldCost: most,
      typeCost: most,
      cost: most,
      unbounded: true,
    })
  })

  test('may have one total with a bound', () => {
    expect(plan('{ unsized { __typename } }').estimate()).toEqual({
      fieldCost: 1,
      typeCost: most,
      cost: most,
      unbounded: true,
    })
  })

  test('is not one whose endless list costs nothing', () => {
    const free = 'type Query { unsized: [Thing] @cost(weight: "2") } type Thing @cost(weight: "0") { value: Int }'
    const options = { defaultListSize: Number.POSITIVE_INFINITY }
    expect(costPlan(free, '{ unsized { value } }', options).estimate()).toEqual({
      fieldCost: 2,
      typeCost: 1,
      cost: 3,
      unbounded: false,
    })
  })

  test('is charged for the total with a bound alone where the other is free', () => {
    const options = { defaultListSize: Number.POSITIVE_INFINITY, charge: { type: 0 } }
    expect(costPlan(sdl, '{ unsized { __typename } }', options).estimate()).toMatchObject({ cost: 1 })
  })

  test('stops at the largest number where the lists are finite', () => {
    const nested = (depth: number): string => (depth === 0 ? 'value' : `items(n: 2000000000) { ${nested(depth - 1)} }`)
    const recursive = 'type Query { items(n: Int): [Query] @listSize(slicingArguments: ["n"]) value: Int }'
    const found = costPlan(recursive, `{ ${nested(3)} }`).estimate()
    expect(found).toEqual({ fieldCost: most, typeCost: most, cost: most, unbounded: false })
  })
})
