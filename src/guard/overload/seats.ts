import { type ConcurrencyLimitOptions, createConcurrencyLimit } from './concurrency-limit.ts'

/** What operations take up while they run. */
export interface Seats {
  readonly limit: number
  readonly inUse: number
  /** Operations, however many seats they take. */
  readonly running: number
  /** How many operations have sat down since the start. */
  readonly seated: number
  /** How long operations take lately. */
  readonly meanMs: number
  /** How many seats an operation of this cost takes. To be asked once for each. */
  weightOf(cost: number): number
  fits(weight: number): boolean
  sit(operation: Sitting, nowMs: number): Seat
  /** To be called from time to time while somebody waits, and whenever somebody has begun to. */
  tell(someWait: boolean, nowMs: number): void
}

export interface Sitting {
  readonly cost: number
  readonly weight: number
}

export interface Seat {
  readonly kind: 'seated'
  /** Gives the seat back; the first call counts. */
  leave(ending: Ending): void
}

/**
 * How an operation ended. Only what `completed` is a measure of how long operations take: neither what was `cut-off` nor
 * what is another kind of work, such as an error at once or the begin of a subscription.
 */
export type Ending = 'completed' | 'cut-off' | 'unmeasured'

export interface SeatsOptions extends ConcurrencyLimitOptions {
  readonly now: () => number
  /** Told when somebody has left. */
  readonly onLeave: (nowMs: number) => void
}

export function createSeats({ now, onLeave, ...limits }: SeatsOptions): Seats {
  const limit = createConcurrencyLimit(limits)
  let inUse = 0
  let running = 0
  let seated = 0
  let averageCost = 0

  return {
    get limit() {
      return limit.seats
    },
    get inUse() {
      return inUse
    },
    get running() {
      return running
    },
    get seated() {
      return seated
    },
    get meanMs() {
      return limit.meanMs
    },
    /**
     * A dear operation takes more seats than a cheap one, but by the root of its cost alone: what dear ones take grows
     * more slowly, and an estimate is an upper bound. Relative to the average, so that a seat is an average operation.
     */
    weightOf(cost) {
      const known = Math.max(1, cost)
      averageCost += (known - averageCost) * (averageCost === 0 ? 1 : 0.01)
      return Math.min(4, Math.max(0.5, Math.sqrt(known / averageCost)))
    },
    fits(weight) {
      if (running === 0) return true
      return inUse + Math.min(weight, limit.seats) <= limit.seats + 1e-9
    },
    sit({ cost, weight }, nowMs) {
      const taken = Math.min(weight, Math.max(0.5, limit.seats))
      inUse += taken
      running += 1
      seated += 1
      const number = limit.begun()
      let left = false
      return {
        kind: 'seated',
        leave(ending) {
          if (left) return
          left = true
          const endedAtMs = now()
          running -= 1
          // Sums of fractions drift.
          inUse = running === 0 ? 0 : inUse - taken
          if (ending === 'completed') limit.completed(number, cost, endedAtMs - nowMs, endedAtMs)
          else limit.unmeasured(number, endedAtMs)
          onLeave(endedAtMs)
        },
      }
    },
    tell(someWait, nowMs) {
      limit.used(inUse, someWait, nowMs)
    },
  }
}
