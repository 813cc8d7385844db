import type { BudgetState, Charge } from '../budget-store.ts'
import type { Demand } from './demand.ts'
import { drainPerSecond } from './lease-rule.ts'

export interface SliceOptions {
  readonly expectedNodes: number
  /** From how many takes a second on somebody is busy. */
  readonly busyTakesPerSecond: number
}

/** For how long a slice is meant to last. */
const HORIZON_SECONDS = 1

/** Which part of what is left one node may hold, of its share: the slices shrink as the remainder does. */
const PART_OF_REMAINDER = 1 / 4

/** A slice that serves fewer takes than this is not worth its two calls. */
const MIN_TAKES = 8

/**
 * What to take of each bucket in advance, given what was left of them when last seen; undefined where it would not pay.
 * A slice of a token bucket dwindles: it lasts no longer than the bucket needs to refill as much.
 */
export function sliceAmounts(
  charges: readonly Charge[],
  demand: Demand,
  states: readonly BudgetState[],
  { expectedNodes, busyTakesPerSecond }: SliceOptions,
  nowMs: number,
): readonly number[] | undefined {
  const takesPerSecond = demand.takesPerSecond(nowMs)
  if (takesPerSecond < busyTakesPerSecond) return undefined
  const ratesPerSecond = charges.map(({ budget }, index) => {
    const amountPerSecond = demand.amountPerSecond(index, nowMs)
    return amountPerSecond > 0 ? Math.max(amountPerSecond, drainPerSecond(budget)) : 0
  })
  const most = charges.map(({ budget }, index) => {
    if (budget.mode === 'shadow') return Number.POSITIVE_INFINITY
    return Math.floor(((states[index]?.remaining ?? 0) * PART_OF_REMAINDER) / expectedNodes)
  })
  const seconds = ratesPerSecond.reduce(
    (least, rate, index) => (rate > 0 ? Math.min(least, (most[index] ?? 0) / rate) : least),
    HORIZON_SECONDS,
  )
  if (takesPerSecond * seconds < MIN_TAKES) return undefined
  return ratesPerSecond.map((rate, index) => Math.min(Math.ceil(rate * seconds), most[index] ?? 0))
}
