import type { Budget } from '../../../src/budget/budget.ts'
import type {
  BudgetState,
  Charge,
  Denial,
  Reservation,
  TakeRequest,
  TakeResult,
} from '../../../src/budget/budget-store.ts'
import { limitsOf } from '../../../src/budget/limits.ts'
import type { BucketModel, Range } from './bucket-model.ts'
import { bucketName } from './bucket-name.ts'
import { createCountedCharges } from './counted-charges.ts'
import { createDrainingCharges } from './draining-charges.ts'
import { must } from './must.ts'

export interface BudgetModel {
  /** Holds a store's answer against what it must be, and follows it. Returns whether it was to write anything. */
  take(request: TakeRequest, result: TakeResult, nowMs: number): boolean
  settle(reservation: Reservation, actual: readonly number[], nowMs: number): boolean
  cancel(reservation: Reservation, nowMs: number): boolean
}

/**
 * What a budget store must do, worked out from all that it has ever been told. Where a store may choose, because nobody
 * knows which part of an old charge has drained, the model gives bounds. Reservations do not expire in it.
 *
 * @param isFrozen whether the budgets hardly come back, on a clock nobody sets: every number but the waits is exact then
 */
export function createBudgetModel(isFrozen = false): BudgetModel {
  const buckets = new Map<string, BucketModel>()
  const reservations = new Map<string, 'open' | 'settled' | 'cancelled'>()

  function bucketOf(tenant: string, charge: Charge): BucketModel {
    const name = bucketName(tenant, charge)
    const bucket = buckets.get(name) ?? createBucketModel(charge.budget)
    buckets.set(name, bucket)
    return bucket
  }

  function close(reservation: Reservation, actual: readonly number[], status: 'settled' | 'cancelled', nowMs: number) {
    const { id, tenant, charges } = reservation
    if (reservations.get(id) !== 'open') return false
    reservations.set(id, status)
    charges.forEach((charge, index) => {
      const used = charge.budget.algorithm === 'semaphore' ? 0 : (actual[index] ?? 0)
      bucketOf(tenant, charge).settle(id, charge.budget, used, nowMs)
    })
    return true
  }

  return {
    take(request, result, nowMs) {
      const { id, tenant, charges, ttlMs, heldMs = ttlMs } = request
      const status = reservations.get(id)
      if (status === 'cancelled') {
        must(!result.admitted && result.reason === 'cancelled', () => `the cancelled take ${id} was not told so`)
        return false
      }
      const looks = charges.map((charge): Look => {
        const bucket = bucketOf(tenant, charge)
        return {
          ...charge,
          usedIn: (ms) => bucket.used(charge.budget, nowMs + ms),
          turnInMs: bucket.turnInMs(charge.budget, charge.amount, nowMs),
        }
      })
      const counts = charges.filter(({ amount }) => amount > 0 && status === undefined)
      if (result.admitted) {
        for (const look of status === undefined ? looks : []) {
          must(!isEnforced(look) || mayFit(look, 0), () => `${text(look)} was admitted without room`)
        }
        for (const look of status === undefined ? looks : []) {
          if (look.amount === 0) continue
          const turnInMs = turnOf(look, looks, result.delayMs)
          bucketOf(tenant, look).charge(id, look.budget, look.amount, nowMs, nowMs + heldMs, turnInMs)
        }
        if (counts.length > 0) reservations.set(id, 'open')
        if (!isFrozen && status === undefined) checkDelay(looks, result.delayMs)
      } else {
        must(status === undefined, () => `the take ${id} was admitted once, and is not again`)
        checkDenials(looks, result, isFrozen)
      }
      if ('states' in result) checkStates(looks, result.states, isFrozen)
      return result.admitted && counts.length > 0
    },
    settle: (reservation, actual, nowMs) => close(reservation, actual, 'settled', nowMs),
    cancel(reservation, nowMs) {
      if (reservations.has(reservation.id)) return close(reservation, [], 'cancelled', nowMs)
      reservations.set(reservation.id, 'cancelled')
      return true
    },
  }
}

/** A charge, and what counts as used in its bucket some time from now, if nothing else happens. */
interface Look extends Charge {
  usedIn(ms: number): Range
  /** When it may run in a bucket where it may wait for that. */
  readonly turnInMs: Range
}

function isEnforced({ budget, amount }: Charge): boolean {
  return budget.mode === 'enforce' && amount > 0
}

// In a leaky bucket it is enough to have room when the longest wait is over.
function mayFit({ budget, amount, usedIn }: Look, ms: number): boolean {
  return amount <= budget.capacity && usedIn(ms + limitsOf(budget).maxDelayMs).least + amount <= budget.capacity
}

function mustFit({ budget, amount, usedIn }: Look, ms: number): boolean {
  return amount <= budget.capacity && usedIn(ms + limitsOf(budget).maxDelayMs).most + amount <= budget.capacity
}

function checkDenials(looks: readonly Look[], result: TakeResult, isFrozen: boolean): void {
  if (!('denials' in result)) throw new Error(`The take was neither admitted nor exhausted: ${JSON.stringify(result)}`)
  must(result.denials.length > 0, () => 'a denial names no budget')
  const denials = [...result.denials]
  looks.forEach((look, index) => {
    const denial = denials[0]?.budget === look.budget ? denials.shift() : undefined
    if (!isEnforced(look) || mustFit(look, 0)) must(denial === undefined, () => `${text(look)} had room`)
    else if (!mayFit(look, 0)) must(denial !== undefined, () => `${text(look)} had no room`)
    if (denial === undefined) return
    must(denial.amount === look.amount, () => `${text(look)} is denied as ${denial.amount}`)
    must(denial.remaining === result.states[index]?.remaining, () => `${text(look)} is told two remainders`)
    if (!isFrozen) checkWait(look, denial)
  })
  must(denials.length === 0, () => 'denials are in the order of the charges')
}

function checkWait(look: Look, { retryAfterMs }: Denial): void {
  const isNever = look.amount > look.budget.capacity
  must((retryAfterMs === 'never') === isNever, () => `${text(look)} is told to wait ${retryAfterMs}`)
  if (retryAfterMs === 'never') return
  must(mayFit(look, retryAfterMs), () => `${text(look)} does not fit after ${retryAfterMs} ms`)
  must(!mustFit(look, retryAfterMs - 1), () => `${text(look)} fits before ${retryAfterMs} ms are over`)
}

function isLeaky(look: Look): boolean {
  return look.budget.algorithm === 'leaky-bucket' && isEnforced(look)
}

/** What is known of a turn once a take has been told how long it has to wait: all, where it waits for one bucket. */
function turnOf(look: Look, looks: readonly Look[], delayMs: number): Range {
  const isTold = isLeaky(look) && looks.filter(isLeaky).length === 1
  return isTold ? { least: delayMs, most: delayMs } : look.turnInMs
}

/** A take runs when it has its turn in each leaky bucket that it charges. Shadow budgets hold nothing up. */
function checkDelay(looks: readonly Look[], delayMs: number): void {
  const leaky = looks.filter(isLeaky)
  for (const look of leaky) {
    must(look.turnInMs.least <= delayMs, () => `${text(look)} has its turn before ${delayMs} ms are over`)
  }
  must(delayMs === 0 || leaky.some((look) => look.turnInMs.most >= delayMs), () => `nothing waits ${delayMs} ms`)
}

function checkStates(looks: readonly Look[], states: readonly BudgetState[], isFrozen: boolean): void {
  must(states.length === looks.length, () => `there are ${states.length} states of ${looks.length} charges`)
  states.forEach((state, index) => {
    const look = looks[index]
    if (look !== undefined) checkState(look, state, isFrozen)
  })
}

function checkState(look: Look, { budget, remaining, debt, fullInMs }: BudgetState, isFrozen: boolean): void {
  const { capacity } = look.budget
  const { least, most } = look.usedIn(0)
  const told = () => `${text(look)} is at ${remaining}, debt ${debt}, full in ${fullInMs} ms; used ${least} to ${most}`
  must(budget === look.budget, told)
  must(!isFrozen || least === most, () => `the model does not know: ${told()}`)
  must(Number.isInteger(remaining) && Number.isInteger(debt), told)
  must(remaining >= 0 && remaining <= capacity && debt >= 0, told)
  must(remaining >= Math.max(0, Math.floor(capacity - most)), told)
  must(remaining <= Math.max(0, Math.floor(capacity - least)), told)
  must(debt >= Math.max(0, Math.ceil(least - capacity)), told)
  must(debt <= Math.max(0, Math.ceil(most - capacity)), told)
  if (isFrozen) return
  must(look.usedIn(fullInMs).least === 0, told)
  must(fullInMs === 0 || look.usedIn(fullInMs - 1).most > 0, told)
}

function text({ budget, subject, amount }: Charge): string {
  return `${amount} from the ${budget.mode} ${budget.algorithm} ${budget.name} of ${subject}`
}

function createBucketModel({ algorithm }: Budget): BucketModel {
  const drains = algorithm === 'token-bucket' || algorithm === 'leaky-bucket'
  return drains ? createDrainingCharges() : createCountedCharges()
}
