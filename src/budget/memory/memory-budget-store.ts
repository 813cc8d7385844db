import type { Hold } from '../algorithms/algorithm.ts'
import type { BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkReservation, checkSettle, checkTake } from '../check-take.ts'
import { type KnownBudget, knownBudget } from '../known-budget.ts'
import { placeOf } from '../place.ts'
import { admitted, type Bucket, denies, exhausted } from '../take-result.ts'
import { withPromptVerbs } from '../with-prompt-verbs.ts'
import { createExpiringMap, type ExpiringMap } from './expiring-map.ts'

export interface MemoryBudgetStoreOptions {
  /**
   * The time in milliseconds. After a step backwards nothing refills until the old time is reached again.
   * @default Date.now
   */
  readonly now?: () => number
  /**
   * How many buckets of one budget are kept, and how many reservations. Past that, each new one displaces one that is
   * near its end: a bucket before it has drained, which gives back what was still used in it; a reservation before it is
   * settled, which does not.
   * @default 1_000_000
   */
  readonly maxEntries?: number
}

/** Budgets in the memory of one process. Every verb is done when it returns: none can interleave with another. */
export function createMemoryBudgetStore(options: MemoryBudgetStoreOptions = {}): BudgetStore {
  const { now = Date.now, maxEntries = 1_000_000 } = options
  const buckets = new Map<string, ExpiringMap<StoredBucket>>()
  const reservations = createExpiringMap<StoredReservation>(maxEntries)
  let timer: NodeJS.Timeout | undefined

  function take(request: TakeRequest): TakeResult {
    checkTake(request)
    const nowMs = now()
    const { id, charges } = request
    const known = reservations.get(id, nowMs)
    if (known?.status === 'cancelled') return { admitted: false, reason: 'cancelled' }
    const place = placeOf(request.tenant, charges)
    const found: StoredBucket[] = []
    let fits = true
    for (const charge of charges) {
      const bucket = bucketOf(place, charge, nowMs)
      if (known === undefined && denies(bucket, charge.amount, nowMs)) fits = false
      found.push(bucket)
    }
    if (!fits) return exhausted(request, found, nowMs)
    if (known === undefined) charge(request, found, nowMs)
    return admitted(request, found, nowMs)
  }

  function charge(
    { id, charges, ttlMs, heldMs = ttlMs, isOnly = false }: TakeRequest,
    buckets: readonly StoredBucket[],
    nowMs: number,
  ) {
    const expiresAt = nowMs + ttlMs + SLACK_MS
    const holds: Hold[] = []
    let charged = false
    for (const [index, bucket] of buckets.entries()) {
      const amount = charges[index]?.amount ?? 0
      const { algorithm, limits } = bucket.known
      if (amount === 0) {
        holds.push(NOTHING_HELD)
        continue
      }
      holds.push(algorithm.charge(bucket.state, amount, limits, nowMs, nowMs + heldMs))
      write(bucket, expiresAt, nowMs)
      charged = true
    }
    if (charged && ttlMs > 0) reservations.set(id, { status: 'open', isOnly, holds, expiresAt }, nowMs)
  }

  /** Replaces every charge of an open reservation by the actual amount. A seat is given back whatever was used of it. */
  function settle(reservation: Reservation, actual: readonly number[], status: 'settled' | 'cancelled'): void {
    const nowMs = now()
    const { id, tenant, charges } = reservation
    const known = reservations.get(id, nowMs)
    if (known?.status !== 'open') return
    const place = placeOf(tenant, charges)
    for (const [index, charge] of charges.entries()) {
      const hold = known.holds[index] ?? NOTHING_HELD
      const used = charge.budget.algorithm === 'semaphore' ? 0 : (actual[index] ?? 0)
      if (hold.amount === used) continue
      const bucket = bucketOf(place, charge, nowMs)
      bucket.known.algorithm.settle(bucket.state, hold, used, bucket.known.limits, nowMs)
      write(bucket, 0, nowMs)
    }
    const { isOnly, expiresAt } = known
    if (isOnly) reservations.delete(id)
    else reservations.set(id, { status, isOnly, holds: [], expiresAt }, nowMs)
  }

  function cancel(reservation: Reservation): void {
    const nowMs = now()
    if (reservations.get(reservation.id, nowMs) === undefined) {
      const expiresAt = nowMs + reservation.ttlMs + SLACK_MS
      keepSwept()
      reservations.set(reservation.id, { status: 'cancelled', isOnly: false, holds: [], expiresAt }, nowMs)
    } else {
      settle(reservation, [], 'cancelled')
    }
  }

  function bucketOf(place: string, { budget, subject }: Charge, nowMs: number): StoredBucket {
    const known = knownBudget(budget)
    let home = buckets.get(known.scope)
    if (home === undefined) {
      home = createExpiringMap(maxEntries)
      buckets.set(known.scope, home)
    }
    const key = `${place.length}:${place}${subject}`
    const bucket = home.get(key, nowMs)
    if (bucket === undefined) return { key, home, known, state: known.algorithm.fresh(nowMs), expiresAt: 0 }
    bucket.known = known
    return bucket
  }

  // A bucket lives until it is empty, and outlives its reservations: its history says what they may take back.
  function write(bucket: StoredBucket, atLeastUntil: number, nowMs: number): void {
    const { known, state, home, key } = bucket
    const isNew = bucket.expiresAt === 0
    const emptyAt = nowMs + known.algorithm.emptyInMs(state, known.limits, nowMs)
    bucket.expiresAt = Math.max(emptyAt + SLACK_MS, bucket.expiresAt, atLeastUntil)
    if (!isNew) return
    home.set(key, bucket, nowMs)
    keepSwept()
  }

  /** What is over is forgotten although nobody asks any more, as when the store that this one stands in for is back. */
  function sweep(): void {
    const nowMs = now()
    let left = 0
    for (const map of [reservations, ...buckets.values()]) {
      map.sweep(nowMs, Math.max(MIN_LOOKS, Math.ceil(map.size / SWEEPS)))
      left += map.size
    }
    if (left === 0) stopSweeping()
  }

  function keepSwept(): void {
    // A process that has nothing else to do need not live to forget.
    timer ??= setInterval(sweep, SWEEP_MS).unref()
  }

  function stopSweeping(): void {
    clearInterval(timer)
    timer = undefined
  }

  function settleNow(reservation: Reservation, actual: readonly number[]): boolean {
    checkSettle(reservation, actual)
    settle(reservation, actual, 'settled')
    return true
  }

  const store: BudgetStore = {
    take: async (request) => take(request),
    async settle(reservation, actual) {
      settleNow(reservation, actual)
    },
    async cancel(reservation) {
      checkReservation(reservation)
      cancel(reservation)
    },
    close: async () => stopSweeping(),
  }
  return withPromptVerbs(store, { takeNow: take, settleNow })
}

interface StoredBucket extends Bucket {
  readonly key: string
  readonly home: ExpiringMap<StoredBucket>
  /** The budget as the last look had it. */
  known: KnownBudget
  expiresAt: number
}

interface StoredReservation {
  readonly status: 'open' | 'settled' | 'cancelled'
  /** Forgotten as soon as it is settled: nobody asks for it again. */
  readonly isOnly: boolean
  readonly holds: readonly Hold[]
  readonly expiresAt: number
}

const NOTHING_HELD: Hold = { amount: 0, mark: 0, queued: 0 }

const SLACK_MS = 1000

/** How often a hundredth of all entries is looked at, and how many at least. */
const SWEEP_MS = 100
const SWEEPS = 100
const MIN_LOOKS = 100
