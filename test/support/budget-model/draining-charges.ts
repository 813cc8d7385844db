import type { Budget } from '../../../src/budget/budget.ts'
import { limitsOf } from '../../../src/budget/limits.ts'
import type { BucketModel, Range } from './bucket-model.ts'
import { firstMs } from './first-ms.ts'
import { roomForDebt } from './room-for-debt.ts'

/**
 * Token and leaky buckets. What is used is at least the ideal: as if every charge had been, from its start, what it came
 * to. It is at most what is left when every refund gives back no more than has surely not drained.
 */
export function createDrainingCharges(): BucketModel {
  const charges = new Map<string, Drained>()
  let seenMs: number | undefined
  /** All refill up to `seenMs`, needed or not. */
  let refilled = 0
  let refundedAtMost = 0
  let most = 0
  let isLost = false

  /** Refill from the last change on goes by the limits as they are now. */
  function since(budget: Budget, nowMs: number): Range {
    const elapsedMs = Math.max(0, nowMs - (seenMs ?? nowMs))
    const refill = (elapsedMs * limitsOf(budget).refillPerSecond) / 1000
    return { least: Math.floor(refill / GRAIN) * GRAIN, most: Math.ceil(refill / GRAIN) * GRAIN }
  }

  /** The fullest that any stretch of time up to now leaves it: its charges, less its refill. */
  function ideal(refilledNow: number): number {
    let fullest = 0
    let sum = 0
    for (const { amount, mark } of [...charges.values()].reverse()) {
      sum += amount.least
      fullest = Math.max(fullest, sum - (refilledNow - mark))
    }
    return fullest
  }

  function drain(budget: Budget, nowMs: number): void {
    const refill = since(budget, nowMs)
    most = Math.max(0, most - refill.least)
    refilled += refill.most
    seenMs = Math.max(seenMs ?? nowMs, nowMs)
  }

  /** Books an amount as far as there is room for debt. */
  function book(id: string, budget: Budget, amount: Range): void {
    const room = { least: roomForDebt(budget, most), most: roomForDebt(budget, ideal(refilled)) }
    const booked = { least: Math.min(amount.least, room.least), most: Math.min(amount.most, room.most) }
    charges.set(id, {
      amount: booked,
      mark: refilled,
      queued: ideal(refilled) + booked.least,
      refunded: refundedAtMost,
    })
    most += Math.min(amount.most, room.least)
  }

  function used(budget: Budget, nowMs: number): Range {
    if (isLost) return { least: 0, most: Number.POSITIVE_INFINITY }
    const refill = since(budget, nowMs)
    return { least: ideal(refilled + refill.most), most: Math.max(0, most - refill.least) }
  }

  /** How long the last one has to wait. A bucket that is further ahead than anybody may wait was left so by a clock. */
  function queueMs(budget: Budget, nowMs: number): number {
    const aheadMs = Math.max(0, (seenMs ?? 0) - nowMs)
    return aheadMs > limitsOf(budget).maxDelayMs ? 0 : aheadMs
  }

  return {
    used,
    turnInMs(budget, amount, nowMs) {
      const never = Number.POSITIVE_INFINITY
      if (amount > budget.capacity) return { least: never, most: never }
      if (isLost) return { least: 0, most: never }
      const room = (end: keyof Range) => firstMs((ms) => used(budget, nowMs + ms)[end] + amount <= budget.capacity)
      const queue = queueMs(budget, nowMs)
      return { least: Math.max(queue, room('least')), most: Math.max(queue, room('most')) }
    },
    charge(id, budget, amount, nowMs, _untilMs, turnInMs) {
      // Where it may have waited, and nobody knows whether it did or for how long, nothing is known from now on.
      const { maxDelayMs } = limitsOf(budget)
      if (turnInMs.least < turnInMs.most && maxDelayMs > 0 && turnInMs.least <= maxDelayMs) isLost = true
      const waitsMs = turnInMs.most <= maxDelayMs ? turnInMs.most : 0
      drain(budget, nowMs + (maxDelayMs > 0 ? waitsMs : 0))
      book(id, budget, { least: amount, most: amount })
    },
    settle(id, budget, actual, nowMs) {
      const known = charges.get(id)
      const held = known?.amount ?? NOTHING
      // Whether this is the very amount, so that nothing is to be done, not even to drain, nobody can tell.
      if (held.least < held.most && held.least <= actual && actual <= held.most) isLost = true
      if (held.least === actual && held.most === actual) return
      drain(budget, nowMs)
      const charge = known ?? { amount: NOTHING, mark: refilled, queued: 0, refunded: refundedAtMost }
      const { amount, mark, queued, refunded } = charge
      // Of the charge itself, were it alone; and of all that was in the bucket with it, were it the last to drain.
      const alone = amount.least - (refilled - mark)
      const last = queued - (refilled - mark) - (refundedAtMost - refunded)
      const refund = Math.min(Math.max(0, amount.least - actual), most, Math.max(0, alone, last))
      most -= refund
      refundedAtMost += Math.max(0, amount.most - actual)
      charges.set(id, {
        ...charge,
        amount: { least: Math.min(amount.least, actual), most: Math.min(amount.most, actual) },
      })
      if (actual > amount.least) {
        book(`${id} beyond`, budget, { least: Math.max(0, actual - amount.most), most: actual - amount.least })
      }
    },
  }
}

interface Drained {
  /** What was charged, less what came back. Less than was asked for where there was no room for debt. */
  readonly amount: Range
  /** `refilled` when it was charged. */
  readonly mark: number
  /** What was in the bucket then, at the least, with this charge. */
  readonly queued: number
  /** `refundedAtMost` when it was charged. */
  readonly refunded: number
}

const NOTHING: Range = { least: 0, most: 0 }

/**
 * Stores count refill in whole steps of no more than this, rounded down. Being a power of two, it keeps every sum here
 * exact, and refill that is whole in binary stays whole.
 */
const GRAIN = 2 ** -19
