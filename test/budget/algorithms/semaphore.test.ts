import { test } from 'vitest'
import { expectToCountLikeAList } from '../../support/charge-list.ts'
import { describeAlgorithm } from '../../support/describe-algorithm.ts'

describeAlgorithm('semaphore')

test('a semaphore counts the seats that are neither given back nor over', () => {
  expectToCountLikeAList('semaphore', (charges, _limits, ms) =>
    charges.reduce((used, { untilMs, amount }) => (untilMs > ms ? used + amount : used), 0),
  )
})
