import { test } from 'vitest'
import { expectToCountLikeAList } from '../../support/charge-list.ts'
import { describeAlgorithm } from '../../support/describe-algorithm.ts'

describeAlgorithm('sliding-log')

test('a sliding log counts what is charged in the last stretch of its window, and not given back', () => {
  expectToCountLikeAList('sliding-log', (charges, { windowMs }, ms) =>
    charges.reduce((used, { at, amount }) => (at > ms - windowMs ? used + amount : used), 0),
  )
})
