/** One limit on use, on one meter, for one kind of subject. */
export type Budget = BudgetFace & (MeteredLimits | SemaphoreLimits)

interface BudgetFace {
  /** Names the budget in headers and errors. With level and meter it says which bucket a charge goes to. */
  readonly name: string
  readonly level: Level
  /** `enforce` denies what does not fit; `shadow` counts it, on a bucket of its own, and lets it pass. */
  readonly mode: Mode
  /**
   * What a take does when the store does not answer: `local` serves from this node's share of the rate; `open` admits
   * and counts; `closed` refuses.
   */
  readonly onStoreFailure: FailurePolicy
  /**
   * From which part of the capacity on a client is warned: 0.8 warns when four fifths are used. Above 0, at most 1.
   * @default none
   */
  readonly softThreshold?: number | undefined
}

type MeteredLimits = { readonly meter: Exclude<Meter, 'concurrency'> } & (
  | TokenBucketLimits
  | LeakyBucketLimits
  | FixedWindowLimits
  | SlidingLimits
)

interface Capacity {
  /** The most that can be used at once, or in one window. An integer of at least 1, in units of the meter. */
  readonly capacity: number
}

/** Fills with what is charged and drains steadily: bursts up to the capacity, the refill rate on average. */
interface TokenBucketLimits extends Capacity {
  readonly algorithm: 'token-bucket'
  /** What comes back each second, in units of the meter. Above 0, fractions are fine. */
  readonly refillPerSecond: number
}

/** A token bucket in which a charge that does not fit yet may wait for its turn. */
interface LeakyBucketLimits extends Capacity {
  readonly algorithm: 'leaky-bucket'
  readonly refillPerSecond: number
  /** How long a charge may have to wait. One that would wait longer is denied. */
  readonly maxDelayMs: number
}

/** A counter that starts at 0 with every window. Windows lie on a grid: days begin at midnight UTC, months on the 1st. */
interface FixedWindowLimits extends Capacity {
  readonly algorithm: 'fixed-window'
  readonly window: Window
}

/** `sliding-window`: two counters, the older one fading. `sliding-log`: every charge, until it is a window old. */
interface SlidingLimits extends Capacity {
  readonly algorithm: 'sliding-window' | 'sliding-log'
  readonly windowMs: number
}

/** A number of milliseconds counted from 1970, or of calendar months counted from January of the year 0; both in UTC. */
export type Window = { readonly ms: number; readonly months?: never } | { readonly months: number; readonly ms?: never }

/** As many at once as the capacity. A charge ends when it is settled, at the latest when the take's `heldMs` are over. */
interface SemaphoreLimits extends Capacity {
  readonly meter: 'concurrency'
  readonly algorithm: 'semaphore'
}

/** Whose budget it is. Those of the level `global` are one for all tenants. */
export type Level = 'ip' | 'client' | 'tenant' | 'operation' | 'global'

/** What a budget counts. */
export type Meter = 'cost' | 'requests' | 'responseBytes' | 'concurrency'

/** How a budget counts. `semaphore` goes with the meter `concurrency`, and only with it. */
export type AlgorithmName = Budget['algorithm']

export type Mode = 'enforce' | 'shadow'

export type FailurePolicy = 'local' | 'open' | 'closed'
