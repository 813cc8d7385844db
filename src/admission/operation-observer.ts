import type { ErrorCode } from '../errors/error-registry.ts'

/** One operation that has ended, as telemetry sees it: no key, no address, no document. */
export interface OperationEnded {
  /** `none` where it is not known who sent it. */
  readonly tier: string
  /**
   * `completed`; `validated`; `abandoned` where the client went away; `failed` where the answer has errors of its
   * resolvers; else the code of the refusal.
   */
  readonly outcome: 'completed' | 'failed' | 'validated' | 'abandoned' | ErrorCode
  /** What was taken before it ran; 0 where it did not run. */
  readonly estimatedCost: number
  readonly actualCost: number
  readonly durationMs: number
}

/** Told of every operation that ends. Must not throw. */
export type OperationObserver = (ended: OperationEnded) => void

/** What was refused before it had a price. */
export function refusedUnpriced(tier: string, outcome: ErrorCode, durationMs: number): OperationEnded {
  return { tier, outcome, estimatedCost: 0, actualCost: 0, durationMs }
}
