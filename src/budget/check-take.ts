import type { Budget } from './budget.ts'
import type { Reservation, TakeRequest } from './budget-store.ts'

/**
 * Refuses a take that is a bug of the caller, before it reaches a bucket.
 *
 * @throws RangeError that names the budget and what is wrong with it
 */
export function checkTake({ tenant, charges, ttlMs }: TakeRequest): void {
  if (tenant === '') throw new RangeError('A take needs a tenant: it names the place where the budgets are kept')
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0) {
    throw new RangeError(`A reservation has the life ${ttlMs} ms; it must be an integer of at least 0`)
  }
  for (let index = 0; index < charges.length; index++) {
    const charge = charges[index]
    if (charge === undefined) continue
    const { budget, subject, amount } = charge
    checkBudget(budget)
    checkAmount(budget, amount)
    for (let other = 0; other < index; other++) {
      const earlier = charges[other]
      if (earlier?.subject !== subject || !sameBucket(earlier.budget, budget)) continue
      throw new RangeError(`A take charges the budget "${budget.name}" of "${subject}" twice; add the amounts up first`)
    }
  }
}

/** @throws RangeError unless there is one usable amount for each charge */
export function checkSettle({ charges }: Reservation, actual: readonly number[]): void {
  if (actual.length !== charges.length) {
    throw new RangeError(`A reservation of ${charges.length} charges is settled with ${actual.length} amounts`)
  }
  charges.forEach(({ budget }, index) => {
    checkAmount(budget, actual[index] ?? 0)
  })
}

/** Slower than this, a bucket could not be given a time to live. */
const MAX_SECONDS_TO_REFILL = 1000 * 365 * 86_400

const checked = new WeakSet<Budget>()

function checkBudget(budget: Budget): void {
  if (checked.has(budget)) return
  const { name, capacity, refillPerSecond } = budget
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`The budget "${name}" has the capacity ${capacity}; it must be an integer of at least 1`)
  }
  if (!(refillPerSecond * MAX_SECONDS_TO_REFILL >= capacity) || refillPerSecond === Number.POSITIVE_INFINITY) {
    throw new RangeError(`The budget "${name}" refills ${refillPerSecond} per second; it must fill within 1000 years`)
  }
  checked.add(budget)
}

function checkAmount({ name }: Budget, amount: number): void {
  if (Number.isSafeInteger(amount) && amount >= 0) return
  throw new RangeError(`The budget "${name}" is charged ${amount}; amounts are integers of at least 0`)
}

function sameBucket(a: Budget, b: Budget): boolean {
  if (a === b) return true
  return (
    a.name === b.name && a.level === b.level && a.meter === b.meter && a.algorithm === b.algorithm && a.mode === b.mode
  )
}
