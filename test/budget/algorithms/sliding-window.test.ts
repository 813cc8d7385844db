import { test } from 'vitest'
import { expectToCountLikeAList } from '../../support/charge-list.ts'
import { describeAlgorithm } from '../../support/describe-algorithm.ts'

describeAlgorithm('sliding-window')

test('a sliding window counts the cell that runs, and of the one before the part that is still to come, rounded up', () => {
  expectToCountLikeAList('sliding-window', (charges, { windowMs }, ms) => {
    const cell = Math.floor(ms / windowMs)
    const inCell = (wanted: number) =>
      charges.reduce(
        (used, { at, amount }) => (Math.floor(at / windowMs) === wanted ? used + BigInt(amount) : used),
        0n,
      )
    const length = BigInt(windowMs)
    const toCome = length - (BigInt(ms) % length)
    return Number(inCell(cell) + (inCell(cell - 1) * toCome + length - 1n) / length)
  })
})
