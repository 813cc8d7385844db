import { describe, expect, test } from 'vitest'
import { explanationTable } from '../../src/cli/explanation-table.ts'
import type { CostExplanation, CostRow } from '../../src/cost/evaluate/explain.ts'

const operation: CostRow = {
  path: '',
  coordinate: 'Query',
  instances: 1,
  sizeFrom: undefined,
  weightFrom: 'default',
  own: { fieldCost: 0, typeCost: 1 },
  total: { fieldCost: 3, typeCost: 21 },
}
const books: CostRow = {
  path: 'books',
  coordinate: 'Query.books',
  instances: 20,
  sizeFrom: 'argument first',
  weightFrom: 'directive',
  own: { fieldCost: 3, typeCost: 20 },
  total: { fieldCost: 3, typeCost: 20 },
}
const explanation: CostExplanation = {
  fieldCost: 3,
  typeCost: 21,
  cost: 24,
  unbounded: false,
  rows: [operation, books],
  truncated: false,
  counts: {
    fieldCounts: { 'Query.books': 1 },
    typeCounts: { Query: 1, Book: 20 },
    inputTypeCounts: {},
    inputFieldCounts: {},
    argumentCounts: { 'Query.books(first:)': 1 },
    directiveCounts: {},
  },
}

describe('the table of an explanation', () => {
  test('aligns text to the left and numbers to the right, the totals first', () => {
    expect(explanationTable(explanation, [])).toBe(
      [
        'Estimated cost  24',
        'Field cost       3',
        'Type cost       21',
        '',
        'path         coordinate   instances  list size from  weight from  own field cost  own type cost  total',
        '(operation)  Query                1                  default                   0              1     24',
        'books        Query.books         20  argument first  directive                 3             20     23',
        '',
      ].join('\n'),
    )
  })

  test.each([
    { own: 0.1 + 0.2, printed: '0.3' },
    { own: -2.5, printed: '-2.5' },
    { own: 1 / 3, printed: '0.333333333333' },
    { own: 9_007_199_254_740_990, printed: '9007199254740990' },
    { own: Number.MAX_SAFE_INTEGER, printed: 'unbounded' },
  ])('prints $own as $printed', ({ own, printed }) => {
    const row = { ...operation, own: { fieldCost: own, typeCost: 0 } }
    expect(explanationTable({ ...explanation, rows: [row] }, [])).toContain(` ${printed}  `)
  })

  test('says that there is no bound instead of a number', () => {
    const endless = { ...explanation, cost: Number.MAX_SAFE_INTEGER, unbounded: true }
    expect(explanationTable(endless, [])).toContain('Estimated cost  unbounded\n')
  })

  test('ends with the slicing arguments that are missing or doubled', () => {
    const allowed = ['first', 'last']
    const violations = [
      { coordinate: 'Query.books', allowed, found: [] },
      { coordinate: 'Query.films', allowed, found: allowed },
    ]
    expect(explanationTable(explanation, violations)).toMatch(
      /\n\nQuery\.books needs exactly one of first, last; given: none\.\nQuery\.films needs .*; given: first, last\.\n$/,
    )
  })

  test('says so where paths were left out', () => {
    expect(explanationTable({ ...explanation, truncated: true }, [])).toContain('more paths than rows')
  })
})
