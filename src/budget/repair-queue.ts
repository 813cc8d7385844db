export interface RepairQueue {
  /** Tries now, or keeps the job for later where the store is known to be down. Never rejects. */
  run(job: Job): Promise<void>
  /** Tries what was kept, one after the other, until one fails. Called when the store has shown that it answers. */
  retry(): void
  /** How many jobs were given up. */
  readonly dropped: number
}

export interface RepairQueueOptions {
  readonly isDown: () => boolean
  readonly onFailure: (cause: unknown) => void
  /** How many jobs are kept; more are dropped. */
  readonly capacity: number
  /** How often a job is tried before it is dropped. */
  readonly maxTries: number
}

type Job = () => Promise<unknown>

/**
 * Settles and cancels that did not reach the store. One that is lost leaves a charge standing, which is safe; one that
 * is repeated changes nothing.
 */
export function createRepairQueue({ isDown, onFailure, capacity, maxTries }: RepairQueueOptions): RepairQueue {
  const kept: { readonly job: Job; readonly triesLeft: number }[] = []
  let dropped = 0
  let retrying = false

  async function attempt(job: Job, triesLeft: number): Promise<boolean> {
    try {
      await job()
      return true
    } catch (error) {
      keep(job, triesLeft - 1)
      onFailure(error)
      return false
    }
  }

  function keep(job: Job, triesLeft: number): void {
    if (triesLeft > 0 && kept.length < capacity) kept.push({ job, triesLeft })
    else dropped += 1
  }

  async function retryKept(): Promise<void> {
    retrying = true
    let working = true
    while (working && !isDown()) {
      const next = kept.shift()
      working = next !== undefined && (await attempt(next.job, next.triesLeft))
    }
    retrying = false
  }

  return {
    async run(job) {
      if (isDown()) keep(job, maxTries)
      else await attempt(job, maxTries)
    },
    retry() {
      if (!retrying && kept.length > 0) void retryKept()
    },
    get dropped() {
      return dropped
    },
  }
}
