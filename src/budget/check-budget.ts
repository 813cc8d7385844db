import type { Budget } from './budget.ts'
import { limitsOf } from './limits.ts'

/** @throws RangeError for limits that make no sense, with the budget's name and what is allowed */
export function checkBudget(budget: Budget): void {
  const { name, capacity, softThreshold = 1 } = budget
  const { refillPerSecond, maxDelayMs, windowMs, windowMonths } = limitsOf(budget)
  const refuse = (problem: string) => {
    throw new RangeError(`The budget "${name}" ${problem}`)
  }
  if (/\p{Surrogate}/u.test(name)) refuse('has half of a character in its name')
  if (!isCount(capacity)) refuse(`has the capacity ${capacity}; it must be an integer of at least 1`)
  if (!(softThreshold > 0 && softThreshold <= 1)) {
    refuse(`has the soft threshold ${softThreshold}; it must be above 0 and at most 1`)
  }
  switch (budget.algorithm) {
    case 'token-bucket':
    case 'leaky-bucket':
      if (!(refillPerSecond * MAX_SECONDS >= capacity && refillPerSecond <= MAX_REFILL_PER_SECOND)) {
        refuse(`refills ${refillPerSecond} per second; it must fill within 1000 years and no faster than in 1 ms`)
      }
      if (!Number.isSafeInteger(maxDelayMs) || maxDelayMs < 0 || maxDelayMs > MAX_SECONDS * 1000) {
        refuse(`lets charges wait ${maxDelayMs} ms; it must be an integer of at least 0`)
      }
      break
    case 'fixed-window':
    case 'sliding-window':
    case 'sliding-log': {
      const length = windowMonths || windowMs
      const max = windowMonths > 0 ? MAX_SECONDS / MONTH_SECONDS : MAX_SECONDS * 1000
      if (!isCount(length) || length > max) {
        refuse(
          `has a window of ${length} ${windowMonths > 0 ? 'months' : 'ms'}; it must be an integer of at least 1, and at most 1000 years`,
        )
      }
      if (budget.algorithm === 'sliding-log' && capacity > MAX_LOG_CAPACITY) {
        refuse(`keeps every charge, up to ${capacity}; a sliding log has a capacity of at most ${MAX_LOG_CAPACITY}`)
      }
      break
    }
    case 'semaphore':
  }
}

/** Slower than this, a bucket could not be given a time to live: 1000 years. */
const MAX_SECONDS = 1000 * 365 * 86_400

const MAX_REFILL_PER_SECOND = Number.MAX_SAFE_INTEGER * 1000

/** A look at a log passes over all of it at worst, some milliseconds in which Redis does nothing else. */
const MAX_LOG_CAPACITY = 10_000

const MONTH_SECONDS = 31 * 86_400

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}
