import type { Budget } from './budget.ts'
import type { Charge, Reservation, TakeRequest } from './budget-store.ts'
import { knownBudget } from './known-budget.ts'

/**
 * Refuses a take that is a bug of the caller, before it reaches a bucket.
 *
 * @throws RangeError that names the budget and what is wrong with it
 */
export function checkTake({ tenant, charges, ttlMs, heldMs = ttlMs }: TakeRequest): void {
  if (tenant === '') throw new RangeError('A take needs a tenant: it names the place where the budgets are kept')
  checkLife('A reservation', ttlMs)
  checkLife('A charge on a semaphore', heldMs)
  for (let index = 0; index < charges.length; index++) {
    const charge = charges[index]
    if (charge === undefined) continue
    checkAmount(charge.budget, charge.amount)
    if (index > 0) checkAgainstEarlier(charges, charge, index)
  }
}

function checkAgainstEarlier(charges: readonly Charge[], { budget, subject }: Charge, index: number): void {
  const { scope } = knownBudget(budget)
  for (let other = 0; other < index; other++) {
    const earlier = charges[other]
    if (earlier === undefined) continue
    if (earlier.subject === subject && knownBudget(earlier.budget).scope === scope) {
      throw new RangeError(`A take charges the budget "${budget.name}" of "${subject}" twice; add the amounts up first`)
    }
  }
}

/** @throws RangeError unless there is one usable amount for each charge */
export function checkSettle(reservation: Reservation, actual: readonly number[]): void {
  checkReservation(reservation)
  const { charges } = reservation
  if (actual.length !== charges.length) {
    throw new RangeError(`A reservation of ${charges.length} charges is settled with ${actual.length} amounts`)
  }
  for (let index = 0; index < charges.length; index++) {
    const charge = charges[index]
    if (charge !== undefined) checkAmount(charge.budget, actual[index] ?? 0)
  }
}

/** @throws RangeError for what cannot have been a take */
export function checkReservation({ ttlMs }: Reservation): void {
  checkLife('A reservation', ttlMs)
}

function checkLife(what: string, ms: number): void {
  if (Number.isSafeInteger(ms) && ms >= 0) return
  throw new RangeError(`${what} has the life ${ms} ms; it must be an integer of at least 0`)
}

function checkAmount(budget: Budget, amount: number): void {
  knownBudget(budget)
  const most = budget.algorithm === 'semaphore' ? 1 : Number.MAX_SAFE_INTEGER
  if (Number.isInteger(amount) && amount >= 0 && amount <= most) return
  const allowed = budget.algorithm === 'semaphore' ? '0 or 1' : 'an integer of at least 0'
  throw new RangeError(`The budget "${budget.name}" is charged ${amount}; ${allowed} is allowed`)
}
