/** How an execution ended. */
export type Execution<Result> =
  | { readonly kind: 'completed'; readonly result: Result }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number }
  /** The client went away. `begun`: whether there was any work by then. */
  | { readonly kind: 'abandoned'; readonly begun: boolean }

/**
 * Runs an execution for at most `timeoutMs`. When the time is over, or when `controller` is aborted from outside
 * because the client went away, it stops waiting and leaves the signal aborted: loaders and repositories that watch it
 * start nothing more, and what is still under way is ignored.
 */
export async function executeWithDeadline<Result>(
  execute: () => Result | Promise<Result>,
  timeoutMs: number,
  controller: AbortController,
): Promise<Execution<Result>> {
  const { signal } = controller
  if (signal.aborted) return { kind: 'abandoned', begun: false }
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
    return await Promise.race([complete(execute), cutOff])
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
  }
}

async function complete<Result>(execute: () => Result | Promise<Result>): Promise<Execution<Result>> {
  return { kind: 'completed', result: await execute() }
}
