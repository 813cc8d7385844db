import type { Budget, Window } from '../../../src/budget/budget.ts'
import type { BucketModel } from './bucket-model.ts'
import { roomForDebt } from './room-for-debt.ts'

/** Windows, logs and semaphores: a charge counts in full, in part or no more, by nothing but its time and the clock. */
export function createCountedCharges(): BucketModel {
  const charges = new Map<string, Counted>()
  const windows = new Set<string>()
  let seenMs = 0

  /** Whether all that is counted was counted in windows of this length. Where they changed, the sums are anybody's. */
  function isKnown(budget: Budget): boolean {
    return windows.size === 0 || (windows.size === 1 && windows.has(windowText(budget)))
  }

  /** A time before one that was seen counts as that time; but how long a seat is held is up to the clock alone. */
  function sum(budget: Budget, nowMs: number): number {
    const ms = budget.algorithm === 'semaphore' ? nowMs : Math.max(seenMs, nowMs)
    return usedBy([...charges.values()], budget, ms)
  }

  function see(budget: Budget, nowMs: number): void {
    seenMs = Math.max(seenMs, nowMs)
    windows.add(windowText(budget))
    // A seat that was seen to have ended does not come back when the clock does.
    if (budget.algorithm !== 'semaphore') return
    for (const [id, charge] of charges) if (charge.untilMs <= nowMs) charges.set(id, { ...charge, untilMs: 0 })
  }

  return {
    used(budget, nowMs) {
      if (!isKnown(budget)) return { least: 0, most: Number.POSITIVE_INFINITY }
      const used = sum(budget, nowMs)
      return { least: used, most: used }
    },
    turnInMs: () => ({ least: 0, most: 0 }),
    charge(id, budget, amount, nowMs, untilMs) {
      see(budget, nowMs)
      const charged = Math.min(amount, roomForDebt(budget, sum(budget, nowMs)))
      charges.set(id, { at: seenMs, amount: charged, untilMs })
    },
    settle(id, budget, actual, nowMs) {
      const charge = charges.get(id) ?? NOTHING
      if (charge.amount === actual) return
      see(budget, nowMs)
      const more = actual - charge.amount
      if (more <= 0) {
        charges.set(id, { ...charge, amount: actual })
      } else {
        const debt = Math.min(more, roomForDebt(budget, sum(budget, nowMs)))
        charges.set(`${id} beyond`, { ...charge, at: seenMs, amount: debt })
      }
    },
  }
}

interface Counted {
  readonly at: number
  readonly amount: number
  readonly untilMs: number
}

const NOTHING: Counted = { at: 0, amount: 0, untilMs: 0 }

function usedBy(charges: readonly Counted[], budget: Budget, nowMs: number): number {
  const sum = (counts: (charge: Counted) => boolean) =>
    charges.filter(counts).reduce((total, { amount }) => total + amount, 0)
  switch (budget.algorithm) {
    case 'fixed-window': {
      const start = windowStart(budget.window, nowMs)
      return sum(({ at }) => at >= start)
    }
    case 'sliding-window': {
      const { windowMs } = budget
      const start = nowMs - (nowMs % windowMs)
      const previous = sum(({ at }) => at >= start - windowMs && at < start)
      return sum(({ at }) => at >= start) + Math.ceil((previous * (start + windowMs - nowMs)) / windowMs)
    }
    case 'sliding-log':
      return sum(({ at }) => nowMs - at < budget.windowMs)
    case 'semaphore':
      return sum(({ untilMs }) => nowMs < untilMs)
    default:
      throw new TypeError(`${budget.algorithm} does not count, it drains`)
  }
}

/** When the window began that a time lies in: on the grid of epoch milliseconds, or of months since the year 0. */
export function windowStart({ ms, months }: Window, at: number): number {
  if (ms !== undefined) return at - (at % ms)
  const date = new Date(at)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
  return Date.UTC(2000, month - (month % months) - 2000 * 12)
}

function windowText(budget: Budget): string {
  if ('window' in budget) return JSON.stringify(budget.window)
  return 'windowMs' in budget ? String(budget.windowMs) : ''
}
