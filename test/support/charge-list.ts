import fc from 'fast-check'
import { expect } from 'vitest'
import { chargeable } from '../../src/budget/algorithms/algorithm.ts'
import type { AlgorithmName } from '../../src/budget/budget.ts'
import type { Limits } from '../../src/budget/limits.ts'
import { histories } from './algorithm-histories.ts'
import { type History, playAlgorithm } from './play-algorithm.ts'

/** One charge, kept forever, at what is left of it. */
export interface ListedCharge {
  readonly at: number
  readonly untilMs: number
  amount: number
}

/** What counts of all charges, at a moment that is not before any charge or settle. */
export type Count = (charges: readonly ListedCharge[], limits: Limits, ms: number) => number

/** An algorithm admits and counts, for any history, what the same rule says of a plain list of all charges. */
export function expectToCountLikeAList(algorithm: AlgorithmName, count: Count): void {
  fc.assert(
    fc.property(histories(algorithm, { limitsChange: false, clockGoesBack: algorithm !== 'semaphore' }), (history) => {
      const { admitted, looks } = playAlgorithm(history)
      expect({ admitted, used: looks.map(({ used }) => used) }).toEqual(playList(history, count))
    }),
    { numRuns: 1_000 },
  )
}

function playList({ algorithm, limits, steps }: History, count: Count): { admitted: boolean[]; used: number[] } {
  const charges: ListedCharge[] = []
  const open = new Map<number, ListedCharge>()
  const admitted: boolean[] = []
  const used: number[] = []
  let seenMs = Number.NEGATIVE_INFINITY

  function charge(amount: number, at: number, untilMs: number): ListedCharge {
    const charged = { at, untilMs, amount: chargeable(count(charges, limits, at), amount, limits.capacity) }
    charges.push(charged)
    return charged
  }

  steps.forEach((step, index) => {
    if ('limits' in step) return
    const at = Math.max(seenMs, step.at)
    if ('look' in step) {
      used.push(count(charges, limits, at))
    } else if ('settle' in step) {
      const charged = open.get(step.settle)
      if (charged === undefined) return
      open.delete(step.settle)
      seenMs = at
      const actual = algorithm === 'semaphore' ? 0 : step.actual
      const more = actual - charged.amount
      if (more > 0) charge(more, at, at)
      else charged.amount = actual
    } else {
      const amount = 'take' in step ? step.take : step.count
      const fits = 'count' in step || count(charges, limits, at) <= limits.capacity - amount
      if ('take' in step) admitted.push(fits)
      if (!fits) return
      seenMs = at
      open.set(index, charge(amount, at, at + (step.heldMs ?? 0)))
    }
  })
  return { admitted, used }
}
