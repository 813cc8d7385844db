import type { Charge } from '../budget-store.ts'

/** How much is asked for of a set of buckets, over about the last second. */
export interface Demand {
  /** Counts one take of these amounts. */
  record(charges: readonly Charge[], nowMs: number): void
  takesPerSecond(nowMs: number): number
  /** By the index of the charge. */
  amountPerSecond(index: number, nowMs: number): number
}

const CELL_MS = 1000

/** Two counters, the older one fading, as in a sliding window. Who has just begun to ask counts with what came so far. */
export function createDemand(): Demand {
  let current = emptyCell()
  let previous = emptyCell()
  let startedAt = Number.NEGATIVE_INFINITY

  function roll(nowMs: number): void {
    const cells = Math.floor((nowMs - startedAt) / CELL_MS)
    if (cells < 1) return
    previous = cells === 1 ? current : emptyCell()
    current = emptyCell()
    startedAt = cells === 1 ? startedAt + CELL_MS : nowMs
  }

  function perSecond(now: number, before: number, nowMs: number): number {
    return now + before * (1 - (nowMs - startedAt) / CELL_MS)
  }

  return {
    record(charges, nowMs) {
      roll(nowMs)
      current.takes += 1
      const { amounts } = current
      for (let index = 0; index < charges.length; index++) {
        amounts[index] = (amounts[index] ?? 0) + (charges[index]?.amount ?? 0)
      }
    },
    takesPerSecond(nowMs) {
      roll(nowMs)
      return perSecond(current.takes, previous.takes, nowMs)
    },
    amountPerSecond(index, nowMs) {
      roll(nowMs)
      return perSecond(current.amounts[index] ?? 0, previous.amounts[index] ?? 0, nowMs)
    },
  }
}

function emptyCell(): { takes: number; readonly amounts: number[] } {
  return { takes: 0, amounts: [] }
}
