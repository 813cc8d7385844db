import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface EventLoopDelay {
  /** By how much this process turned too late to what was due: the most of the last period, of which half is kept. */
  lateMs(): number
  close(): void
}

const RESOLUTION_MS = 10
const PERIOD_MS = 100

/** Watches the event loop of this process, and does not keep it alive. */
export function watchEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let lateMs = 0
  const timer = setInterval(() => {
    // One pause, of the garbage collector say, is no overload: it counts by half.
    const worstMs = histogram.count > 0 ? Math.max(0, histogram.max / 1e6 - RESOLUTION_MS) : 0
    lateMs = (lateMs + worstMs) / 2
    histogram.reset()
  }, PERIOD_MS).unref()
  return {
    lateMs: () => lateMs,
    close() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
