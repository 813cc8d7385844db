/** What operations took over some time, against what they should have taken. */
export interface Tally {
  readonly startedAtMs: number
  /** How many were measured. */
  count: number
  tookMs: number
  expectedMs: number
  /** Seats in use, times how long. */
  seatMs: number
}

export function emptyTally(nowMs: number): Tally {
  return { startedAtMs: nowMs, count: 0, tookMs: 0, expectedMs: 0, seatMs: 0 }
}

export function count(tally: Tally, tookMs: number, expectedMs: number): void {
  tally.count += 1
  // A clock may be too coarse for what is quick.
  tally.tookMs += Math.max(0.01, tookMs)
  tally.expectedMs += Math.max(0.01, expectedMs)
}
