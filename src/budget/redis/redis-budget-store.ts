import type { BudgetStore, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkReservation, checkSettle, checkTake } from '../check-take.ts'
import { knownBudget } from '../known-budget.ts'
import { placeOf } from '../place.ts'
import { admitted, exhausted } from '../take-result.ts'
import { ADMITTED, batchedScript, EXHAUSTED, type VerbAnswer, type VerbRequest } from './batched-script.ts'
import type { RedisConnection } from './redis-connection.ts'

export interface RedisBudgetStoreOptions {
  /** A connection for this store alone: the store ends it when it is closed. */
  readonly connection: RedisConnection
  /**
   * What all keys begin with, before the tenant's hash tag. Stores that share it share their budgets.
   * @default 'tollgate'
   */
  readonly prefix?: string
}

/** Budgets in Redis or Redis Cluster, shared by all processes. One script call for each verb; time is Redis's time. */
export function createRedisBudgetStore({ connection, prefix = 'tollgate' }: RedisBudgetStoreOptions): BudgetStore {
  if (/[{}]/.test(prefix)) throw new RangeError(`The key prefix "${prefix}" may not hold braces: the tenant has them`)
  const takeScript = batchedScript(connection, 'take.lua')
  const settleScript = batchedScript(connection, 'settle.lua')
  const cancelScript = batchedScript(connection, 'cancel.lua')
  const { isCluster } = connection

  function verbRequest(request: TakeRequest | Reservation, amounts: readonly number[]): VerbRequest {
    const { id, charges, ttlMs } = request
    const heldMs = ('heldMs' in request ? request.heldMs : undefined) ?? ttlMs
    const place = `${prefix}:{${tag(placeOf(request.tenant, charges))}}:`
    const keys = [`${place}reservation:${id}`]
    for (const { budget, subject } of charges) keys.push(place + knownBudget(budget).scope + subject)
    const budgets = charges.map(({ budget }) => budget)
    return { place: isCluster ? place : '', keys, ttlMs, heldMs, budgets, amounts }
  }

  return {
    async take(request) {
      checkTake(request)
      const amounts = request.charges.map(({ amount }) => amount)
      return takeResult(request, await takeScript(verbRequest(request, amounts)))
    },
    async settle(reservation, actual) {
      checkSettle(reservation, actual)
      // A seat is given back whatever was used of it.
      const used = reservation.charges.map(({ budget }, index) =>
        budget.algorithm === 'semaphore' ? 0 : (actual[index] ?? 0),
      )
      await settleScript(verbRequest(reservation, used))
    },
    async cancel(reservation) {
      checkReservation(reservation)
      await cancelScript(
        verbRequest(
          reservation,
          reservation.charges.map(() => 0),
        ),
      )
    },
    async close() {
      // A connection that is down has nobody to say goodbye to.
      await connection.quit().catch(() => undefined)
      connection.disconnect()
    },
  }
}

/** A place as a hash tag: it may hold anything but the braces around it. */
function tag(place: string): string {
  return /[%{}]/.test(place) ? place.replaceAll(/[%{}]/g, encodeURIComponent) : place
}

const CANCELLED = 'c'

function takeResult(request: TakeRequest, { nowMs, outcome, answers }: VerbAnswer): TakeResult {
  if (outcome === CANCELLED) return { admitted: false, reason: 'cancelled' }
  const buckets = request.charges.map(({ budget }, index) => {
    const known = knownBudget(budget)
    const answer = answers[index]
    if (answer === undefined) throw new TypeError(`The take script said nothing of the budget "${budget.name}"`)
    const number = (place: number) => answer.readDoubleLE(8 * place)
    return { known, state: known.algorithm.fromAnswer(number(0), number(1), number(2), number(3)) }
  })
  if (outcome === ADMITTED) return admitted(request, buckets, nowMs)
  if (outcome === EXHAUSTED) return exhausted(request, buckets, nowMs)
  throw new TypeError(`The take script answered ${outcome}`)
}
