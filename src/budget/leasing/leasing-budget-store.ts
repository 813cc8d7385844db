import type { BudgetStore, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle, checkTake } from '../check-take.ts'
import { knownBudget } from '../known-budget.ts'
import { createExpiringMap, type Expiring } from '../memory/expiring-map.ts'
import { placeOf } from '../place.ts'
import { withDeadline } from '../with-deadline.ts'
import { createBackground } from './background.ts'
import { createLeaseHolder, type Leased, type LeaseHolder } from './lease-holder.ts'
import { isLeasable } from './lease-rule.ts'
import { separateGlobal } from './separate-global.ts'

export interface LeasingBudgetStoreOptions {
  /** The store that all nodes share. Closed with this one. */
  readonly store: BudgetStore
  /** Makes the ids of the slices that are taken in advance: unique and unguessable. */
  readonly newId: () => string
  /**
   * A clock that never goes back, in milliseconds.
   * @default performance.now
   */
  readonly now?: (() => number) | undefined
  /**
   * How long a take may wait in all where it asks the store more than once: the deadline of the store. Each call is told
   * what is left of it.
   * @default 50
   */
  readonly deadlineMs?: number | undefined
  /**
   * How many nodes take from the same buckets. Of what is left of a bucket, one slice is at most a quarter of a node's
   * share: too low a number admits nothing more, it only lets nodes hold more of what others would use.
   * @default 1
   */
  readonly expectedNodes?: number | undefined
  /**
   * From how many takes a second on, of one tenant from one set of buckets, slices are taken in advance. With `Infinity`
   * there are no leases, and takes that do not mix budgets go straight to the store.
   * @default 20
   */
  readonly busyTakesPerSecond?: number | undefined
  /**
   * After how long without a take a lease is given back.
   * @default 500
   */
  readonly idleMs?: number | undefined
  /**
   * After how long a lease ends although it is in use, and another one begins.
   * @default 5000
   */
  readonly leaseMs?: number | undefined
  /**
   * How long a lease that has ended waits for its operations to be settled, before what is left of it is given back.
   * Operations that are settled later keep their estimate.
   * @default 10_000
   */
  readonly settleWaitMs?: number | undefined
  /**
   * How many takes are remembered, in order to be settled where they were served and charged once when repeated. Past
   * that, each new one displaces one that is near its end: its charge stands.
   * @default 100_000
   */
  readonly maxEntries?: number | undefined
}

export interface LeasingBudgetStore extends BudgetStore {
  counts(): LeasingCounts
}

/** Counted from the start, but for `leases`. */
export interface LeasingCounts {
  /** Takes served by a lease. */
  readonly leased: number
  /** Takes that went to the store. */
  readonly direct: number
  /** Slices that the store admitted. */
  readonly slices: number
  /** Slices that it did not admit. */
  readonly refused: number
  /** Slices of which something could not be given back. They keep their charge. */
  readonly lost: number
  /** Sets of buckets with a lease now. */
  readonly leases: number
}

/** How often leases are looked at that may be idle or over. */
const SWEEP_MS = 100

/** Of how many sets of buckets the demand is known. Past that, those are forgotten that were not taken from for longest. */
const MAX_HOLDERS = 10_000

/** How much longer than it can be settled a take is remembered. */
const SLACK_MS = 1000

/**
 * Serves busy clients from slices of their budgets that are taken in advance, so that most of their takes need no call.
 * Admits nothing that the budgets themselves would not (`Lease` says why), and denies nothing for want of a lease: what a
 * lease cannot serve, the store decides. Takes may mix budgets of the level `global` with others.
 */
export function createLeasingBudgetStore(options: LeasingBudgetStoreOptions): LeasingBudgetStore {
  const { store, newId, now = () => performance.now(), deadlineMs = 50, maxEntries = 100_000 } = options
  const { expectedNodes = 1, busyTakesPerSecond = 20 } = options
  const { idleMs = 500, leaseMs = 5000, settleWaitMs = 10_000 } = options
  const counts = { leased: 0, direct: 0, slices: 0, refused: 0, lost: 0 }
  const takes = createExpiringMap<KnownTake>(maxEntries)
  const holders = createExpiringMap<LeaseHolder>(MAX_HOLDERS)
  const swept = new Set<LeaseHolder>()
  const background = createBackground(() => {
    counts.lost += 1
  })
  let closed = false
  let timer: NodeJS.Timeout | undefined

  const holderOptions = {
    store,
    newId,
    now,
    expectedNodes,
    busyTakesPerSecond,
    idleMs,
    leaseMs,
    settleWaitMs,
    background,
    isClosed: () => closed,
    onLease(holder: LeaseHolder) {
      swept.add(holder)
      // A process that has nothing else to do need not wait for its leases: `close` gives them back.
      timer ??= setInterval(sweep, SWEEP_MS).unref()
    },
    onSlice(admitted: boolean) {
      counts[admitted ? 'slices' : 'refused'] += 1
    },
  }

  function sweep(): void {
    const nowMs = now()
    for (const holder of swept) if (!holder.sweep(nowMs)) swept.delete(holder)
    if (swept.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function holderOf(request: TakeRequest, nowMs: number): LeaseHolder {
    const key = holderKey(request)
    const known = holders.get(key, nowMs)
    if (known !== undefined) return known
    const holder = createLeaseHolder(request, holderOptions)
    holders.set(key, holder, nowMs)
    return holder
  }

  async function take(request: TakeRequest): Promise<TakeResult> {
    checkTake(request)
    const nowMs = now()
    const known = takes.get(request.id, nowMs)
    if (known?.leased !== undefined) return repeated(request, known, nowMs)
    if (closed || busyTakesPerSecond === Number.POSITIVE_INFINITY || !canBeLeased(request)) {
      counts.direct += 1
      return store.take(request)
    }
    const holder = holderOf(request, nowMs)
    const leased = known === undefined ? holder.take(request, nowMs) : undefined
    const expiresAt = nowMs + request.ttlMs + SLACK_MS
    if (leased === undefined) {
      counts.direct += 1
      takes.set(request.id, { leased, expiresAt }, nowMs)
      return takeFromStore(request, holder)
    }
    counts.leased += 1
    takes.set(request.id, { leased: { ...leased, holder, status: 'open' }, expiresAt }, nowMs)
    return admittedByLease(request, leased, nowMs)
  }

  async function takeFromStore(request: TakeRequest, holder: LeaseHolder): Promise<TakeResult> {
    const startedAtMs = now()
    const leftMs = () => (request.waitMs ?? deadlineMs) - (now() - startedAtMs)
    let result = await store.take(request)
    if (holder.standsInTheWay(request.charges, result, now())) {
      const tookMs = now() - startedAtMs
      // Where there is no time left for as long a take again, its answer stands.
      if (await isDone(holder.endLease(now()), leftMs() - tookMs)) {
        result = await store.take({ ...request, waitMs: leftMs() })
      }
    }
    holder.learn(result, now())
    return result
  }

  /** Settles what a lease has served, once. False for what the store has to settle. */
  function settleLeased(id: string, actual: readonly number[], status: 'settled' | 'cancelled'): boolean {
    const nowMs = now()
    const leased = takes.get(id, nowMs)?.leased
    if (leased === undefined) return false
    if (leased.status === 'open') {
      leased.status = status
      leased.holder.settle(leased, actual, nowMs)
    }
    return true
  }

  const verbs = separateGlobal(
    {
      take,
      async settle(reservation, actual) {
        checkSettle(reservation, actual)
        if (settleLeased(reservation.id, actual, 'settled')) return
        await store.settle(ofStore(reservation), actual)
      },
      async cancel(reservation) {
        if (settleLeased(reservation.id, [], 'cancelled')) return
        const nowMs = now()
        const expiresAt = nowMs + reservation.ttlMs + SLACK_MS
        // No lease may serve a take that comes later.
        takes.set(reservation.id, { leased: undefined, expiresAt }, nowMs)
        await store.cancel(ofStore(reservation))
      },
    },
    { now, deadlineMs, maxEntries },
  )

  return {
    ...verbs,
    counts: () => ({ ...counts, leases: swept.size }),
    async close() {
      closed = true
      sweep()
      await background.idle()
      await store.close()
    },
  }
}

/** A take that may come again, and has to be settled where it was served. */
interface KnownTake extends Expiring {
  /** Undefined where the store decides everything about it. */
  readonly leased: (Leased & { readonly holder: LeaseHolder; status: 'open' | 'settled' | 'cancelled' }) | undefined
}

/** A take of nothing only looks: it is shown what the store has. */
function canBeLeased({ charges }: TakeRequest): boolean {
  return charges.some(({ amount }) => amount > 0) && charges.every(isLeasable)
}

// Tenants and subjects are free text: with their lengths, none of them runs into another.
function holderKey({ tenant, charges }: TakeRequest): string {
  const place = placeOf(tenant, charges)
  let key = `${place.length}:${place}`
  for (const { budget, subject } of charges) key += `${subject.length}:${knownBudget(budget).scope}${subject}`
  return key
}

/** A reservation as the store knows it, where no lease of this node does. */
function ofStore(reservation: Reservation): Reservation {
  return reservation.source === 'lease' ? { ...reservation, source: 'store' } : reservation
}

function isDone(work: Promise<void>, waitMs: number): Promise<boolean> {
  return withDeadline(work, waitMs).then(
    () => true,
    () => false,
  )
}

function repeated(request: TakeRequest, { leased }: KnownTake, nowMs: number): TakeResult {
  if (leased === undefined || leased.status === 'cancelled') return { admitted: false, reason: 'cancelled' }
  return admittedByLease(request, leased, nowMs)
}

function admittedByLease({ id, tenant, charges, ttlMs }: TakeRequest, { lease }: Leased, nowMs: number): TakeResult {
  const reservation: Reservation = { id, tenant, charges, ttlMs, source: 'lease' }
  return { admitted: true, reservation, states: lease.states(nowMs), delayMs: 0 }
}
