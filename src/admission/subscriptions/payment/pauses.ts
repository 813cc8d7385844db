/** What waits until budgets have refilled: what waits for the same has one timer. */
export interface Pauses {
  /**
   * Resolves when the pause is over; the first one to wait for it says how long it is. At once when the
   * signal aborts.
   */
  wait(what: string, ms: number, signal: AbortSignal): Promise<void>
}

interface Pause {
  readonly waiting: Set<() => void>
  readonly cancel: () => void
}

/** A budget may be raised meanwhile, so that it is looked at now and then. */
const MAX_PAUSE_MS = 60_000

/** @param after calls back once after a time, and answers how to call it off */
export function createPauses(after: (ms: number, callback: () => void) => () => void): Pauses {
  const pauses = new Map<string, Pause>()

  function begin(what: string, ms: number): Pause {
    const waiting = new Set<() => void>()
    const cancel = after(Math.min(ms, MAX_PAUSE_MS), () => {
      pauses.delete(what)
      // All of them at once: then they take together what there is.
      for (const resume of waiting) resume()
    })
    const pause = { waiting, cancel }
    pauses.set(what, pause)
    return pause
  }

  return {
    wait(what, ms, signal) {
      if (signal.aborted) return Promise.resolve()
      const pause = pauses.get(what) ?? begin(what, ms)
      return new Promise((resolve) => {
        function resume(): void {
          signal.removeEventListener('abort', leave)
          resolve()
        }
        function leave(): void {
          pause.waiting.delete(resume)
          if (pause.waiting.size === 0 && pauses.get(what) === pause) {
            pauses.delete(what)
            pause.cancel()
          }
          resolve()
        }
        pause.waiting.add(resume)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
