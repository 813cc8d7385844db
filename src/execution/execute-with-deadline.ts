/** How an execution ended. */
export type Execution<Result> =
  /** `late`: after the deadline, which a process that was busy noticed too late to cut it off. */
  | { readonly kind: 'completed'; readonly result: Result; readonly late: boolean }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number }
  /** The client went away. `begun`: whether there was any work by then. */
  | { readonly kind: 'abandoned'; readonly begun: boolean }

/**
 * Runs an execution for at most `timeoutMs`. When the time is over, or when `controller` is aborted from outside
 * because the client went away, it stops waiting and leaves the signal aborted: the database cancels what runs and starts
 * nothing more, and whatever else is still under way is ignored.
 */
export async function executeWithDeadline<Result>(
  execute: () => Result | Promise<Result>,
  timeoutMs: number,
  controller: AbortController,
): Promise<Execution<Result>> {
  const { signal } = controller
  if (signal.aborted) return { kind: 'abandoned', begun: false }
  const startedAtMs = performance.now()
  async function complete(): Promise<Execution<Result>> {
    const result = await execute()
    return { kind: 'completed', result, late: performance.now() - startedAtMs > timeoutMs }
  }
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const cutOff = new Promise<Execution<Result>>((resolve) => {
    onAbort = () => resolve({ kind: 'abandoned', begun: true })
    signal.addEventListener('abort', onAbort, { once: true })
    timer = setTimeout(() => {
      resolve({ kind: 'timed-out', timeoutMs })
      controller.abort(new DOMException(`The deadline of ${timeoutMs} ms has passed`, 'TimeoutError'))
    }, timeoutMs)
  })
  try {
    return await Promise.race([complete(), cutOff])
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}
