/** Work that no request waits for. */
export interface Background {
  /** Resolves when the work is done, or has failed. */
  run(work: Promise<void>): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export function createBackground(onFailure: () => void): Background {
  const pending = new Set<Promise<void>>()
  return {
    run(work) {
      const done = work.catch(onFailure).finally(() => pending.delete(done))
      pending.add(done)
      return done
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
