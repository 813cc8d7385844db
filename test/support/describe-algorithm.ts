import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AlgorithmName } from '../../src/budget/budget.ts'
import { algorithmCases } from './algorithm-cases.ts'
import { histories } from './algorithm-histories.ts'
import { type History, type Look, playAlgorithm, type Step } from './play-algorithm.ts'

/** What every algorithm keeps. Its own test says the rest. */
export function describeAlgorithm(name: AlgorithmName): void {
  const anything = histories(name, { limitsChange: true, clockGoesBack: true })

  describe(`the algorithm ${name}`, () => {
    test.each(algorithmCases.filter(({ history }) => history.algorithm === name))('$name', ({ history, played }) => {
      expect(playAlgorithm(history)).toEqual(played)
    })

    test('tells the wait to the millisecond, and never for more than the capacity alone', () => {
      fc.assert(
        fc.property(anything, (history) => {
          const { waitMs } = later(history, 0)
          const { capacity, amount } = end(history)
          expect(Number.isFinite(waitMs)).toBe(amount <= capacity)
          if (amount > capacity) return
          expect(later(history, waitMs).waitMs).toBe(0)
          if (waitMs > 0) expect(later(history, waitMs - 1).waitMs).toBe(1)
        }),
        { numRuns: 1_000 },
      )
    })

    test('tells to the millisecond when it is empty', () => {
      fc.assert(
        fc.property(anything, (history) => {
          const { emptyInMs } = later(history, 0)
          expect(later(history, emptyInMs).used).toBe(0)
          if (emptyInMs > 0) expect(later(history, emptyInMs - 1).used).toBeGreaterThan(0)
        }),
        { numRuns: 1_000 },
      )
    })

    test('never gives back more than the charge added, whatever becomes of limits and clock', () => {
      fc.assert(
        fc.property(anything, (history) => {
          const seen = playAlgorithm(withoutBounds(history, 'as charged'))
          const foreseen = playAlgorithm(withoutBounds(history, 'as used'))
          seen.looks.forEach(({ used }, index) => {
            expect(used).toBeGreaterThanOrEqual(foreseen.looks[index]?.used ?? Number.NaN)
          })
        }),
        { numRuns: 1_000 },
      )
    })

    test('holds what takes charge to the capacity, and all that is charged to twice as much', () => {
      fc.assert(
        fc.property(histories(name, { limitsChange: false, clockGoesBack: true }), ({ limits, ...history }) => {
          const most = limits.capacity + (limits.refillPerSecond * limits.maxDelayMs) / 1000
          const used = (steps: readonly Step[]) =>
            Math.max(...playAlgorithm({ ...history, limits, steps }).looks.map((look) => look.used))
          expect(used(history.steps)).toBeLessThanOrEqual(2 * most)
          expect(used(history.steps.filter((step) => !('count' in step || 'settle' in step)))).toBeLessThanOrEqual(most)
        }),
        { numRuns: 500 },
      )
    })
  })
}

/** The last look of a history, made again some time later. */
function later(history: History, ms: number): Look {
  const { at, amount } = end(history)
  const look = playAlgorithm({ ...history, steps: [...history.steps, { at: at + ms, look: amount }] }).looks.at(-1)
  if (look === undefined) throw new TypeError('A look was not taken')
  return look
}

function end({ limits, steps }: History): { at: number; amount: number; capacity: number } {
  let { capacity } = limits
  for (const step of steps) if ('limits' in step) capacity = step.limits.capacity
  const last = steps.at(-1)
  if (last === undefined || !('look' in last)) throw new TypeError('A history ends with a look')
  return { at: last.at, amount: last.look, capacity }
}

/** A history in which everything has room, and of each settled charge either all was charged, or only what was used. */
function withoutBounds(history: History, charged: 'as charged' | 'as used'): History {
  const roomy = (limits: History['limits']) => ({ ...limits, capacity: limits.capacity + 1_000_000_000 })
  const amounts = history.steps.map((step) => ('take' in step ? step.take : 'count' in step ? step.count : 0))
  const used = [...amounts]
  const settled = new Set<number>()
  history.steps.forEach((step, index) => {
    if (!('settle' in step) || step.settle >= index || settled.has(step.settle)) return
    settled.add(step.settle)
    used[step.settle] = Math.min(step.actual, amounts[step.settle] ?? 0)
  })
  const steps = history.steps.map((step, index): Step => {
    if ('limits' in step) return { limits: roomy(step.limits) }
    if ('settle' in step) return { ...step, actual: used[step.settle] ?? 0 }
    if ('look' in step) return step
    const count = (charged === 'as used' ? used : amounts)[index] ?? 0
    return { at: step.at, count, heldMs: step.heldMs ?? 0 }
  })
  return { ...history, limits: roomy(history.limits), steps }
}
