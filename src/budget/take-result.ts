import type { BudgetState, Denial, Reservation, TakeRequest, TakeResult } from './budget-store.ts'
import type { KnownBudget } from './known-budget.ts'

/** A bucket that a charge is for, as it stands. */
export interface Bucket {
  readonly known: KnownBudget
  /** Of the budget's algorithm. */
  readonly state: unknown
}

/** The answer to an admitted take: `buckets` are those of its charges afterwards, in their order. */
export function admitted(request: TakeRequest, buckets: readonly Bucket[], nowMs: number): TakeResult {
  const states: BudgetState[] = []
  let delayMs = 0
  for (const [index, bucket] of buckets.entries()) {
    states.push(stateOf(bucket, nowMs))
    if (isQueued(bucket, request.charges[index]?.amount ?? 0))
      delayMs = Math.max(delayMs, bucket.known.algorithm.delayMs?.(bucket.state, bucket.known.limits, nowMs) ?? 0)
  }
  return { admitted: true, reservation: reservationOf(request), states, delayMs }
}

/** The answer to a take that did not fit: `buckets` are untouched. */
export function exhausted(request: TakeRequest, buckets: readonly Bucket[], nowMs: number): TakeResult {
  const denials: Denial[] = []
  const states: BudgetState[] = []
  request.charges.forEach(({ budget, amount }, index) => {
    const bucket = buckets[index]
    if (bucket === undefined) return
    const state = stateOf(bucket, nowMs)
    states.push(state)
    if (!denies(bucket, amount, nowMs)) return
    const waitMs = bucket.known.algorithm.waitMs(bucket.state, amount, bucket.known.limits, nowMs)
    const retryAfterMs = Number.isFinite(waitMs) ? waitMs : 'never'
    denials.push({ budget, amount, remaining: state.remaining, retryAfterMs })
  })
  return { admitted: false, reason: 'exhausted', denials, states }
}

/** Whether a bucket alone is enough to deny a take of an amount. */
export function denies({ known, state }: Bucket, amount: number, nowMs: number): boolean {
  return amount > 0 && known.budget.mode === 'enforce' && known.algorithm.waitMs(state, amount, known.limits, nowMs) > 0
}

function stateOf({ known, state }: Bucket, nowMs: number): BudgetState {
  const { budget, algorithm, limits } = known
  const used = algorithm.used(state, limits, nowMs)
  return {
    budget,
    remaining: Math.max(0, Math.floor(budget.capacity - used)),
    debt: Math.max(0, Math.ceil(used - budget.capacity)),
    fullInMs: algorithm.emptyInMs(state, limits, nowMs),
  }
}

/** Whether an amount that was charged waits its turn: it does not where nobody is held to the budget. */
function isQueued({ known: { budget } }: Bucket, amount: number): boolean {
  return budget.algorithm === 'leaky-bucket' && budget.mode === 'enforce' && amount > 0
}

function reservationOf({ id, tenant, charges, ttlMs }: TakeRequest): Reservation {
  return { id, tenant, charges, ttlMs, source: 'store' }
}
