import { bucketKey } from '../bucket-key.ts'
import type { BudgetStore, Charge, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle, checkTake } from '../check-take.ts'
import { admitted, exhausted } from '../take-result.ts'
import type { Fill } from '../token-bucket.ts'
import type { RedisConnection } from './redis-connection.ts'
import { redisScript } from './redis-script.ts'

export interface RedisBudgetStoreOptions {
  /** A connection for this store alone: the store ends it when it is closed. */
  readonly connection: RedisConnection
  /**
   * What all keys begin with, before the tenant's hash tag. Stores that share it share their budgets.
   * @default 'tollgate'
   */
  readonly prefix?: string
}

const ALGORITHMS = ['token-bucket.lua', 'keys.lua']

/** Budgets in Redis or Redis Cluster, shared by all processes. One script call for each verb; time is Redis's time. */
export function createRedisBudgetStore({ connection, prefix = 'tollgate' }: RedisBudgetStoreOptions): BudgetStore {
  if (/[{}]/.test(prefix)) throw new RangeError(`The key prefix "${prefix}" may not hold braces: the tenant has them`)
  const takeScript = redisScript(connection, [...ALGORITHMS, 'take.lua'])
  const settleScript = redisScript(connection, [...ALGORITHMS, 'settle.lua'])
  const cancelScript = redisScript(connection, [...ALGORITHMS, 'cancel.lua'])

  function keysOf({ tenant, id, charges }: { tenant: string; id: string; charges: readonly Charge[] }): string[] {
    const place = `${prefix}:{${tag(tenant)}}:`
    return [`${place}reservation:${id}`, ...charges.map(({ budget, subject }) => place + bucketKey(budget, subject))]
  }

  return {
    async take(request) {
      checkTake(request)
      const args: (string | number)[] = [request.ttlMs]
      for (const { budget, amount } of request.charges) {
        args.push(budget.mode, budget.capacity, budget.refillPerSecond, amount)
      }
      return takeResult(request, await takeScript(keysOf(request), args))
    },
    async settle(reservation, actual) {
      checkSettle(reservation, actual)
      const args = reservation.charges.flatMap(({ budget }, index) => [
        budget.capacity,
        budget.refillPerSecond,
        actual[index] ?? 0,
      ])
      await settleScript(keysOf(reservation), args)
    },
    async cancel(reservation) {
      const limits = reservation.charges.flatMap(({ budget }) => [budget.capacity, budget.refillPerSecond])
      await cancelScript(keysOf(reservation), [reservation.ttlMs, ...limits])
    },
    async close() {
      // A connection that is down has nobody to say goodbye to.
      await connection.quit().catch(() => undefined)
      connection.disconnect()
    },
  }
}

/** A tenant as a hash tag: it may hold anything but the braces around it. */
function tag(tenant: string): string {
  return tenant.replaceAll(/[%{}]/g, encodeURIComponent)
}

function takeResult(request: TakeRequest, answer: unknown): TakeResult {
  if (!Array.isArray(answer)) throw new TypeError('The take script answered with something that is no list')
  const [outcome, now, ...numbers]: unknown[] = answer
  const nowMs = finite(now)
  const fills = (): Fill[] =>
    request.charges.map((_, index) => ({ used: finite(numbers[2 * index]), at: finite(numbers[2 * index + 1]) }))
  switch (outcome) {
    case 'admitted':
      return admitted(request, fills(), nowMs)
    case 'exhausted':
      return exhausted(request, fills(), nowMs)
    case 'cancelled':
      return { admitted: false, reason: 'cancelled' }
    default:
      throw new TypeError(`The take script answered ${String(outcome)}`)
  }
}

function finite(value: unknown): number {
  const number = Number(value)
  if (!Number.isFinite(number)) throw new TypeError(`The take script answered ${String(value)} where a number belongs`)
  return number
}
