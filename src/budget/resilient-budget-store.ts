import type { BudgetStore, Reservation, TakeRequest, TakeResult } from './budget-store.ts'
import { checkSettle, checkTake } from './check-take.ts'
import { createCircuitBreaker } from './circuit-breaker.ts'
import { createLocalShare } from './local-share.ts'
import { createRepairQueue } from './repair-queue.ts'
import { withDeadline } from './with-deadline.ts'

export interface ResilientBudgetStoreOptions {
  /** The store that all nodes share. Closed with this one. */
  readonly store: BudgetStore
  /** Where this node counts its share while the other is down: a memory store of its own. Closed with this one. */
  readonly local: BudgetStore
  /**
   * How long a take waits for the store before its budgets' policies answer; less where its `waitMs` is less.
   * @default 50
   */
  readonly deadlineMs?: number
  /**
   * Among how many nodes a budget is divided while the store is down. Too low a number admits more than the budget.
   * @default 1
   */
  readonly expectedNodes?: number
  /**
   * How many failures in a row make the state `degraded`, in which no request waits for the store.
   * @default 3
   */
  readonly failuresToDegrade?: number
  /**
   * How often a degraded store is tried again. No request pays for the try.
   * @default 1000
   */
  readonly probeIntervalMs?: number
  /**
   * Told when the store is given up (`degraded`, with the failure that decided it) and when it answers again (`ok`). What
   * it throws becomes a warning of the process.
   */
  readonly onStateChange?: (state: StoreState, cause: Error | undefined) => void
}

export type StoreState = 'ok' | 'degraded'

/** What happened for want of the store, counted from the start. */
export interface FailureCounts {
  /** Takes that the store did not answer in time. */
  readonly failed: number
  /** Takes decided by this node's share. */
  readonly local: number
  /** Takes admitted and counted nowhere. */
  readonly open: number
  /** Takes refused because a budget fails closed. */
  readonly closed: number
  /** Settles and cancels that never reached the store: their charges stand. */
  readonly dropped: number
}

export interface ResilientBudgetStore extends BudgetStore {
  readonly state: StoreState
  counts(): FailureCounts
}

/** How many settles and cancels are kept for a store that is down. */
const MAX_REPAIRS = 10_000

/**
 * A store that always answers in time. While the one behind it does not, each budget's `onStoreFailure` decides.
 * A take that may have been charged although its answer did not come is cancelled by its id as soon as that is possible,
 * so that recovery charges nothing twice.
 */
export function createResilientBudgetStore(options: ResilientBudgetStoreOptions): ResilientBudgetStore {
  const { store, local, deadlineMs = 50, expectedNodes = 1, failuresToDegrade = 3, probeIntervalMs = 1000 } = options
  const counts = { failed: 0, local: 0, open: 0, closed: 0 }
  const share = createLocalShare({ store: local, expectedNodes, retryAfterMs: probeIntervalMs })
  let lastFailed: Reservation = { id: 'probe', tenant: 'probe', charges: [], ttlMs: 1, source: 'store' }

  const inTime = (promise: Promise<void>) => withDeadline(promise, deadlineMs)
  const breaker = createCircuitBreaker({
    failuresToOpen: failuresToDegrade,
    probeIntervalMs,
    // Taking back what failed last asks where the failure was: on a cluster that is one node of several. It writes, so
    // a store that can only be read does not pass for one that answers.
    probe: () => inTime(store.cancel(lastFailed)),
    onChange(open, cause) {
      if (!open) repairs.retry()
      options.onStateChange?.(open ? 'degraded' : 'ok', cause)
    },
  })
  const repairs = createRepairQueue({
    isDown: () => breaker.open,
    capacity: MAX_REPAIRS,
    now: () => performance.now(),
  })

  /** Until its reservation is over; then nothing can be changed any more. */
  function repair(job: () => Promise<void>, { ttlMs }: Reservation): Promise<void> {
    const watched = async () => {
      try {
        await inTime(job())
      } catch (error) {
        breaker.failed(error)
        throw error
      }
    }
    return repairs.run(watched, ttlMs)
  }

  function withoutStore(request: TakeRequest): Promise<TakeResult> | TakeResult {
    const closed = request.charges.find(
      ({ budget, amount }) => budget.onStoreFailure === 'closed' && budget.mode === 'enforce' && amount > 0,
    )
    if (closed !== undefined) {
      counts.closed += 1
      return { admitted: false, reason: 'store-unavailable', budget: closed.budget }
    }
    counts[request.charges.some(({ budget }) => budget.onStoreFailure === 'local') ? 'local' : 'open'] += 1
    return share.take(request)
  }

  function failed({ id, tenant, charges, ttlMs }: TakeRequest, cause: unknown): void {
    counts.failed += 1
    const reservation: Reservation = { id, tenant, charges, ttlMs, source: 'store' }
    lastFailed = reservation
    breaker.failed(cause)
    // Where this fails as well, it is the same failure. What has left no reservation cannot be taken back.
    if (ttlMs > 0) void repairs.run(() => inTime(store.cancel(reservation)), ttlMs)
  }

  return {
    get state() {
      return breaker.open ? 'degraded' : 'ok'
    },
    counts: () => ({ ...counts, dropped: repairs.dropped }),
    async take(request) {
      checkTake(request)
      const waitMs = Math.min(deadlineMs, request.waitMs ?? deadlineMs)
      if (breaker.open || waitMs <= 0) return withoutStore(request)
      try {
        const result = await withDeadline(store.take(request), waitMs)
        breaker.succeeded()
        repairs.retry()
        return result
      } catch (error) {
        failed(request, error)
        return withoutStore(request)
      }
    },
    async settle(reservation, actual) {
      checkSettle(reservation, actual)
      if (isOfThisNode(reservation)) await share.settle(reservation, actual)
      else await repair(() => store.settle(reservation, actual), reservation)
    },
    async cancel(reservation) {
      if (isOfThisNode(reservation)) await share.cancel(reservation)
      else await repair(() => store.cancel(reservation), reservation)
    },
    async close() {
      breaker.close()
      await Promise.all([store.close(), local.close()])
    },
  }
}

/** Whether it was admitted for want of the store, which knows nothing of it. */
function isOfThisNode({ source }: Reservation): boolean {
  return source === 'local' || source === 'open'
}
