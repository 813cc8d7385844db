import { type Algorithm, chargeable } from './algorithm.ts'
import { windowEnd, windowStart } from './window-start.ts'

/**
 * A counter for one window of the grid. When the grid changes, it goes on with what is counted as long as the last of
 * it lies in the window that runs on the new grid.
 */
export interface FixedWindow {
  /** What is charged in the window of `at`. */
  used: number
  /** The first moment whose charges are counted in `used`. Holds from before it give nothing back. */
  since: number
  /** Milliseconds since the epoch: the last charge or settle. Never goes back. */
  at: number
}

export const fixedWindow: Algorithm<FixedWindow> = {
  fresh: (nowMs) => ({ used: 0, since: nowMs, at: nowMs }),

  used(window, limits, nowMs) {
    return window.at < windowStart(limits, nowMs) ? 0 : window.used
  },

  waitMs(window, amount, limits, nowMs) {
    if (amount > limits.capacity) return Number.POSITIVE_INFINITY
    if (fixedWindow.used(window, limits, nowMs) <= limits.capacity - amount) return 0
    return windowEnd(limits, Math.max(nowMs, window.at)) - nowMs
  },

  emptyInMs(window, limits, nowMs) {
    if (fixedWindow.used(window, limits, nowMs) === 0) return 0
    return windowEnd(limits, Math.max(nowMs, window.at)) - nowMs
  },

  charge(window, amount, limits, nowMs) {
    moveOn(window, windowStart(limits, nowMs), nowMs)
    const charged = chargeable(window.used, amount, limits.capacity)
    window.used += charged
    return { amount: charged, mark: window.at, queued: 0 }
  },

  settle(window, hold, actual, limits, nowMs) {
    moveOn(window, windowStart(limits, nowMs), nowMs)
    const unused = hold.amount - actual
    if (unused < 0) window.used += chargeable(window.used, -unused, limits.capacity)
    else if (hold.mark >= window.since) window.used -= Math.min(unused, window.used)
  },

  fromAnswer: (used, at) => ({ used, since: at, at }),
}

function moveOn(window: FixedWindow, startMs: number, nowMs: number): void {
  if (window.at < startMs) {
    window.used = 0
    window.since = startMs
  }
  window.at = Math.max(window.at, nowMs)
}
