import type { Used } from './charges.ts'

/** What operations that were admitted together have used: it is known once the last of them has ended. */
export interface BatchUse {
  /** Adds what one of them has used. The answer is the sum where it was the last. */
  with(used: Used): Used | undefined
}

export function batchUse(operations: number): BatchUse {
  if (operations === 1) return ALONE
  let ended = 0
  let cost = 0
  let responseBytes = 0
  return {
    with(used) {
      ended += 1
      cost += used.cost
      // Of an answer that nobody has counted, the byte that was taken for it stays.
      responseBytes += used.responseBytes ?? 1
      return ended === operations ? { cost, responseBytes } : undefined
    },
  }
}

const ALONE: BatchUse = { with: (used) => used }
