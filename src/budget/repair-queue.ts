export interface RepairQueue {
  /** Tries now, or keeps the job for later where the store is known to be down, as long as it is worth it. Never rejects. */
  run(job: Job, worthMs: number): Promise<void>
  /** Tries what was kept, one after the other, until one fails. Called when the store has shown that it answers. */
  retry(): void
  /** How many jobs were given up. */
  readonly dropped: number
}

export interface RepairQueueOptions {
  readonly isDown: () => boolean
  /** How many jobs are kept. Past that, each new one displaces the oldest. */
  readonly capacity: number
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number
}

type Job = () => Promise<unknown>

interface Kept {
  readonly job: Job
  readonly worthUntil: number
}

/**
 * Settles and cancels that did not reach the store. One that is lost leaves a charge standing, which is safe; one that
 * is repeated changes nothing. They are kept by time, not by tries: where the store is many servers, others may answer
 * all the while.
 */
export function createRepairQueue({ isDown, capacity, now }: RepairQueueOptions): RepairQueue {
  const kept: Kept[] = []
  let dropped = 0
  let retrying = false

  async function attempt(item: Kept): Promise<boolean> {
    try {
      await item.job()
      return true
    } catch {
      keep(item)
      return false
    }
  }

  function keep(item: Kept): void {
    kept.push(item)
    if (kept.length <= capacity) return
    kept.shift()
    dropped += 1
  }

  async function retryKept(): Promise<void> {
    retrying = true
    let working = true
    while (working && !isDown()) {
      const next = kept.shift()
      if (next !== undefined && next.worthUntil <= now()) dropped += 1
      else working = next !== undefined && (await attempt(next))
    }
    retrying = false
  }

  return {
    async run(job, worthMs) {
      const item = { job, worthUntil: now() + worthMs }
      if (isDown()) keep(item)
      else await attempt(item)
    },
    retry() {
      if (!retrying && kept.length > 0) void retryKept()
    },
    get dropped() {
      return dropped
    },
  }
}
