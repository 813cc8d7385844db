import { type Algorithm, chargeable } from './algorithm.ts'

/**
 * Two neighbouring cells of a grid from 1970 on. What was charged in the older one fades, in whole units, as the younger
 * one runs. When the grid changes, what was used at `at` counts as charged at `at` on the new grid.
 */
export interface SlidingWindow {
  /** What is charged in the cell of `at`. */
  current: number
  /** What is charged in the cell before it. */
  previous: number
  /** Milliseconds since the epoch: the last charge or settle. Never goes back. */
  at: number
  /** The first moment whose charges lie in the cell that the grid says. Holds from before it give nothing back. */
  since: number
  /** The length of a cell. */
  windowMs: number
}

export const slidingWindow: Algorithm<SlidingWindow> = {
  // Any grid does for what is empty.
  fresh: (nowMs) => ({ current: 0, previous: 0, at: nowMs, since: nowMs, windowMs: 1 }),

  used(window, { windowMs }, nowMs) {
    const ms = Math.max(nowMs, window.at)
    return counted(currentOn(window, windowMs), previousOn(window, windowMs), window.at, windowMs, ms)
  },

  // Use only falls while time passes, so halving finds the first millisecond at which the amount fits.
  waitMs(window, amount, limits, nowMs) {
    const room = limits.capacity - amount
    if (room < 0) return Number.POSITIVE_INFINITY
    if (slidingWindow.used(window, limits, nowMs) <= room) return 0
    let low = 0
    let high = slidingWindow.emptyInMs(window, limits, nowMs)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (slidingWindow.used(window, limits, nowMs + middle) <= room) high = middle
      else low = middle
    }
    return high
  },

  emptyInMs(window, { windowMs }, nowMs) {
    const cell = Math.floor(window.at / windowMs)
    if (currentOn(window, windowMs) > 0) return Math.max(0, (cell + 2) * windowMs - nowMs)
    if (previousOn(window, windowMs) > 0) return Math.max(0, (cell + 1) * windowMs - nowMs)
    return 0
  },

  charge(window, amount, limits, nowMs) {
    moveOn(window, limits.windowMs, nowMs)
    const charged = chargeable(slidingWindow.used(window, limits, nowMs), amount, limits.capacity)
    window.current += charged
    return { amount: charged, mark: window.at, queued: 0 }
  },

  settle(window, hold, actual, limits, nowMs) {
    moveOn(window, limits.windowMs, nowMs)
    const unused = hold.amount - actual
    if (unused < 0) {
      window.current += chargeable(slidingWindow.used(window, limits, nowMs), -unused, limits.capacity)
    } else if (hold.mark >= window.since) {
      const age = Math.floor(window.at / window.windowMs) - Math.floor(hold.mark / window.windowMs)
      if (age === 0) window.current -= Math.min(unused, window.current)
      if (age === 1) window.previous -= Math.min(unused, window.previous)
    }
  },

  fromAnswer: (current, previous, at, windowMs) => ({ current, previous, at, since: at, windowMs }),
}

/** What counts at a moment of two cells, the younger of which is that of `at`. */
function counted(current: number, previous: number, at: number, windowMs: number, ms: number): number {
  const cell = Math.floor(ms / windowMs)
  const elapsedMs = ms - cell * windowMs
  const age = cell - Math.floor(at / windowMs)
  if (age === 0) return current + faded(previous, windowMs, elapsedMs)
  return age === 1 ? faded(current, windowMs, elapsedMs) : 0
}

/** The part of an amount that the rest of the cell is of the whole, rounded up. */
function faded(amount: number, windowMs: number, elapsedMs: number): number {
  return amount - Math.floor((amount * elapsedMs) / windowMs)
}

function currentOn(window: SlidingWindow, windowMs: number): number {
  if (window.windowMs === windowMs) return window.current
  return counted(window.current, window.previous, window.at, window.windowMs, window.at)
}

function previousOn(window: SlidingWindow, windowMs: number): number {
  return window.windowMs === windowMs ? window.previous : 0
}

function moveOn(window: SlidingWindow, windowMs: number, nowMs: number): void {
  if (window.windowMs !== windowMs) {
    // The charges of the cell that runs are counted in full, and so may come back in full.
    window.since = Math.max(window.since, Math.floor(window.at / window.windowMs) * window.windowMs)
    window.current = currentOn(window, windowMs)
    window.previous = 0
    window.windowMs = windowMs
  }
  const ms = Math.max(window.at, nowMs)
  const age = Math.floor(ms / windowMs) - Math.floor(window.at / windowMs)
  if (age > 0) {
    window.previous = age === 1 ? window.current : 0
    window.current = 0
  }
  window.at = ms
}
