import { type ErrorCode, type ErrorEntry, type ErrorFacts, errorRegistry } from './error-registry.ts'

/** Why something was not done, as a value. Only the edge turns it into an error. */
export interface Refusal {
  readonly code: ErrorCode
  readonly status: number
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

/** A refusal as the registry words it. */
export function refusal<Code extends ErrorCode>(code: Code, facts: ErrorFacts<Code>): Refusal {
  // Each entry takes the facts of its own code; the checker cannot follow that through the generic index.
  const { status, message, extensions } = errorRegistry[code] as ErrorEntry<ErrorFacts<Code>>
  return { code, status, message: message(facts), extensions: extensions(facts) }
}
