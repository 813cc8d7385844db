import type { NowOrLater } from './now-or-later.ts'
import { isAborted } from './operation-controller.ts'

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
export function executeWithDeadline<Result>(
  execute: () => Result | PromiseLike<Result>,
  timeoutMs: number,
  controller: AbortController,
): NowOrLater<Execution<Result>> {
  if (isAborted(controller)) return { kind: 'abandoned', begun: false }
  const startedAtMs = performance.now()
  const passedMs = () => performance.now() - startedAtMs
  const completed = (result: Result): Execution<Result> => ({ kind: 'completed', result, late: passedMs() > timeoutMs })
  const execution = execute()
  // Most of what waits for nothing is over by now, and nobody could have cut it off.
  if (!isPromise(execution)) return completed(execution)
  if (isAborted(controller)) return { kind: 'abandoned', begun: true }
  const { signal } = controller
  return new Promise<Execution<Result>>((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve({ kind: 'timed-out', timeoutMs })
      controller.abort(new DOMException(`The deadline of ${timeoutMs} ms has passed`, 'TimeoutError'))
    }, timeoutMs - passedMs())
    function abandon(): void {
      end()
      resolve({ kind: 'abandoned', begun: true })
    }
    function end(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', abandon)
    }
    signal.addEventListener('abort', abandon, { once: true })
    execution.then(
      (result) => {
        end()
        resolve(completed(result))
      },
      (error) => {
        end()
        reject(error)
      },
    )
  })
}

function isPromise<Result>(execution: Result | PromiseLike<Result>): execution is PromiseLike<Result> {
  return typeof execution === 'object' && execution !== null && 'then' in execution
}
