/**
 * A token bucket, kept as what is *used*: charges fill it, time drains it at the refill rate. A change of limits takes
 * effect on the next look, because neither capacity nor rate is stored. `redis/scripts/token-bucket.lua` is the same
 * algorithm; both pass the same table of cases.
 */
export interface TokenBucket {
  /** What is charged and has not drained, as of `at`. Above the capacity it is debt. */
  readonly used: number
  /** Milliseconds since the epoch. Never goes back. */
  readonly at: number
  /** What has been refilled since the bucket came to be, needed or not. */
  readonly refilled: number
  /** What has been given back since the bucket came to be. */
  readonly refunded: number
}

/** The part of a bucket that says how full it is. */
export type Fill = Pick<TokenBucket, 'used' | 'at'>

/** The limits of a budget. */
export interface TokenBucketLimits {
  readonly capacity: number
  readonly refillPerSecond: number
}

/**
 * What a bucket remembers of one charge in order to take it back. The charge is surely still in the bucket up to the
 * larger of two amounts:
 *
 * - `alone - refilled`: what would be left of it had the bucket been empty before;
 * - `queued - refilled - refunded`: what is left of all that was in the bucket when it came, itself the last.
 */
export interface Hold {
  readonly amount: number
  readonly alone: number
  readonly queued: number
}

/** A bucket nobody has charged. */
export function emptyBucket(nowMs: number): TokenBucket {
  return { used: 0, at: nowMs, refilled: 0, refunded: 0 }
}

/** What is used at a time. A time before the bucket's own changes nothing. */
export function usedAt(bucket: Fill, refillPerSecond: number, nowMs: number): number {
  return Math.max(0, bucket.used - refill(bucket, refillPerSecond, nowMs))
}

/** The bucket with the time until now drained from it. */
export function drained(bucket: TokenBucket, refillPerSecond: number, nowMs: number): TokenBucket {
  return {
    used: usedAt(bucket, refillPerSecond, nowMs),
    at: Math.max(bucket.at, nowMs),
    refilled: bucket.refilled + refill(bucket, refillPerSecond, nowMs),
    refunded: bucket.refunded,
  }
}

export function hasRoom(used: number, amount: number, capacity: number): boolean {
  return used + amount <= capacity
}

/**
 * How far use may pass the capacity, in capacities, by debt and by what shadow budgets count. One more capacity: an
 * operation that cost more than was estimated is paid for, and no client waits longer than twice the time to refill.
 */
export const MAX_USED_CAPACITIES = 2

/** What a drained bucket takes of an amount: all of it, up to the bound on debt. */
export function chargeable(used: number, amount: number, capacity: number): number {
  return Math.min(amount, Math.max(0, MAX_USED_CAPACITIES * capacity - used))
}

/** A drained bucket with an amount charged to it. */
export function charged(bucket: TokenBucket, amount: number): TokenBucket {
  return { used: bucket.used + amount, at: bucket.at, refilled: bucket.refilled, refunded: bucket.refunded }
}

/** What to remember of an amount just charged to this bucket. */
export function hold(bucket: TokenBucket, amount: number): Hold {
  return {
    amount,
    alone: amount + bucket.refilled,
    queued: bucket.used + bucket.refilled + bucket.refunded,
  }
}

/**
 * A drained bucket in which a charge is replaced by the actual amount.
 *
 * A refund never mints budget. Over any stretch of time up to now, `used` is at least what was charged in it, less its
 * refill; that is what keeps admissions below capacity plus refill. A refund lowers both sides for stretches that hold
 * its charge. For those that begin later it must leave enough, and both amounts of `Hold` do: `alone`, because the rule
 * held for the stretch that begins with this charge; `queued`, because only refill and refunds took from what was in the
 * bucket then. Of two safe refunds the larger is safe.
 */
export function settled(bucket: TokenBucket, held: Hold, actual: number, capacity: number): TokenBucket {
  const unused = held.amount - actual
  if (unused < 0) return charged(bucket, chargeable(bucket.used, -unused, capacity))
  const refund = Math.min(unused, stillIn(bucket, held))
  return {
    used: bucket.used - refund,
    at: bucket.at,
    refilled: bucket.refilled,
    refunded: bucket.refunded + refund,
  }
}

/** What can be taken now: an integer of at least 0. */
export function remaining(used: number, capacity: number): number {
  return Math.max(0, Math.floor(capacity - used))
}

/** How far use is beyond the capacity: an integer of at least 0. */
export function debt(used: number, capacity: number): number {
  return Math.max(0, Math.ceil(used - capacity))
}

/**
 * How long until an amount of at most the capacity fits, if nothing else happens. Exact: what comes out of the division
 * is tried on the bucket itself, so that no rounding makes it a millisecond too short or too long.
 */
export function waitMs(
  bucket: Fill,
  amount: number,
  { capacity, refillPerSecond }: TokenBucketLimits,
  nowMs: number,
): number {
  const fitsAfter = (ms: number) => hasRoom(usedAt(bucket, refillPerSecond, nowMs + ms), amount, capacity)
  if (fitsAfter(0)) return 0
  const aheadMs = Math.max(0, bucket.at - nowMs)
  const excess = usedAt(bucket, refillPerSecond, nowMs) + amount - capacity
  let high = aheadMs + Math.floor((excess * 1000) / refillPerSecond)
  let low = high - 1
  for (let step = 1; !fitsAfter(high); step *= 2) {
    low = high
    high += step
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fitsAfter(middle)) high = middle
    else low = middle
  }
  return high
}

/**
 * Refill is counted in whole steps of this, rounded down. As a power of two it keeps every sum exact: charges, refunds
 * and refill come out to the point in any order. The rest that is dropped is less than a millionth for each write.
 */
const REFILL_STEP = 2 ** -20

function refill(bucket: Fill, refillPerSecond: number, nowMs: number): number {
  const elapsedMs = Math.max(0, nowMs - bucket.at)
  return Math.floor((elapsedMs * refillPerSecond) / 1000 / REFILL_STEP) * REFILL_STEP
}

function stillIn(bucket: TokenBucket, held: Hold): number {
  const alone = held.alone - bucket.refilled
  const queued = held.queued - bucket.refilled - bucket.refunded
  return Math.min(bucket.used, Math.max(0, alone, queued))
}
