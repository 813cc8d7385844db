import { readableError } from './readable-error.ts'

export interface FailureWatchOptions {
  /** @default the process that this is */
  readonly process?: Pick<NodeJS.Process, 'on' | 'off'>
  readonly newId: () => string
  /** Told of each promise that was rejected when nobody waited for it any more. The process goes on. */
  readonly onLateRejection: (failure: Failure) => void
  /** Told of each error that nobody caught: from then on nothing is known of the state of the process. */
  readonly onUncaught: (failure: Failure) => void
  /** Answers what was accepted and accepts nothing more. Has to come to an end. Called once. */
  readonly stop: () => Promise<unknown>
  /** Called when `stop` is done. @default process.exit */
  readonly exit?: (code: number) => void
}

export interface Failure {
  /** For finding it in the log. */
  readonly id: string
  readonly error: Error
}

/**
 * Keeps failures that belong to no operation from ending all of them. A rejection that comes late is one resolver's
 * mistake. An uncaught exception may have left anything half done: what was accepted is answered, and the process ends
 * with 1, for whoever watches it to start another.
 */
export function watchFailures(options: FailureWatchOptions): { close(): void } {
  const { process: watched = process, newId, onLateRejection, onUncaught, stop, exit = process.exit } = options
  let stops = false
  function onUnhandledRejection(reason: unknown): void {
    onLateRejection({ id: newId(), error: readableError(reason) })
  }
  function onUncaughtException(thrown: unknown): void {
    onUncaught({ id: newId(), error: readableError(thrown) })
    if (stops) return
    stops = true
    const end = () => exit(1)
    stop().then(end, end)
  }
  watched.on('unhandledRejection', onUnhandledRejection)
  watched.on('uncaughtException', onUncaughtException)
  return {
    close() {
      watched.off('unhandledRejection', onUnhandledRejection)
      watched.off('uncaughtException', onUncaughtException)
    },
  }
}
