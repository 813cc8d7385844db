import { PRIORITIES } from './waiting-room.ts'

/**
 * Who comes in at all. What would wait in vain is turned away before it is read, for what is read and not served is work
 * that is lost.
 */
export interface Door {
  /** An operation is in: it waits, or has a seat. */
  entered(priority: number): void
  /** How long one of this priority would wait behind so many of its priority and above. */
  waitMs(priority: number, ahead: number): number
  /** One was let in, or was not. */
  passed(priority: number, letIn: boolean): void
  /** Which part of those of this priority is let in lately. */
  shareOf(priority: number): number
  /** To be called now and then. */
  look(nowMs: number): void
}

const PERIOD_MS = 100
/** What is older than this counts little. */
const MEMORY_MS = 500
/** Of the seats, this part is taken to be left for whoever comes, however many come above. */
const LEFT = 0.02
const SHARE_MEMORY = 100

/** @param seatedPerMs how many can be seated each millisecond */
export function createDoor(seatedPerMs: () => number, startedAtMs: number): Door {
  const entered = new Array<number>(PRIORITIES).fill(0)
  const enteredPerMs = new Array<number>(PRIORITIES).fill(0)
  const shares = new Array<number>(PRIORITIES).fill(1)
  let lookedAtMs = startedAtMs

  /** Those that come later and are served earlier. */
  function abovePerMs(priority: number): number {
    return enteredPerMs.reduce((sum, perMs, other) => (other > priority ? sum + perMs : sum), 0)
  }

  return {
    entered(priority) {
      entered[priority] = (entered[priority] ?? 0) + 1
    },
    waitMs(priority, ahead) {
      if (ahead === 0) return 0
      const perMs = seatedPerMs()
      return ahead / Math.max(perMs * LEFT, perMs - abovePerMs(priority))
    },
    passed(priority, letIn) {
      const share = shares[priority] ?? 1
      shares[priority] = share + ((letIn ? 1 : 0) - share) / SHARE_MEMORY
    },
    shareOf: (priority) => shares[priority] ?? 1,
    look(nowMs) {
      const elapsedMs = nowMs - lookedAtMs
      if (elapsedMs < PERIOD_MS) return
      lookedAtMs = nowMs
      const weight = 1 - Math.exp(-elapsedMs / MEMORY_MS)
      for (const [priority, count] of entered.entries()) {
        const before = enteredPerMs[priority] ?? 0
        enteredPerMs[priority] = before + (count / elapsedMs - before) * weight
        entered[priority] = 0
      }
    },
  }
}
