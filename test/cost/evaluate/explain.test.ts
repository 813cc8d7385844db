import { describe, expect, test } from 'vitest'
import type { CostExplanation } from '../../../src/cost/evaluate/explain.ts'
import { costPlan } from '../../support/cost-model.ts'

const sdl = `
  type Query {
    tree(n: Int): [Node] @listSize(slicingArguments: ["n"])
    page(first: Int = 4): Page @cost(weight: "3") @listSize(slicingArguments: ["first"], sizedFields: ["nodes"])
    unsized: [Node]
    assumed: [Node] @listSize(assumedSize: 3)
    rebate: Rebate
    media: Media
  }
  type Node @cost(weight: "2") { children: [Node] @listSize(assumedSize: 3) value: Int @cost(weight: "5") parent: Node }
  type Page @cost(weight: "0") { nodes: [Node] @cost(weight: "0") }
  type Rebate @cost(weight: "-10") { node: Node children: [Node] @listSize(assumedSize: 20) }
  union Media = Film | Song
  type Film { minutes: Int @cost(weight: "9") }
  type Song { node: Node }
`

/** What rows say, without what a test does not ask about. */
function rowsOf({ rows }: CostExplanation) {
  return rows.map(({ path, instances, own, total }) => [
    path,
    instances,
    own.fieldCost,
    own.typeCost,
    total.fieldCost,
    total.typeCost,
  ])
}

function expectRowsToAddUp(explained: CostExplanation): void {
  for (const total of ['fieldCost', 'typeCost'] as const) {
    const sum = explained.rows.reduce((sum, { own }) => sum + own[total], 0)
    expect(Math.min(sum, Number.MAX_SAFE_INTEGER)).toBeCloseTo(explained[total], 6)
  }
}

describe('explain', () => {
  test('is the estimate, with a row for each response path that costs something, parents first', () => {
    const plan = costPlan(sdl, 'query ($n: Int) { tree(n: $n) { children { value } alias: parent { value } } }')
    const explained = plan.explain({ n: 4 })
    expect(explained).toMatchObject({ ...plan.estimate({ n: 4 }), truncated: false })
    expect(rowsOf(explained)).toEqual([
      ['', 1, 0, 1, 89, 41],
      ['tree', 4, 1, 8, 89, 40],
      ['tree.children', 12, 4, 24, 64, 24],
      ['tree.children.value', 12, 60, 0, 60, 0],
      ['tree.alias', 4, 4, 8, 24, 8],
      ['tree.alias.value', 4, 20, 0, 20, 0],
    ])
    expectRowsToAddUp(explained)
  })

  test('says which field of the schema a path is', () => {
    const { rows } = costPlan(sdl, '{ a: tree(n: 1) { b: value } }').explain()
    expect(rows.map(({ path, coordinate }) => [path, coordinate])).toEqual([
      ['', 'Query'],
      ['a', 'Query.tree'],
      ['a.b', 'Node.value'],
    ])
  })

  test.each([
    { operation: '{ tree(n: 3) { value } }', sizeFrom: 'argument n' },
    { operation: 'query ($n: Int = 3) { tree(n: $n) { value } }', sizeFrom: 'argument n' },
    { operation: '{ assumed { value } }', sizeFrom: 'assumedSize' },
    { operation: '{ unsized { value } }', sizeFrom: 'defaultListSize (10)' },
    { operation: '{ tree { value } }', sizeFrom: 'defaultListSize (10)' },
    { operation: '{ media { ... on Song { node { value } } } }', sizeFrom: undefined },
  ])('says that the size of $operation is from $sizeFrom', ({ operation, sizeFrom }) => {
    expect(costPlan(sdl, operation).explain().rows[1]?.sizeFrom).toBe(sizeFrom)
  })

  test('says where a size was handed down from, and that no argument gave it', () => {
    const rows = (operation: string) => costPlan(sdl, operation).explain().rows
    expect(rows('{ page(first: 2) { nodes { value } } }')[2]).toMatchObject({
      path: 'page.nodes',
      instances: 2,
      sizeFrom: 'sizedFields of Query.page',
    })
    const slices =
      'type Query { list(n: Int = 4, m: Int): [Int] @cost(weight: "1") @listSize(slicingArguments: ["n", "m"]) }'
    expect(costPlan(slices, '{ list }').explain().rows[1]).toMatchObject({ sizeFrom: 'argument n (default)' })
    expect(costPlan(slices, '{ list(m: 9) }').explain().rows[1]).toMatchObject({ sizeFrom: 'argument m' })
  })

  test('says whether a weight is written', () => {
    const weights = (operation: string, schema = sdl) =>
      costPlan(schema, operation)
        .explain()
        .rows.map(({ weightFrom }) => weightFrom)
    expect(weights('{ page { nodes { parent { value } } } }')).toEqual([
      'default',
      'directive',
      'directive',
      'default',
      'directive',
    ])
    expect(weights('{ a }', 'type Query @cost(weight: "2") { a: Int @cost(weight: "1") }')).toEqual([
      'directive',
      'directive',
    ])
  })

  test('has rows for the dearest alternative of each total alone', () => {
    const explained = costPlan(
      sdl,
      '{ media { ... on Film { minutes } ... on Song { node { __typename } } } }',
    ).explain()
    expect(rowsOf(explained)).toEqual([
      ['', 1, 0, 1, 10, 4],
      ['media', 1, 1, 1, 10, 3],
      ['media.minutes', 1, 9, 0, 9, 0],
      ['media.node', 1, 0, 2, 0, 2],
    ])
    expectRowsToAddUp(explained)
  })

  test('shows what a negative weight takes off, and nothing below what it takes off whole', () => {
    const part = costPlan(sdl, '{ rebate { children { __typename } } }').explain()
    expect(rowsOf(part)).toContainEqual(['rebate', 1, 1, -10, 2, 30])
    expectRowsToAddUp(part)
    const whole = costPlan(sdl, '{ rebate { node { __typename } } }').explain()
    expect(rowsOf(whole)).toContainEqual(['rebate', 1, 1, 0, 2, 0])
    expectRowsToAddUp(whole)
  })

  test('leaves out what the variables skip', () => {
    const plan = costPlan(sdl, 'query ($no: Boolean!) { assumed { value @include(if: $no) parent { value } } }')
    expect(plan.explain({ no: false }).rows.map(({ path }) => path)).toEqual([
      '',
      'assumed',
      'assumed.parent',
      'assumed.parent.value',
    ])
  })

  test('shows an empty list as no instances', () => {
    const explained = costPlan(sdl, '{ tree(n: 0) { value } }').explain()
    expect(rowsOf(explained)).toEqual([
      ['', 1, 0, 1, 1, 1],
      ['tree', 0, 1, 0, 1, 0],
      ['tree.value', 0, 0, 0, 0, 0],
    ])
  })

  test('stops at a number of rows, says so, and adds up all the same', () => {
    const doubling = Array.from(
      { length: 14 },
      (_, i) => `fragment F${i} on Node { a: parent { ...F${i + 1} } b: parent { ...F${i + 1} } }`,
    )
    const operation = `{ assumed { ...F0 } } ${doubling.join(' ')} fragment F14 on Node { value }`
    const explained = costPlan(sdl, operation).explain()
    expect(explained).toMatchObject({ truncated: true })
    expect(explained.rows).toHaveLength(5_000)
    expectRowsToAddUp(explained)
  })
})

describe('explain, without a bound', () => {
  const endless = { defaultListSize: Number.POSITIVE_INFINITY }

  test('has rows of numbers alone, and they come to the totals', () => {
    const operation = '{ a: unsized { value children { value } } b: unsized { value } tree(n: 2) { value } }'
    const explained = costPlan(sdl, operation, endless).explain()
    expect(explained).toMatchObject({ unbounded: true, cost: Number.MAX_SAFE_INTEGER })
    for (const { instances, own, total } of explained.rows) {
      for (const number of [instances, own.fieldCost, own.typeCost, total.fieldCost, total.typeCost]) {
        expect(number).toBeGreaterThanOrEqual(0)
        expect(number).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
      }
    }
    expectRowsToAddUp(explained)
  })
})
