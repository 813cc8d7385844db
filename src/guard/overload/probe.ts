import { count, emptyTally } from './tally.ts'

/** A short time with few seats, in which it is seen what operations take, and how much gets done. */
export interface Probe {
  readonly seats: number
  used(seats: number, elapsedMs: number): void
  begun(number: number): void
  ended(number: number): void
  measured(number: number, tookMs: number, expectedMs: number): void
  /** What was found, once it is over: undefined where that is too little. */
  advance(now: ProbedState): { readonly found: ProbeResult | undefined } | undefined
}

export interface ProbedState {
  readonly inUse: number
  /** Operations that have begun since the start. */
  readonly begun: number
  readonly meanMs: number
  readonly nowMs: number
}

export interface ProbeResult {
  readonly seats: number
  /** How many times as long as expected operations took. */
  readonly factor: number
  readonly seatsUsed: number
}

export function createProbe(seats: number, startedAtMs: number): Probe {
  // All that begin, not all that end, are waited for: those that end soon are the short ones.
  const size = Math.max(16, Math.ceil(2 * seats))
  /** The first operation that is measured. Undefined while earlier ones leave. */
  let first: number | undefined
  /** How many of those that are measured still run. */
  let pending = 0
  let tally = emptyTally(startedAtMs)

  const isMeasured = (number: number) => first !== undefined && number >= first && number < first + size

  return {
    seats,
    used(inUse, elapsedMs) {
      tally.seatMs += inUse * elapsedMs
    },
    begun(number) {
      if (isMeasured(number)) pending += 1
    },
    ended(number) {
      if (isMeasured(number)) pending -= 1
    },
    measured(number, tookMs, expectedMs) {
      if (isMeasured(number)) count(tally, tookMs, expectedMs)
    },
    advance({ inUse, begun, meanMs, nowMs }) {
      // When fewer operations run than it allows, those that begin from now on are measured.
      if (first === undefined && inUse <= seats) {
        first = begun
        tally = emptyTally(nowMs)
      }
      const complete = first !== undefined && begun - first >= size && pending === 0
      if (!complete && nowMs - startedAtMs < 200 + 20 * meanMs) return undefined
      if (tally.count < size / 2) return { found: undefined }
      const factor = tally.tookMs / tally.expectedMs
      return { found: { seats, factor, seatsUsed: tally.seatMs / Math.max(1, nowMs - tally.startedAtMs) } }
    },
  }
}
