import type { BudgetStore, Reservation, TakeRequest, TakeResult } from '../budget-store.ts'
import { checkSettle, checkTake } from '../check-take.ts'
import { knownBudget } from '../known-budget.ts'
import { createExpiringMap, type Expiring } from '../memory/expiring-map.ts'
import { placeOf } from '../place.ts'
import { withDeadline } from '../with-deadline.ts'
import { withPromptVerbs } from '../with-prompt-verbs.ts'
import { createBackground } from './background.ts'
import { createLeaseHolder, type Leased, type LeaseHolder } from './lease-holder.ts'
import { isLeasable } from './lease-rule.ts'
import { createNewcomers } from './newcomers.ts'
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
  const newcomers = createNewcomers()
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

  /** Undefined for who has hardly asked yet: who is busy has come a quarter as often as makes it so within a second. */
  function holderOf(request: TakeRequest, nowMs: number): LeaseHolder | undefined {
    const key = holderKey(request)
    const known = holders.get(key, nowMs)
    if (known !== undefined) return known
    const times = newcomers.count(key, nowMs)
    if (times <= busyTakesPerSecond / 4) return undefined
    // Whose counter is another one's too has no more demand than who had to come that often.
    const holder = createLeaseHolder(request, holderOptions, Math.min(times - 1, busyTakesPerSecond / 4))
    holders.set(key, holder, nowMs)
    return holder
  }

  async function take(request: TakeRequest): Promise<TakeResult> {
    checkTake(request)
    const nowMs = now()
    const isOnly = request.isOnly === true
    const known = isOnly ? undefined : takes.get(request.id, nowMs)
    if (known?.leased !== undefined) return repeated(request, known, nowMs)
    if (!isLeasing(request)) {
      counts.direct += 1
      return store.take(request)
    }
    const holder = holderOf(request, nowMs)
    const leased = known === undefined ? holder?.take(request, nowMs) : undefined
    if (holder !== undefined && leased !== undefined) return served(request, holder, leased, nowMs)
    counts.direct += 1
    if (!isOnly) takes.set(request.id, { leased: undefined, expiresAt: nowMs + request.ttlMs + SLACK_MS }, nowMs)
    return holder === undefined ? store.take(request) : takeFromStore(request, holder)
  }

  function takeNow(request: TakeRequest): TakeResult | undefined {
    // What may have been asked for before is looked up in the long way.
    if (request.isOnly !== true) return undefined
    if (!isLeasing(request)) {
      const result = store.takeNow?.(request)
      if (result !== undefined) counts.direct += 1
      return result
    }
    checkTake(request)
    const nowMs = now()
    const holder = holders.get(holderKey(request), nowMs)
    const leased = holder?.serve(request, nowMs)
    return holder && leased && served(request, holder, leased, nowMs)
  }

  function isLeasing(request: TakeRequest): boolean {
    return !closed && busyTakesPerSecond !== Number.POSITIVE_INFINITY && canBeLeased(request)
  }

  function served(request: TakeRequest, holder: LeaseHolder, { lease, take }: Leased, nowMs: number): TakeResult {
    counts.leased += 1
    const leased: LeasedOperation = { lease, take, holder, status: 'open' }
    // What is not asked for again need not be found by its id.
    if (request.isOnly !== true) takes.set(request.id, { leased, expiresAt: nowMs + request.ttlMs + SLACK_MS }, nowMs)
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
  function settleLeased(reservation: Reservation, actual: readonly number[], status: 'settled' | 'cancelled'): boolean {
    const nowMs = now()
    const leased = LeasedReservation.operationOf(reservation) ?? takes.get(reservation.id, nowMs)?.leased
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
      takeNow,
      settleNow(reservation, actual) {
        checkSettle(reservation, actual)
        return (
          settleLeased(reservation, actual, 'settled') || (store.settleNow?.(ofStore(reservation), actual) ?? false)
        )
      },
      async settle(reservation, actual) {
        checkSettle(reservation, actual)
        if (settleLeased(reservation, actual, 'settled')) return
        await store.settle(ofStore(reservation), actual)
      },
      async cancel(reservation) {
        if (settleLeased(reservation, [], 'cancelled')) return
        const nowMs = now()
        const expiresAt = nowMs + reservation.ttlMs + SLACK_MS
        // No lease may serve a take that comes later.
        takes.set(reservation.id, { leased: undefined, expiresAt }, nowMs)
        await store.cancel(ofStore(reservation))
      },
    },
    { now, deadlineMs, maxEntries },
  )

  const leasing: LeasingBudgetStore = {
    take: verbs.take,
    settle: verbs.settle,
    cancel: verbs.cancel,
    counts: () => ({ ...counts, leases: swept.size }),
    async close() {
      closed = true
      sweep()
      await background.idle()
      await store.close()
    },
  }
  return withPromptVerbs(leasing, verbs)
}

/** A take that may come again, and has to be settled where it was served. */
interface KnownTake extends Expiring {
  /** Undefined where the store decides everything about it. */
  readonly leased: LeasedOperation | undefined
}

/** What a lease has served. It is settled once. */
interface LeasedOperation extends Leased {
  readonly holder: LeaseHolder
  status: 'open' | 'settled' | 'cancelled'
}

/** A reservation that knows what a lease has served for it. */
class LeasedReservation implements Reservation {
  readonly id: string
  readonly tenant: string
  readonly charges: Reservation['charges']
  readonly ttlMs: number
  readonly source = 'lease'
  readonly #operation: LeasedOperation

  constructor({ id, tenant, charges, ttlMs }: TakeRequest, operation: LeasedOperation) {
    this.id = id
    this.tenant = tenant
    this.charges = charges
    this.ttlMs = ttlMs
    this.#operation = operation
  }

  /** Undefined for others, and for copies. */
  static operationOf(reservation: Reservation): LeasedOperation | undefined {
    return #operation in reservation ? reservation.#operation : undefined
  }
}

/** A take of nothing only looks: it is shown what the store has. */
function canBeLeased({ charges }: TakeRequest): boolean {
  let isCharged = false
  for (const charge of charges) {
    if (!isLeasable(charge)) return false
    if (charge.amount > 0) isCharged = true
  }
  return isCharged
}

// Tenants and subjects are free text: with their lengths, none of them runs into another.
function holderKey({ tenant, charges }: TakeRequest): string {
  const place = placeOf(tenant, charges)
  let key = `${place.length}:${place}`
  let last: string | undefined
  for (const { budget, subject } of charges) {
    const { scopeNumber } = knownBudget(budget)
    // Most budgets of an operation are of the same subject.
    key += subject === last ? `${scopeNumber}=` : `${subject.length}:${scopeNumber}:${subject}`
    last = subject
  }
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

function admittedByLease(request: TakeRequest, leased: LeasedOperation, nowMs: number): TakeResult {
  const reservation = new LeasedReservation(request, leased)
  return { admitted: true, reservation, states: leased.lease.states(nowMs), delayMs: 0 }
}
