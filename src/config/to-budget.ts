import type { ConfiguredBudget, ConfiguredLimits } from './config.ts'
import type { ConfigFile } from './config-schema.ts'
import { calendarMonths, durationMs } from './settings/duration.ts'

type BudgetInFile =
  | ConfigFile['tiers'][string]['budgets'][number]
  | (ConfigFile['globalBudgets'][number] & { readonly level: 'global' })

/** A budget in which `checkConfig` has found no mistake. */
export function toBudget(budget: BudgetInFile): ConfiguredBudget {
  const { name, mode, onStoreFailure, softThreshold } = budget
  return { name, mode, onStoreFailure, softThreshold, ...subjectOf(budget), ...limitsOf(budget) }
}

function subjectOf(budget: BudgetInFile) {
  return budget.level === 'operation' ? { level: budget.level, field: needed(budget.field) } : { level: budget.level }
}

function limitsOf(budget: BudgetInFile): ConfiguredLimits {
  const { capacity, meter, algorithm, window, maxDelay } = budget
  if (meter === 'concurrency') return { meter, algorithm: 'semaphore', capacity }
  switch (algorithm) {
    case 'token-bucket':
      return { meter, algorithm, capacity, refillPerSecond: refillPerSecondOf(budget) }
    case 'leaky-bucket': {
      const maxDelayMs = durationMs(needed(maxDelay))
      return { meter, algorithm, capacity, refillPerSecond: refillPerSecondOf(budget), maxDelayMs }
    }
    case 'fixed-window': {
      const months = calendarMonths(needed(window))
      return {
        meter,
        algorithm,
        capacity,
        window: months === undefined ? { ms: durationMs(needed(window)) } : { months },
      }
    }
    case 'sliding-window':
    case 'sliding-log':
      return { meter, algorithm, capacity, windowMs: durationMs(needed(window)) }
  }
}

/** The rate of a bucket that is full again after a window, unless it says its rate. */
export function refillPerSecondOf({ capacity, refillPerSecond, window }: Rate): number {
  return refillPerSecond ?? capacity / (durationMs(needed(window)) / 1000)
}

interface Rate {
  readonly capacity: number
  readonly refillPerSecond?: number | undefined
  readonly window?: string | undefined
}

function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('checkConfig has passed a budget that lacks a setting')
  return value
}
