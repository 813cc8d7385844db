import { performance } from 'node:perf_hooks'

/** How the event loop of a process fares. */
export interface EventLoop {
  /** By how much it turned too late to what was due: the most of the last period, of which half is kept. */
  lateMs(): number
  /** For which part of the last period it did something; from 0 to 1. */
  busyShare(): number
  close(): void
}

const PERIOD_MS = 100
const TICK_MS = 20

/** Watches the event loop of this process, and does not keep it alive. */
export function watchEventLoop(): EventLoop {
  let lateMs = 0
  let busyShare = 0
  let worstMs = 0
  let tickedAtMs = performance.now()
  let periodFromMs = tickedAtMs
  let before = performance.eventLoopUtilization()
  // Node's own histogram forgets, when it is reset, what it is in the midst of: a long block, which is what is looked for.
  const timer = setInterval(() => {
    const nowMs = performance.now()
    worstMs = Math.max(worstMs, nowMs - tickedAtMs - TICK_MS)
    tickedAtMs = nowMs
    if (nowMs - periodFromMs < PERIOD_MS) return
    // One pause, of the garbage collector say, is no overload: it counts by half.
    lateMs = (lateMs + worstMs) / 2
    const now = performance.eventLoopUtilization()
    busyShare = performance.eventLoopUtilization(now, before).utilization
    before = now
    worstMs = 0
    periodFromMs = nowMs
  }, TICK_MS).unref()
  return {
    lateMs: () => lateMs,
    busyShare: () => busyShare,
    close: () => clearInterval(timer),
  }
}
