import { bucketKey } from '../bucket-key.ts'
import type { BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle, checkTake } from '../check-take.ts'
import { admitted, denies, exhausted } from '../take-result.ts'
import * as tokenBucket from '../token-bucket.ts'
import { createExpiringMap } from './expiring-map.ts'

export interface MemoryBudgetStoreOptions {
  /**
   * The time in milliseconds. After a step backwards nothing refills until the old time is reached again.
   * @default Date.now
   */
  readonly now?: () => number
  /**
   * How many buckets are kept, and how many reservations. Past that, each new one displaces one that is near its end:
   * a bucket before it has drained, which gives back what was still used in it; a reservation before it is settled,
   * which does not.
   * @default 1_000_000
   */
  readonly maxEntries?: number
}

/** Budgets in the memory of one process. Every verb is done when it returns: none can interleave with another. */
export function createMemoryBudgetStore(options: MemoryBudgetStoreOptions = {}): BudgetStore {
  const { now = Date.now, maxEntries = 1_000_000 } = options
  const buckets = createExpiringMap<StoredBucket>(maxEntries)
  const reservations = createExpiringMap<StoredReservation>(maxEntries)

  function take(request: TakeRequest): TakeResult {
    checkTake(request)
    const nowMs = now()
    const key = reservationKey(request)
    const known = reservations.get(key, nowMs)
    if (known?.status === 'cancelled') return { admitted: false, reason: 'cancelled' }
    const slots = request.charges.map((charge) => slotOf(request, charge, nowMs))
    const found = slots.map(({ bucket }) => bucket)
    if (known !== undefined) return admitted(request, found, nowMs)
    if (slots.some(({ charge, bucket }) => denies(charge, bucket, nowMs))) return exhausted(request, found, nowMs)

    const holds: tokenBucket.Hold[] = []
    const expiresAt = expiry(request, nowMs)
    const after = slots.map((slot) => {
      const { budget, amount } = slot.charge
      const before = tokenBucket.drained(slot.bucket, budget.refillPerSecond, nowMs)
      const fitting = tokenBucket.chargeable(before.used, amount, budget.capacity)
      const bucket = tokenBucket.charged(before, fitting)
      holds.push(tokenBucket.hold(bucket, fitting))
      if (amount > 0) write(slot, bucket, expiresAt, nowMs)
      return bucket
    })
    if (request.charges.some(({ amount }) => amount > 0)) {
      reservations.set(key, { status: 'open', holds, expiresAt }, nowMs)
    }
    return admitted(request, after, nowMs)
  }

  /** Replaces every charge of an open reservation by the actual amount. */
  function settle(reservation: Reservation, actual: (index: number) => number, status: 'settled' | 'cancelled'): void {
    const nowMs = now()
    const known = reservations.get(reservationKey(reservation), nowMs)
    if (known?.status !== 'open') return
    known.holds.forEach((hold, index) => {
      const charge = reservation.charges[index]
      if (charge === undefined || hold.amount === actual(index)) return
      const slot = slotOf(reservation, charge, nowMs)
      const bucket = tokenBucket.drained(slot.bucket, charge.budget.refillPerSecond, nowMs)
      write(slot, tokenBucket.settled(bucket, hold, actual(index), charge.budget.capacity), 0, nowMs)
    })
    reservations.set(reservationKey(reservation), { status, holds: [], expiresAt: known.expiresAt }, nowMs)
  }

  function cancel(reservation: Reservation): void {
    const nowMs = now()
    const key = reservationKey(reservation)
    if (reservations.get(key, nowMs) === undefined) {
      reservations.set(key, { status: 'cancelled', holds: [], expiresAt: expiry(reservation, nowMs) }, nowMs)
    } else {
      settle(reservation, () => 0, 'cancelled')
    }
  }

  function slotOf({ tenant }: Pick<Reservation, 'tenant'>, charge: Charge, nowMs: number): Slot {
    const key = `${tenant}\n${bucketKey(charge.budget, charge.subject)}`
    const stored = buckets.get(key, nowMs)
    const bucket = stored?.bucket ?? tokenBucket.emptyBucket(nowMs)
    return { key, charge, bucket, expiresAt: stored?.expiresAt ?? nowMs }
  }

  // A bucket lives until it has drained, and outlives its reservations: its counters say what they may take back.
  function write({ key, charge, expiresAt }: Slot, bucket: TokenBucket, atLeastUntil: number, nowMs: number): void {
    const { budget } = charge
    const drainedAt = nowMs + tokenBucket.waitMs(bucket, budget.capacity, budget, nowMs)
    buckets.set(key, { bucket, expiresAt: Math.max(drainedAt + SLACK_MS, expiresAt, atLeastUntil) }, nowMs)
  }

  return {
    take: async (request) => take(request),
    async settle(reservation, actual) {
      checkSettle(reservation, actual)
      settle(reservation, (index) => actual[index] ?? 0, 'settled')
    },
    cancel: async (reservation) => cancel(reservation),
    close: async () => undefined,
  }
}

type TokenBucket = tokenBucket.TokenBucket

interface StoredBucket {
  readonly bucket: TokenBucket
  readonly expiresAt: number
}

/** The bucket of one charge, as it was found. */
interface Slot extends StoredBucket {
  readonly key: string
  readonly charge: Charge
}

interface StoredReservation {
  readonly status: 'open' | 'settled' | 'cancelled'
  readonly holds: readonly tokenBucket.Hold[]
  readonly expiresAt: number
}

const SLACK_MS = 1000

function expiry({ ttlMs }: Pick<Reservation, 'ttlMs'>, nowMs: number): number {
  return nowMs + ttlMs + SLACK_MS
}

function reservationKey({ tenant, id }: Pick<Reservation, 'tenant' | 'id'>): string {
  return `${tenant}\n${id}`
}
