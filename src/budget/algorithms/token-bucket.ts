import type { Limits } from '../limits.ts'
import { type Algorithm, chargeable, type Hold } from './algorithm.ts'

/**
 * Use that drains steadily. Of a charge this much is surely still in the bucket, whichever is more:
 *
 * - `amount - (refilled - mark)`: what would be left of it had the bucket been empty before;
 * - `queued - refilled - refunded`: what is left of all that was in the bucket when it came, itself the last.
 *
 * A refund of that never mints budget. Over any stretch of time up to now, `used` is at least what was charged in it,
 * less its refill; that is what keeps admissions below capacity plus refill. A refund lowers both sides for stretches
 * that hold its charge. For those that begin later it must leave enough, and both amounts do: the first, because the rule
 * held for the stretch that begins with the charge; the second, because only refill and refunds took from what was in
 * the bucket then. Of two safe refunds the larger is safe.
 */
export interface TokenBucket {
  /** What is charged and has not drained, as of `at`. Above the capacity it is debt. */
  used: number
  /**
   * Up to when refill is counted: milliseconds since the epoch. Never goes back. In a leaky bucket it is in the future
   * while somebody waits: when the last one has its turn. What is given back meanwhile is what will not have drained by
   * then, since those who wait do not come forward.
   */
  at: number
  /** What has been refilled since the bucket came to be, needed or not. */
  refilled: number
  /** What has been given back since the bucket came to be. */
  refunded: number
}

/** The algorithms `token-bucket` and `leaky-bucket`: in the latter, a charge has room also where it has to wait for it. */
export const tokenBucket: Algorithm<TokenBucket> = {
  fresh: (nowMs) => ({ used: 0, at: nowMs, refilled: 0, refunded: 0 }),
  used: usedAt,

  waitMs(bucket, amount, limits, nowMs) {
    return Math.max(0, turnInMs(bucket, amount, limits, nowMs) - limits.maxDelayMs)
  },

  emptyInMs: (bucket, limits, nowMs) => fallsInMs(bucket, 0, limits, nowMs),
  delayMs: queueMs,

  charge(bucket, amount, limits, nowMs) {
    const turnMs = limits.maxDelayMs > 0 ? turnInMs(bucket, amount, limits, nowMs) : 0
    const waitsMs = turnMs <= limits.maxDelayMs ? turnMs : 0
    drain(bucket, limits, nowMs + waitsMs)
    if (waitsMs > 0) bucket.at = nowMs + waitsMs
    const charged = chargeable(bucket.used, amount, limits.capacity)
    bucket.used += charged
    return { amount: charged, mark: bucket.refilled, queued: bucket.used + bucket.refilled + bucket.refunded }
  },

  settle(bucket, hold, actual, limits, nowMs) {
    drain(bucket, limits, nowMs)
    const unused = hold.amount - actual
    if (unused < 0) {
      bucket.used += chargeable(bucket.used, -unused, limits.capacity)
      return
    }
    const refund = Math.min(unused, stillIn(bucket, hold))
    bucket.used -= refund
    bucket.refunded += refund
  },

  fromAnswer: (used, at) => ({ used, at, refilled: 0, refunded: 0 }),
}

/**
 * Refill is counted in whole steps of this, rounded down. As a power of two it keeps every sum exact: charges, refunds
 * and refill come out to the point in any order.
 */
const REFILL_STEP = 2 ** -20

/** How long until an amount may run: when it fits, and not before those who wait already. */
function turnInMs(bucket: TokenBucket, amount: number, limits: Limits, nowMs: number): number {
  if (amount > limits.capacity) return Number.POSITIVE_INFINITY
  return Math.max(fallsInMs(bucket, limits.capacity - amount, limits, nowMs), queueMs(bucket, limits, nowMs))
}

/** How long the last one has to wait. A bucket that is further ahead than anybody may wait was left so by a clock. */
function queueMs({ at }: TokenBucket, { maxDelayMs }: Limits, nowMs: number): number {
  return at - nowMs > maxDelayMs ? 0 : Math.max(0, at - nowMs)
}

function usedAt(bucket: TokenBucket, limits: Limits, nowMs: number): number {
  return Math.max(0, bucket.used - refill(bucket, limits, nowMs))
}

/**
 * How long until no more than a level is used. What comes out of the division is tried on the bucket itself, so that no
 * rounding makes it a millisecond too short or too long.
 */
function fallsInMs(bucket: TokenBucket, level: number, limits: Limits, nowMs: number): number {
  const excess = usedAt(bucket, limits, nowMs) - level
  if (excess <= 0) return 0
  let high = Math.max(0, bucket.at - nowMs) + Math.floor((excess * 1000) / limits.refillPerSecond)
  let low = high - 1
  for (let step = 1; usedAt(bucket, limits, nowMs + high) > level; step *= 2) {
    low = high
    high += step
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (usedAt(bucket, limits, nowMs + middle) <= level) high = middle
    else low = middle
  }
  return high
}

function drain(bucket: TokenBucket, limits: Limits, nowMs: number): void {
  const refilled = refill(bucket, limits, nowMs)
  if (refilled === 0) return
  bucket.used = Math.max(0, bucket.used - refilled)
  // The time that made no whole step counts the next time.
  bucket.at = Math.min(nowMs, bucket.at + Math.ceil((refilled * 1000) / limits.refillPerSecond))
  bucket.refilled += refilled
}

function refill(bucket: TokenBucket, { refillPerSecond }: Limits, nowMs: number): number {
  return inSteps(Math.max(0, nowMs - bucket.at) * refillPerSecond)
}

function inSteps(milliUnits: number): number {
  return Math.floor(milliUnits / 1000 / REFILL_STEP) * REFILL_STEP
}

function stillIn(bucket: TokenBucket, { amount, mark, queued }: Hold): number {
  const alone = amount + mark - bucket.refilled
  return Math.min(bucket.used, Math.max(0, alone, queued - bucket.refilled - bucket.refunded))
}
