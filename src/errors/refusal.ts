import { type ErrorCode, type ErrorEntry, type ErrorFacts, errorRegistry } from './error-registry.ts'

/** Why something was not done, as a value. Only the edge turns it into an error. */
export interface Refusal {
  readonly code: ErrorCode
  readonly status: number
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
  /** Undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined
}

/** A refusal as the registry words it. */
export function refusal<Code extends ErrorCode>(code: Code, facts: ErrorFacts<Code>): Refusal {
  // Each entry takes the facts of its own code; the checker cannot follow that through the generic index.
  const entry = errorRegistry[code] as ErrorEntry<ErrorFacts<Code>>
  return {
    code,
    status: entry.status,
    message: entry.message(facts),
    extensions: entry.extensions(facts),
    retryAfterMs: entry.retryAfterMs?.(facts) ?? undefined,
  }
}
