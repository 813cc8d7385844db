import type { SharedExecution } from './shared-execution.ts'

/** The shared executions of this server, by what those who share one have in common. */
export interface SharedExecutions {
  /**
   * The one of that key, which is begun where there is none. Rejects where it cannot begin, or the signal
   * aborts first.
   *
   * @param begin has a signal that aborts when nobody waits for the execution any more, and says when it has
   * ended
   */
  find(key: string, begin: BeginExecution, signal: AbortSignal): Promise<SharedExecution>
}

export type BeginExecution = (signal: AbortSignal, onEnd: () => void) => Promise<SharedExecution>

export function createSharedExecutions(): SharedExecutions {
  const open = new Map<string, Shared>()

  function begun(key: string, begin: BeginExecution): Shared {
    const controller = new AbortController()
    const isOpen = () => open.get(key) === shared
    const onEnd = () => void (isOpen() && open.delete(key))
    const shared: Shared = { execution: begin(controller.signal, onEnd), controller, waiting: 0 }
    open.set(key, shared)
    // Who asks next is not to wait for one that is given up.
    controller.signal.addEventListener('abort', onEnd, { once: true })
    shared.execution.catch(onEnd)
    return shared
  }

  return {
    async find(key, begin, signal) {
      signal.throwIfAborted()
      const shared = open.get(key) ?? begun(key, begin)
      shared.waiting += 1
      let leave: (() => void) | undefined
      const left = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason)
        signal.addEventListener('abort', leave, { once: true })
      })
      try {
        return await Promise.race([shared.execution, left])
      } finally {
        if (leave !== undefined) signal.removeEventListener('abort', leave)
        shared.waiting -= 1
        if (shared.waiting === 0 && signal.aborted) giveUp(shared, signal.reason)
      }
    },
  }
}

/** Ends what nobody waits for, whether it has begun just now or is beginning. */
function giveUp({ execution, controller }: Shared, reason: unknown): void {
  execution.then(
    (begun) => begun.endIfDeserted(),
    () => undefined,
  )
  controller.abort(reason)
}

interface Shared {
  readonly execution: Promise<SharedExecution>
  readonly controller: AbortController
  /** How many wait for it to begin. */
  waiting: number
}
