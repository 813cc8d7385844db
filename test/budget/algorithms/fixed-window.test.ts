import { test } from 'vitest'
import { windowStart } from '../../../src/budget/algorithms/window-start.ts'
import { expectToCountLikeAList } from '../../support/charge-list.ts'
import { describeAlgorithm } from '../../support/describe-algorithm.ts'

describeAlgorithm('fixed-window')

test('a fixed window counts what is charged in the window that runs, and not given back', () => {
  expectToCountLikeAList('fixed-window', (charges, limits, ms) => {
    const start = windowStart(limits, ms)
    return charges.reduce((used, { at, amount }) => (at >= start ? used + amount : used), 0)
  })
})
