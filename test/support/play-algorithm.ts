import type { Algorithm, Hold } from '../../src/budget/algorithms/algorithm.ts'
import { fixedWindow } from '../../src/budget/algorithms/fixed-window.ts'
import { semaphore } from '../../src/budget/algorithms/semaphore.ts'
import { slidingLog } from '../../src/budget/algorithms/sliding-log.ts'
import { slidingWindow } from '../../src/budget/algorithms/sliding-window.ts'
import { tokenBucket } from '../../src/budget/algorithms/token-bucket.ts'
import type { AlgorithmName } from '../../src/budget/budget.ts'
import type { Limits } from '../../src/budget/limits.ts'

/** Plays a history on the TypeScript form of its algorithm. */
export function playAlgorithm({ algorithm: name, limits: initial, steps }: History): Played {
  const algorithm = algorithms[name]
  let limits = initial
  let written: unknown
  const admitted: boolean[] = []
  const looks: Look[] = []
  const holds = new Map<number, Hold>()
  steps.forEach((step, index) => {
    if ('limits' in step) {
      limits = step.limits
      return
    }
    // What is only looked at is not kept, as in the stores.
    const state = written ?? algorithm.fresh(step.at)
    if ('look' in step) {
      looks.push(lookAt(algorithm, state, step.look, limits, step.at))
    } else if ('settle' in step) {
      const held = holds.get(step.settle)
      if (held === undefined) return
      holds.delete(step.settle)
      algorithm.settle(state, held, step.actual, limits, step.at)
      written = state
    } else {
      const amount = 'take' in step ? step.take : step.count
      const fits = 'count' in step || algorithm.waitMs(state, amount, limits, step.at) === 0
      if ('take' in step) admitted.push(fits)
      if (!fits) return
      holds.set(index, algorithm.charge(state, amount, limits, step.at, step.at + (step.heldMs ?? 0)))
      written = state
    }
  })
  return { admitted, looks }
}

export interface History {
  readonly algorithm: AlgorithmName
  readonly limits: Limits
  readonly steps: readonly Step[]
}

/**
 * What happens to one budget of one subject. `count` charges as shadow budgets do, `settle` names the step whose charge
 * it replaces by its place in the list, `look` asks for an amount, `limits` hold from then on.
 */
export type Step =
  | { readonly at: number; readonly take: number; readonly heldMs?: number }
  | { readonly at: number; readonly count: number; readonly heldMs?: number }
  | { readonly at: number; readonly settle: number; readonly actual: number }
  | { readonly at: number; readonly look: number }
  | { readonly limits: Limits }

export interface Played {
  /** Which takes fitted, in their order. */
  readonly admitted: readonly boolean[]
  /** What the looks saw, in their order. */
  readonly looks: readonly Look[]
}

export interface Look {
  readonly used: number
  /** Of the amount that the look asks for. */
  readonly waitMs: number
  readonly emptyInMs: number
}

export function lookAt<S>(algorithm: Algorithm<S>, state: S, amount: number, limits: Limits, at: number): Look {
  return {
    used: algorithm.used(state, limits, at),
    waitMs: algorithm.waitMs(state, amount, limits, at),
    emptyInMs: algorithm.emptyInMs(state, limits, at),
  }
}

export const algorithms: Readonly<Record<AlgorithmName, Algorithm<unknown>>> = {
  'token-bucket': tokenBucket,
  'leaky-bucket': tokenBucket,
  'fixed-window': fixedWindow,
  'sliding-window': slidingWindow,
  'sliding-log': slidingLog,
  semaphore,
}
