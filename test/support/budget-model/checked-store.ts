import { expect } from 'vitest'
import type { BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../../../src/budget/budget-store.ts'
import { createAdmissionBounds } from './admission-bounds.ts'
import { bucketName } from './bucket-name.ts'
import { createBudgetModel } from './budget-model.ts'

/** A store, and what can be seen and done of what it stands on. */
export interface Stage {
  readonly store: BudgetStore
  /** The store's time. */
  readonly clock: { ms: number }
  /** Whether the store goes by another clock, and plays histories in which that makes no difference. */
  readonly isFrozen?: boolean
  /** All that the store has written and that is still there. */
  readonly written?: () => Promise<readonly string[]>
  readonly flushScripts?: () => Promise<unknown>
}

/**
 * A store whose every answer is held against the model, and every admission against its bound. After each step all
 * buckets are looked at, through the store and below it: what is to write nothing has left everything as it was.
 */
export interface CheckedStore {
  /** Takes that meet: all are sent before the first is answered, and count in this order. */
  take(...requests: readonly TakeRequest[]): Promise<readonly TakeResult[]>
  settle(reservation: Reservation, actual: readonly number[]): Promise<void>
  cancel(reservation: Reservation): Promise<void>
  moveClock(ms: number): Promise<void>
  flushScripts(): Promise<void>
}

export function createCheckedStore(stage: Stage): CheckedStore {
  const { store, clock, isFrozen = false } = stage
  const model = createBudgetModel(isFrozen)
  const bounds = createAdmissionBounds()
  /** By place and name, every bucket there is, as a charge of nothing. */
  const watched = new Map<string, Map<string, Charge>>()
  let elapsedMs = 0
  let before: Seen = { ms: clock.ms, states: [], written: [] }

  async function look(): Promise<Seen> {
    const peeks = [...watched].map(([tenant, charges]) => ({
      id: 'peek',
      tenant,
      charges: [...charges.values()],
      ttlMs: 1,
    }))
    const results = await Promise.all(peeks.map((peek) => store.take(peek)))
    const states = peeks.flatMap((peek, index) => {
      const result = results[index]
      if (result === undefined || !('states' in result)) throw new Error('A take of nothing is admitted')
      model.take(peek, result, clock.ms)
      return result.states.map(({ remaining, debt }) => remaining - debt)
    })
    return { ms: clock.ms, states, written: (await stage.written?.()) ?? [] }
  }

  /** Looks at buckets that are new, or new under these limits, before anything happens to them. */
  async function watch(requests: readonly TakeRequest[]): Promise<void> {
    let isNew = false
    for (const { tenant, charges } of requests) {
      for (const charge of charges) {
        const place = charge.budget.level === 'global' ? 'any' : tenant
        const known = watched.get(place) ?? new Map<string, Charge>()
        watched.set(place, known)
        const name = bucketName(tenant, charge)
        isNew ||= known.get(name)?.budget !== charge.budget
        known.set(name, { ...charge, amount: 0 })
      }
    }
    if (isNew) await compare(true)
  }

  async function compare(writes: boolean): Promise<void> {
    const after = await look()
    if (!writes) expect(after.written, 'this was to write nothing').toEqual(before.written)
    if (!writes && after.ms === before.ms) expect(after.states, 'this was to change nothing').toEqual(before.states)
    before = after
  }

  async function close(reservation: Reservation, actual: readonly number[], writes: boolean): Promise<void> {
    if (writes) bounds.closed(reservation, actual, clock.ms)
    await compare(writes)
  }

  return {
    async take(...requests) {
      await watch(requests)
      const results = await Promise.all(requests.map((request) => store.take(request)))
      let writes = false
      requests.forEach((request, index) => {
        const result = results[index]
        if (result === undefined || !model.take(request, result, clock.ms)) return
        bounds.admitted(request, result.admitted ? result.delayMs : 0, clock.ms, elapsedMs)
        writes = true
      })
      await compare(writes)
      return results
    },
    async settle(reservation, actual) {
      await store.settle(reservation, actual)
      await close(reservation, actual, model.settle(reservation, actual, clock.ms))
    },
    async cancel(reservation) {
      await store.cancel(reservation)
      await close(reservation, [], model.cancel(reservation, clock.ms))
    },
    async moveClock(ms) {
      clock.ms += ms
      elapsedMs += Math.max(0, ms)
      await compare(false)
    },
    async flushScripts() {
      await stage.flushScripts?.()
      await compare(false)
    },
  }
}

interface Seen {
  readonly ms: number
  readonly states: readonly number[]
  readonly written: readonly string[]
}
