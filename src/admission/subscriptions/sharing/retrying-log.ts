import type { EventLog } from '../../../events/event-log.ts'
import { EventLogClosedError } from '../../../events/event-log-closed-error.ts'

export interface RetryingLogOptions {
  /** Nobody waits for an answer any more once it aborts. */
  readonly signal: AbortSignal
  /** Until when it is tried, by `now`. */
  readonly deadlineMs: number
  readonly now: () => number
  /** Resolves after a time, or when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** How soon it is tried again. */
const RETRY_MS = 250

/**
 * The same log for one who begins or resumes a subscription: an outage that is soon over only delays it.
 * Rejects at the deadline, whether an attempt has failed or not been answered, and at once where nobody waits
 * or the log is closed.
 */
export function retryingLog(
  log: EventLog,
  { signal, deadlineMs, now, wait }: RetryingLogOptions,
): Pick<EventLog, 'follow' | 'read'> {
  // One listener for all that is asked for at a time: there may be many topics.
  const pending = new Set<AbortController>()

  function begin(): AbortController {
    const ended = new AbortController()
    if (signal.aborted) ended.abort()
    else if (pending.size === 0) signal.addEventListener('abort', endAll, { once: true })
    pending.add(ended)
    return ended
  }

  function end(ended: AbortController): void {
    pending.delete(ended)
    if (pending.size === 0) signal.removeEventListener('abort', endAll)
    ended.abort()
  }

  function endAll(): void {
    for (const ended of pending) ended.abort()
  }

  /** @param undo what is done with an answer that comes too late */
  async function retry<Answer>(attempt: () => Promise<Answer>, undo: (answer: Answer) => void): Promise<Answer> {
    const ended = begin()
    const isOver = () => ended.signal.aborted || now() >= deadlineMs
    const over = wait(deadlineMs - now(), ended.signal)
    let lastError: unknown
    try {
      while (!isOver()) {
        const answer = attempt()
        try {
          const first = await Promise.race([answer.then((value) => ({ value })), over.then(() => undefined)])
          if (first !== undefined) return first.value
          answer.then(undo, () => undefined)
        } catch (error) {
          if (error instanceof EventLogClosedError) throw error
          lastError = error
          await wait(Math.min(RETRY_MS, deadlineMs - now()), ended.signal)
        }
      }
      throw new Error('The event log has not answered in time, or for nobody any more', { cause: lastError })
    } finally {
      end(ended)
    }
  }

  return {
    follow: (topic, follower) =>
      retry(
        () => log.follow(topic, follower),
        (following) => following.stop(),
      ),
    read: (topic, after, limit) =>
      retry(
        () => log.read(topic, after, limit),
        () => undefined,
      ),
  }
}
