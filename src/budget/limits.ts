import type { Budget } from './budget.ts'

/** The numbers of a budget's limits, whatever its algorithm. What an algorithm does not have is 0. */
export interface Limits {
  readonly capacity: number
  readonly refillPerSecond: number
  readonly maxDelayMs: number
  readonly windowMs: number
  readonly windowMonths: number
}

/** What drains of a bucket each second; 0 of what does not drain. */
export function refillOf(budget: Budget): number {
  return budget.algorithm === 'token-bucket' || budget.algorithm === 'leaky-bucket' ? budget.refillPerSecond : 0
}

export function limitsOf(budget: Budget): Limits {
  const limits = { capacity: budget.capacity, refillPerSecond: 0, maxDelayMs: 0, windowMs: 0, windowMonths: 0 }
  switch (budget.algorithm) {
    case 'token-bucket':
      return { ...limits, refillPerSecond: budget.refillPerSecond }
    case 'leaky-bucket':
      return { ...limits, refillPerSecond: budget.refillPerSecond, maxDelayMs: budget.maxDelayMs }
    case 'fixed-window':
      return { ...limits, windowMs: budget.window.ms ?? 0, windowMonths: budget.window.months ?? 0 }
    case 'sliding-window':
    case 'sliding-log':
      return { ...limits, windowMs: budget.windowMs }
    case 'semaphore':
      return limits
  }
}
