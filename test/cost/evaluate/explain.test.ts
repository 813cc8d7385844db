import { describe, expect, test } from 'vitest'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query {
    tree(n: Int): [Node] @listSize(slicingArguments: ["n"])
    unsized: [Node]
  }
  type Node { children: [Node] @listSize(assumedSize: 3) value: Int @cost(weight: "2") }
`

describe('explain, without a bound', () => {
  const endless = { defaultListSize: Number.POSITIVE_INFINITY }

  test('has rows of numbers alone, and they come to the totals', () => {
    const explained = costPlan(
      sdl,
      '{ a: unsized { value children { value } } b: unsized { value } tree(n: 2) { value } }',
      endless,
    ).explain()
    expect(explained).toMatchObject({ unbounded: true, cost: Number.MAX_SAFE_INTEGER })
    for (const { instances, own, total } of explained.rows) {
      for (const number of [instances, own.fieldCost, own.typeCost, total.fieldCost, total.typeCost]) {
        expect(number).toBeGreaterThanOrEqual(0)
        expect(number).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
      }
    }
    for (const total of ['fieldCost', 'typeCost'] as const) {
      const sum = explained.rows.reduce((sum, { own }) => sum + own[total], 0)
      expect(Math.min(sum, Number.MAX_SAFE_INTEGER)).toBe(explained[total])
    }
  })
})
