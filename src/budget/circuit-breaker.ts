export interface CircuitBreakerOptions {
  /** How many failures in a row open it. */
  readonly failuresToOpen: number
  /** How often an open breaker tries. */
  readonly probeIntervalMs: number
  /** The try. The breaker closes when it resolves. */
  readonly probe: () => Promise<unknown>
  /** Told after each change. What it throws becomes a warning of the process. */
  readonly onChange: (open: boolean, cause: Error | undefined) => void
}

export interface CircuitBreaker {
  readonly open: boolean
  succeeded(): void
  failed(cause: unknown): void
  close(): void
}

/**
 * Keeps callers from waiting for something that does not answer. While it is open nobody should call; it tries by
 * itself, so that no caller pays for the try.
 */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { failuresToOpen, probeIntervalMs, probe, onChange } = options
  let failures = 0
  let open = false
  let timer: NodeJS.Timeout | undefined
  let ended = false

  function change(to: boolean, cause?: Error): void {
    open = to
    failures = 0
    try {
      onChange(to, cause)
    } catch (error) {
      // Whoever is told is no part of what is called here, and may not keep it from being tried again.
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }

  function probeLater(): void {
    if (ended) return
    // A process that has nothing else to do need not live to see the store again.
    timer = setTimeout(() => {
      probe().then(() => !ended && change(false), probeLater)
    }, probeIntervalMs).unref()
  }

  return {
    get open() {
      return open
    },
    succeeded() {
      failures = 0
    },
    failed(cause) {
      // Calls that were on their way when it opened still fail; they say nothing new.
      if (open || ended) return
      failures += 1
      if (failures < failuresToOpen) return
      change(true, cause instanceof Error ? cause : new Error(String(cause)))
      probeLater()
    },
    close() {
      ended = true
      clearTimeout(timer)
    },
  }
}
