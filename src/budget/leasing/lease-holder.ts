import type { Budget } from '../budget.ts'
import type { BudgetState, BudgetStore, Charge, TakeRequest, TakeResult } from '../budget-store.ts'
import type { Background } from './background.ts'
import { createDemand } from './demand.ts'
import { createLease, type Lease, type LeasedTake, type Slice } from './lease.ts'
import { type SliceOptions, sliceAmounts } from './slice-amounts.ts'

/** Who takes from one set of buckets: how much is asked for, and the lease that serves it. */
export interface LeaseHolder {
  /** When its demand is worth nothing any more. */
  readonly expiresAt: number
  /** Serves a take from the lease and counts it, if the lease has enough. Otherwise nothing has happened to either. */
  serve(request: TakeRequest, nowMs: number): Leased | undefined
  /** The same, but counts it in any case. */
  take(request: TakeRequest, nowMs: number): Leased | undefined
  /** Replaces what an operation took from a lease by what it used. */
  settle(leased: Leased, actual: readonly number[], nowMs: number): void
  /** Is told how the store decided a take, and asks it for a slice where that pays. */
  learn(result: TakeResult, nowMs: number): void
  /** Whether a take that the store denied would fit if the lease were given back, which can be done at once. */
  standsInTheWay(charges: readonly Charge[], result: TakeResult, nowMs: number): boolean
  /** Serves nothing more from the lease, and gives back what is left of it when its operations are settled. */
  endLease(nowMs: number): Promise<void>
  /** Ends what is idle or over, and waits no longer where it has waited enough. False where nothing is left to do. */
  sweep(nowMs: number): boolean
}

/** A take that a lease has served. */
export interface Leased {
  readonly lease: Lease
  readonly take: LeasedTake
}

export interface LeaseHolderOptions extends SliceOptions {
  readonly store: BudgetStore
  readonly now: () => number
  readonly newId: () => string
  readonly idleMs: number
  readonly leaseMs: number
  readonly settleWaitMs: number
  readonly background: Background
  /** From then on no lease is taken, and none waits for its operations. */
  readonly isClosed: () => boolean
  /** Told when there is a lease, which has to be swept. */
  readonly onLease: (holder: LeaseHolder) => void
  /** Told whether the store has admitted a slice. */
  readonly onSlice: (admitted: boolean) => void
}

/**
 * How long no slice is asked for after the store had no room for one, after it was not there, and after operations used
 * more than they were estimated to and than a slice held.
 */
const PAUSE_MS = { exhausted: 100, down: 1000, overdrawn: 5000 }

/** How much longer than the lease may last a slice can be settled. */
const SLACK_MS = 5000

/** How long demand is remembered after its last take. */
const FORGET_MS = 5000

/** @param takesBefore how many takes like the first one there have been lately */
export function createLeaseHolder(
  { tenant, charges: first }: Pick<TakeRequest, 'tenant' | 'charges'>,
  options: LeaseHolderOptions,
  takesBefore = 0,
): LeaseHolder {
  const { store, now, newId, idleMs, leaseMs, settleWaitMs, background, isClosed, onLease, onSlice } = options
  const demand = createDemand()
  /** Leases that wait for their operations, and until when. */
  const ending = new Map<Lease, number>()
  let charges = first
  let seen: readonly BudgetState[] = []
  let lease: Lease | undefined
  let asking = false
  let askAgainAtMs = 0
  let takenAtMs = now()
  for (let take = 0; take < takesBefore; take++) demand.record(first, takenAtMs)

  /** Whether others go by the limits that the latest take knows. */
  function isCurrent(others: readonly { readonly budget: Budget }[]): boolean {
    for (let index = 0; index < charges.length; index++) {
      if (charges[index]?.budget !== others[index]?.budget) return false
    }
    return true
  }

  async function giveBack(ended: Lease, nowMs: number): Promise<void> {
    ending.delete(ended)
    const settlements = ended.settlements(nowMs)
    await Promise.all(settlements.map(({ reservation, actual }) => background.run(store.settle(reservation, actual))))
  }

  async function endLease(nowMs: number): Promise<void> {
    const ended = lease
    lease = undefined
    if (ended === undefined) return
    if (ended.isQuiet(nowMs) || isClosed()) await giveBack(ended, nowMs)
    else ending.set(ended, nowMs + settleWaitMs)
  }

  function renew(nowMs: number): void {
    const isOld = lease !== undefined && nowMs >= lease.startedAtMs + leaseMs
    if (asking || isClosed() || (lease !== undefined && !isOld && !lease.isLow(nowMs))) return
    const amounts = nowMs < askAgainAtMs ? undefined : sliceAmounts(charges, demand, seen, options, nowMs)
    if (amounts !== undefined) void background.run(ask(amounts, nowMs))
    else if (isOld) void endLease(nowMs)
  }

  async function ask(amounts: readonly number[], sentAtMs: number): Promise<void> {
    const slices = charges.map(({ budget, subject }, index) => ({ budget, subject, amount: amounts[index] ?? 0 }))
    const request = { id: newId(), tenant, charges: slices, ttlMs: leaseMs + settleWaitMs + SLACK_MS }
    asking = true
    const result = await store.take(request).catch(() => undefined)
    asking = false
    if (result === undefined) {
      pause(PAUSE_MS.down)
      // It may have been charged all the same.
      await store.cancel({ ...request, source: 'store' })
    } else if (!result.admitted) {
      pause(result.reason === 'exhausted' ? PAUSE_MS.exhausted : PAUSE_MS.down)
      look(result)
    } else if (result.reservation.source !== 'store') {
      // What a node allows itself while the store is down is no slice of what all share.
      pause(PAUSE_MS.down)
      await giveUp(result)
    } else if (isClosed() || !isCurrent(slices)) {
      await giveUp(result)
    } else {
      onSlice(true)
      look(result)
      receive({ ...result, sentAtMs }, now())
    }
  }

  function pause(pauseMs: number): void {
    onSlice(false)
    askAgainAtMs = now() + pauseMs
  }

  async function giveUp({ reservation }: Pick<Slice, 'reservation'>): Promise<void> {
    const nothing = reservation.charges.map(() => 0)
    await store.settle(reservation, nothing)
  }

  function receive(slice: Slice, nowMs: number): void {
    if (lease !== undefined && nowMs < Math.min(lease.usableUntilMs, lease.startedAtMs + leaseMs)) {
      lease.add(slice, nowMs)
      return
    }
    void endLease(nowMs)
    lease = createLease(slice, nowMs)
    // In a window that is about to end it is not worth asking again.
    if (nowMs >= lease.usableUntilMs) askAgainAtMs = nowMs + PAUSE_MS.exhausted
    onLease(holder)
  }

  function look(result: TakeResult): void {
    if (!('states' in result) || !isCurrent(result.states)) return
    if (result.admitted && result.reservation.source !== 'store') return
    seen = result.states
  }

  const holder: LeaseHolder = {
    get expiresAt() {
      return takenAtMs + FORGET_MS
    },
    serve(request, nowMs) {
      takenAtMs = nowMs
      if (!isCurrent(request.charges)) {
        void endLease(nowMs)
        charges = request.charges
        seen = []
      }
      if (lease !== undefined && nowMs >= lease.usableUntilMs) void endLease(nowMs)
      const server = lease
      const take = server?.take(request.charges, nowMs, nowMs + request.ttlMs)
      if (server === undefined || take === undefined) return undefined
      demand.record(request.charges, nowMs)
      renew(nowMs)
      return { lease: server, take }
    },
    take(request, nowMs) {
      const leased = holder.serve(request, nowMs)
      if (leased === undefined) demand.record(request.charges, nowMs)
      return leased
    },
    settle({ lease: server, take }, actual, nowMs) {
      server.settle(take, actual, nowMs)
      if (server === lease && server.isOverdrawn(nowMs)) {
        // The store has to know of the debt, and only when all operations are settled does it know of all.
        askAgainAtMs = nowMs + PAUSE_MS.overdrawn
        void endLease(nowMs)
      } else if (ending.has(server) && server.isQuiet(nowMs)) void giveBack(server, nowMs)
    },
    learn(result, nowMs) {
      look(result)
      renew(nowMs)
    },
    standsInTheWay(denied, result, nowMs) {
      const held = lease
      if (held === undefined || result.admitted || result.reason !== 'exhausted' || !held.isQuiet(nowMs)) return false
      return denied.every(({ budget, amount }, index) => {
        const state = result.states[index]
        if (budget.mode === 'shadow' || amount === 0 || state === undefined) return true
        return amount <= state.remaining - state.debt + Math.floor(held.left(index, nowMs))
      })
    },
    endLease,
    sweep(nowMs) {
      const isIdle = nowMs >= takenAtMs + idleMs
      if (lease !== undefined && (isIdle || isClosed() || nowMs >= lease.usableUntilMs)) void endLease(nowMs)
      for (const [ended, untilMs] of ending) {
        if (nowMs >= untilMs || isClosed() || ended.isQuiet(nowMs)) void giveBack(ended, nowMs)
      }
      return lease !== undefined || ending.size > 0
    },
  }
  return holder
}
