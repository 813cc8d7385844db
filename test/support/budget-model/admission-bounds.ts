import type { Budget } from '../../../src/budget/budget.ts'
import type { Charge, Reservation, TakeRequest } from '../../../src/budget/budget-store.ts'
import { limitsOf } from '../../../src/budget/limits.ts'
import { bucketName } from './bucket-name.ts'
import { windowStart } from './counted-charges.ts'
import { must } from './must.ts'

/**
 * The promise itself, checked on what a store has admitted: it knows no refunds and no remainders. Use beyond a charge
 * is left out, because no store can foresee it.
 */
export interface AdmissionBounds {
  /**
   * @param delayMs how long it has to wait for its turn
   * @param elapsedMs how far the clock has gone forward in all; what it went back does not count
   */
  admitted(request: TakeRequest, delayMs: number, nowMs: number, elapsedMs: number): void
  /** What an admitted take came to. */
  closed(reservation: Reservation, actual: readonly number[], nowMs: number): void
}

export function createAdmissionBounds(): AdmissionBounds {
  const ledgers = new Map<string, Ledger>()

  function ledgerOf(name: string): Ledger {
    const ledger = ledgers.get(name) ?? { entries: [], seenMs: 0, refillPerSecond: 0, windows: new Set() }
    ledgers.set(name, ledger)
    return ledger
  }

  return {
    admitted({ id, tenant, charges, ttlMs, heldMs = ttlMs }, delayMs, nowMs, elapsedMs) {
      const waiting = charges.filter(mayWait)
      for (const charge of charges) {
        const { budget, amount } = charge
        if (amount === 0 || budget.mode === 'shadow') continue
        const ledger = ledgerOf(bucketName(tenant, charge))
        // Nobody can tell a queue from a clock that went back.
        if (mayWait(charge) && nowMs < ledger.seenMs) ledger.windows.add('of a clock that went back')
        see(ledger, budget, nowMs)
        // Where it waits for one of several, nobody is told for which.
        if (mayWait(charge) && waiting.length > 1 && delayMs > 0) ledger.windows.add('of others')
        const at = Math.max(ledger.seenMs, mayWait(charge) ? nowMs + delayMs : 0)
        ledger.entries.push({ id, at, amount, endsAfterMs: elapsedMs + heldMs })
        // Windows that change their length are no longer the windows of the charges in them.
        if (ledger.windows.size === 1) check(ledger, budget, elapsedMs)
      }
    },
    closed({ id, tenant, charges }, actual, nowMs) {
      charges.forEach((charge, index) => {
        const ledger = ledgers.get(bucketName(tenant, charge))
        const entry = ledger?.entries.find((one) => one.id === id)
        const used = charge.budget.algorithm === 'semaphore' ? 0 : (actual[index] ?? 0)
        if (ledger === undefined || entry === undefined || used === entry.amount) return
        see(ledger, charge.budget, nowMs)
        entry.amount = Math.min(entry.amount, used)
      })
    },
  }
}

function mayWait({ budget, amount }: Charge): boolean {
  return budget.algorithm === 'leaky-bucket' && budget.mode === 'enforce' && amount > 0
}

interface Ledger {
  readonly entries: Entry[]
  seenMs: number
  /** The fastest so far. */
  refillPerSecond: number
  readonly windows: Set<string>
}

interface Entry {
  readonly id: string
  readonly at: number
  amount: number
  readonly endsAfterMs: number
}

function see(ledger: Ledger, budget: Budget, nowMs: number): void {
  const { capacity, refillPerSecond, windowMs, windowMonths } = limitsOf(budget)
  ledger.seenMs = Math.max(ledger.seenMs, nowMs)
  ledger.refillPerSecond = Math.max(ledger.refillPerSecond, refillPerSecond)
  // Who waits already keeps the turn that it has by the limits before.
  const queue = budget.algorithm === 'leaky-bucket' ? `${capacity} ${refillPerSecond} ${budget.maxDelayMs}` : ''
  ledger.windows.add(`${windowMs} ${windowMonths} ${queue}`)
}

/** Holds all stretches of time that end with the newest admission against what they may admit. */
function check({ entries, seenMs, refillPerSecond }: Ledger, budget: Budget, elapsedMs: number): void {
  const total = (counts: (entry: Entry) => boolean) =>
    entries.reduce((all, entry) => all + (counts(entry) ? entry.amount : 0), 0)
  const within = (admitted: number, most: number) =>
    must(admitted <= most + 1e-6, () => `${budget.algorithm} ${budget.name} admitted ${admitted}; ${most} is allowed`)
  switch (budget.algorithm) {
    case 'token-bucket':
      for (const { at } of entries) {
        const first = entries.findIndex((entry) => entry.at === at)
        const admitted = entries.slice(first).reduce((total, { amount }) => total + amount, 0)
        within(admitted, budget.capacity + ((seenMs - at) * refillPerSecond) / 1000)
      }
      break
    case 'leaky-bucket': {
      const begun = entries.toSorted((a, b) => a.at - b.at)
      begun.forEach(({ at: from }, first) => {
        let sum = 0
        for (const { at, amount } of begun.slice(first)) {
          sum += amount
          // Turns are at whole milliseconds.
          within(sum, budget.capacity + ((at - from + 1) * refillPerSecond) / 1000)
        }
      })
      break
    }
    case 'fixed-window':
      within(
        total(({ at }) => at >= windowStart(budget.window, seenMs)),
        budget.capacity,
      )
      break
    case 'sliding-window': {
      const { windowMs } = budget
      const start = windowStart({ ms: windowMs }, seenMs)
      const fading = (start + windowMs - seenMs) / windowMs
      const previous = total(({ at }) => at >= start - windowMs && at < start)
      within(total(({ at }) => at >= start) + previous * fading, budget.capacity)
      break
    }
    case 'sliding-log':
      within(
        total(({ at }) => at > seenMs - budget.windowMs),
        budget.capacity,
      )
      break
    case 'semaphore':
      within(
        total(({ endsAfterMs }) => elapsedMs < endsAfterMs),
        budget.capacity,
      )
  }
}
