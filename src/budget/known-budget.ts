import type { Algorithm } from './algorithms/algorithm.ts'
import { fixedWindow } from './algorithms/fixed-window.ts'
import { semaphore } from './algorithms/semaphore.ts'
import { slidingLog } from './algorithms/sliding-log.ts'
import { slidingWindow } from './algorithms/sliding-window.ts'
import { tokenBucket } from './algorithms/token-bucket.ts'
import type { AlgorithmName, Budget } from './budget.ts'
import { checkBudget } from './check-budget.ts'
import { type Limits, limitsOf } from './limits.ts'

/** What stores need of a budget with every charge, worked out once. */
export interface KnownBudget {
  readonly budget: Budget
  readonly algorithm: Algorithm<unknown>
  readonly limits: Limits
  /**
   * The name of its buckets below their place, but for the subject that comes last. Limits are no part of it: a client
   * whose tier changes, or a budget whose limits do, goes on with what is used. The algorithm and the mode are: their
   * numbers mean something else.
   */
  readonly scope: string
  /** Tells scopes apart in this process, as their names do, where many names would be a long key. */
  readonly scopeNumber: number
}

/** @throws RangeError for limits that make no sense, with the budget's name and what is allowed */
export function knownBudget(budget: Budget): KnownBudget {
  let known = all.get(budget)
  if (known === undefined) {
    checkBudget(budget)
    const scope = scopeOf(budget)
    const scopeNumber = scopeNumbers.get(scope) ?? scopeNumbers.size
    scopeNumbers.set(scope, scopeNumber)
    known = { budget, algorithm: algorithms[budget.algorithm], limits: limitsOf(budget), scope, scopeNumber }
    all.set(budget, known)
  }
  return known
}

const all = new WeakMap<Budget, KnownBudget>()
const scopeNumbers = new Map<string, number>()

const algorithms: Readonly<Record<AlgorithmName, Algorithm<unknown>>> = {
  'token-bucket': tokenBucket,
  'leaky-bucket': tokenBucket,
  'fixed-window': fixedWindow,
  'sliding-window': slidingWindow,
  'sliding-log': slidingLog,
  semaphore,
}

/** Keys are most of what an idle client weighs in Redis. */
const short = {
  'token-bucket': 'tb',
  'leaky-bucket': 'lb',
  'fixed-window': 'fw',
  'sliding-window': 'sw',
  'sliding-log': 'sl',
  semaphore: 'sem',
} as const satisfies Record<AlgorithmName, string>

// The name is written so that it cannot run into the subject, which is the only other free text and comes last.
function scopeOf({ algorithm, level, meter, name, mode }: Budget): string {
  const shadow = mode === 'shadow' ? 'shadow:' : ''
  return `${shadow}${short[algorithm]}:${level}:${meter}:${encodeURIComponent(name)}:`
}
