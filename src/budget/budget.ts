/** One limit over time, on one meter, for one kind of subject. */
export interface Budget {
  /** Names the budget in headers and errors. With level and meter it says which bucket a charge goes to. */
  readonly name: string
  readonly level: Level
  readonly meter: Meter
  readonly algorithm: Algorithm
  /** What a full budget holds: the largest burst. An integer of at least 1, in units of the meter. */
  readonly capacity: number
  /** What comes back each second, in units of the meter. Above 0, fractions are fine. */
  readonly refillPerSecond: number
  /** `enforce` denies what does not fit; `shadow` counts it, on a bucket of its own, and lets it pass. */
  readonly mode: Mode
  /**
   * What a take does when the store does not answer: `local` serves from this node's share of the rate; `open` admits
   * and counts; `closed` refuses.
   */
  readonly onStoreFailure: FailurePolicy
}

/** Whose budget it is. */
export type Level = 'ip' | 'client' | 'tenant' | 'operation' | 'global'

/** What a budget counts. */
export type Meter = 'cost' | 'requests' | 'responseBytes' | 'concurrency'

export type Algorithm = 'token-bucket'

export type Mode = 'enforce' | 'shadow'

export type FailurePolicy = 'local' | 'open' | 'closed'
