import type { BudgetState, Charge, Denial, Reservation, TakeRequest, TakeResult } from './budget-store.ts'
import { debt, type Fill, hasRoom, remaining, usedAt, waitMs } from './token-bucket.ts'

/** The answer to an admitted take: `fills` are its buckets afterwards, in the order of its charges. */
export function admitted(request: TakeRequest, fills: readonly Fill[], nowMs: number): TakeResult {
  return { admitted: true, reservation: reservationOf(request), states: states(request, fills, nowMs) }
}

/** The answer to a take that did not fit: `fills` are its buckets, untouched. */
export function exhausted(request: TakeRequest, fills: readonly Fill[], nowMs: number): TakeResult {
  const denials: Denial[] = []
  each(request, fills, (charge, fill) => {
    if (denies(charge, fill, nowMs)) denials.push(denial(charge, fill, nowMs))
  })
  return { admitted: false, reason: 'exhausted', denials, states: states(request, fills, nowMs) }
}

/** Whether a charge alone is enough to deny its take. */
export function denies({ budget, amount }: Charge, fill: Fill, nowMs: number): boolean {
  if (budget.mode === 'shadow' || amount === 0) return false
  return !hasRoom(usedAt(fill, budget.refillPerSecond, nowMs), amount, budget.capacity)
}

function denial({ budget, amount }: Charge, fill: Fill, nowMs: number): Denial {
  return {
    budget,
    amount,
    remaining: remaining(usedAt(fill, budget.refillPerSecond, nowMs), budget.capacity),
    retryAfterMs: amount > budget.capacity ? 'never' : waitMs(fill, amount, budget, nowMs),
  }
}

function states(request: TakeRequest, fills: readonly Fill[], nowMs: number): readonly BudgetState[] {
  const found: BudgetState[] = []
  each(request, fills, ({ budget }, fill) => {
    const used = usedAt(fill, budget.refillPerSecond, nowMs)
    found.push({
      budget,
      remaining: remaining(used, budget.capacity),
      debt: debt(used, budget.capacity),
      fullInMs: waitMs(fill, budget.capacity, budget, nowMs),
    })
  })
  return found
}

function reservationOf({ id, tenant, charges, ttlMs }: TakeRequest): Reservation {
  return { id, tenant, charges, ttlMs, source: 'store' }
}

function each({ charges }: TakeRequest, fills: readonly Fill[], visit: (charge: Charge, fill: Fill) => void): void {
  charges.forEach((charge, index) => {
    const fill = fills[index]
    if (fill === undefined) throw new Error(`No bucket answered for the budget "${charge.budget.name}"`)
    visit(charge, fill)
  })
}
