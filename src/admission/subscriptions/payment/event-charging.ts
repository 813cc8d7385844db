import type { Client } from '../../../accounts/client.ts'
import type { BudgetState, BudgetStore, Reservation, TakeResult } from '../../../budget/budget-store.ts'
import { limitsOf } from '../../../budget/limits.ts'
import type { BudgetObserver } from '../../charging/budget-event.ts'
import { takeEvents } from '../../charging/budget-event.ts'
import { type EventUse, eventCharges } from '../../charging/charges.ts'
import { tenantOf } from '../../charging/tenant-of.ts'
import { type Policy, tierOf } from '../../policy.ts'

/** Takes what events cost from the budgets of those they are delivered to. */
export interface EventCharging {
  /**
   * Takes one event. What is asked for in the same turn for events that are alike is taken from each client
   * at once: as many of them are admitted as fit, the first ones first.
   */
  take(client: Client, use: EventUse): Promise<EventCharge>
  /**
   * Takes several events that are alike at once, all or none. Undefined, and nothing taken, where events may
   * have to wait for their turn in a leaky bucket: each of them has its own.
   */
  takeSeveral(client: Client, use: EventUse, events: number): Promise<EventCharge | undefined>
}

type Denied = Extract<TakeResult, { admitted: false }>

export type EventCharge =
  | {
      readonly kind: 'charged'
      /** How long a leaky bucket makes it wait. */
      readonly delayMs: number
      readonly states: readonly BudgetState[]
      /**
       * Gives back so many events that nobody was told of after all. In the turn in which it is known, or it
       * may be lost.
       */
      giveBack(events: number): void
    }
  | { readonly kind: 'denied'; readonly result: Denied }
  /** The tier of the client is not there any more. */
  | { readonly kind: 'no-tier' }

export interface EventChargingOptions {
  readonly store: BudgetStore
  /** Read anew for each take. */
  readonly policy: () => Policy
  readonly newId: () => string
  /** Told of what could not be given back, and stays charged. */
  readonly onSettleFailure: (cause: unknown) => void
  readonly onBudgetEvent?: BudgetObserver | undefined
}

/** Those of one client that wait for the same take. */
interface Asked {
  readonly client: Client
  readonly use: EventUse
  readonly answers: {
    readonly resolve: (charge: EventCharge) => void
    readonly reject: (error: unknown) => void
  }[]
}

export function createEventCharging(options: EventChargingOptions): EventCharging {
  const { store, policy, newId, onSettleFailure, onBudgetEvent } = options
  let asked = new Map<EventUse, Map<string, Asked>>()

  function flush(): void {
    const all = asked
    asked = new Map()
    for (const clients of all.values()) for (const one of clients.values()) void answer(one)
  }

  async function answer({ client, use, answers }: Asked): Promise<void> {
    let rest = answers
    let events = rest.length
    try {
      while (rest.length > 0) {
        const charge = await takeSeveral(client, use, events)
        if (charge.kind === 'denied' && events > 1) {
          events = fitting(charge.result, events)
          continue
        }
        // Where not even one fits, no other does.
        const answered = charge.kind === 'denied' ? rest.length : events
        for (const { resolve } of rest.slice(0, answered)) resolve(charge)
        rest = rest.slice(answered)
        events = rest.length
      }
    } catch (error) {
      for (const { reject } of rest) reject(error)
    }
  }

  async function takeSeveral(client: Client, use: EventUse, events: number): Promise<EventCharge> {
    const current = policy()
    const tier = tierOf(current, client)
    if (tier === undefined) return { kind: 'no-tier' }
    const charges = eventCharges(current, tier, client, use, events)
    if (charges.length === 0) return FREE
    const result = await store.take({ id: newId(), tenant: tenantOf(client), charges, ttlMs: TTL_MS })
    if (onBudgetEvent !== undefined) takeEvents(client.tier, charges, result).forEach(onBudgetEvent)
    if (!result.admitted) return { kind: 'denied', result }
    const { delayMs, states, reservation } = result
    return { kind: 'charged', delayMs, states, giveBack: givingBack(reservation, events) }
  }

  /** A take is settled once: those who leave in one turn get theirs back together. */
  function givingBack(reservation: Reservation, events: number): (unused: number) => void {
    let unused = 0
    return (count) => {
      if (unused === 0) setImmediate(settle)
      unused += count
    }

    function settle(): void {
      const used = reservation.charges.map(({ amount }) => (amount / events) * (events - unused))
      store.settle(reservation, used).catch(onSettleFailure)
    }
  }

  return {
    async takeSeveral(client, use, events) {
      const { globalBudgets } = policy()
      const budgets = [...globalBudgets, ...(tierOf(policy(), client)?.budgets ?? [])]
      return budgets.some((budget) => limitsOf(budget).maxDelayMs > 0) ? undefined : takeSeveral(client, use, events)
    },
    take(client, use) {
      if (asked.size === 0) queueMicrotask(flush)
      const clients = asked.get(use) ?? new Map<string, Asked>()
      const one = clients.get(client.id) ?? { client, use, answers: [] }
      asked.set(use, clients.set(client.id, one))
      return new Promise((resolve, reject) => one.answers.push({ resolve, reject }))
    },
  }
}

/**
 * What an event costs is known. It comes back only where its subscriber has left meanwhile, which shows at
 * once.
 */
const TTL_MS = 5_000

const FREE: EventCharge = { kind: 'charged', delayMs: 0, states: [], giveBack: () => undefined }

/**
 * How many of the events that were denied together would have fitted: at least one, which may still not fit.
 */
function fitting(result: Denied, events: number): number {
  if (result.reason !== 'exhausted') return 1
  const fit = result.denials.map(({ amount, remaining }) => Math.floor((remaining * events) / amount))
  return Math.max(1, Math.min(events - 1, ...fit))
}
