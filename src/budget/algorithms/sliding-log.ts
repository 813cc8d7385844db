import type { Limits } from '../limits.ts'
import { type Algorithm, chargeable } from './algorithm.ts'

/**
 * Every charge, until it is a window old. Charges of one millisecond share an entry, so the time names it. Entries stand
 * in two lists side by side, since a million of them shall not be a million objects.
 */
export interface SlidingLog {
  /** When entries were charged, the oldest first. Those before `first` are gone. */
  times: number[]
  /** What is left of them, never 0. */
  amounts: number[]
  /** The place of the oldest entry. */
  first: number
  /** The sum of all entries, also of those that have become too old since `at`. */
  total: number
  /** Milliseconds since the epoch: the last charge or settle. Never goes back. */
  at: number
}

export const slidingLog: Algorithm<SlidingLog> = {
  fresh: (nowMs) => ({ times: [], amounts: [], first: 0, total: 0, at: nowMs }),

  used(log, limits, nowMs) {
    const horizonMs = horizon(log, limits, nowMs)
    let used = log.total
    for (let place = log.first; timeAt(log, place) <= horizonMs; place++) used -= amountAt(log, place)
    return used
  },

  waitMs(log, amount, limits, nowMs) {
    const room = limits.capacity - amount
    if (room < 0) return Number.POSITIVE_INFINITY
    const horizonMs = horizon(log, limits, nowMs)
    let used = log.total
    let place = log.first
    for (; timeAt(log, place) <= horizonMs; place++) used -= amountAt(log, place)
    let waitMs = 0
    for (; used > room && place < log.times.length; place++) {
      used -= amountAt(log, place)
      waitMs = timeAt(log, place) + limits.windowMs - nowMs
    }
    return waitMs
  },

  emptyInMs(log, limits, nowMs) {
    const newest = log.times.length - 1
    if (newest < log.first || timeAt(log, newest) <= horizon(log, limits, nowMs)) return 0
    return timeAt(log, newest) + limits.windowMs - nowMs
  },

  charge(log, amount, limits, nowMs) {
    moveOn(log, limits, nowMs)
    const charged = chargeable(log.total, amount, limits.capacity)
    append(log, log.at, charged)
    return { amount: charged, mark: log.at, queued: 0 }
  },

  settle(log, hold, actual, limits, nowMs) {
    moveOn(log, limits, nowMs)
    const unused = hold.amount - actual
    if (unused < 0) append(log, log.at, chargeable(log.total, -unused, limits.capacity))
    else giveBack(log, hold.mark, unused)
  },

  // Two entries say it: what makes room when its last charge leaves, and all the rest.
  fromAnswer(firstMs, first, secondMs, second) {
    const log = slidingLog.fresh(0)
    append(log, firstMs, first)
    append(log, secondMs, second)
    return log
  },
}

/** What was charged at this moment is just too old to count. */
function horizon(log: SlidingLog, { windowMs }: Limits, nowMs: number): number {
  return Math.max(log.at, nowMs) - windowMs
}

/** Past the newest entry, time has no end. */
function timeAt(log: SlidingLog, place: number): number {
  return log.times[place] ?? Number.POSITIVE_INFINITY
}

function amountAt(log: SlidingLog, place: number): number {
  return log.amounts[place] ?? 0
}

/** Leaves behind what is too old. Half of the lists, or more, is cleared at once, so that each entry is moved once. */
function moveOn(log: SlidingLog, limits: Limits, nowMs: number): void {
  const horizonMs = horizon(log, limits, nowMs)
  for (; timeAt(log, log.first) <= horizonMs; log.first++) log.total -= amountAt(log, log.first)
  if (log.first * 2 > log.times.length) {
    log.times.splice(0, log.first)
    log.amounts.splice(0, log.first)
    log.first = 0
  }
  log.at = Math.max(log.at, nowMs)
}

function append(log: SlidingLog, atMs: number, amount: number): void {
  if (amount === 0) return
  const newest = log.times.length - 1
  if (newest >= log.first && timeAt(log, newest) === atMs) {
    log.amounts[newest] = amountAt(log, newest) + amount
  } else {
    log.times.push(atMs)
    log.amounts.push(amount)
  }
  log.total += amount
}

function giveBack(log: SlidingLog, atMs: number, unused: number): void {
  const place = placeOf(log, atMs)
  if (timeAt(log, place) !== atMs) return
  const amount = amountAt(log, place)
  const refund = Math.min(unused, amount)
  log.total -= refund
  if (refund < amount) {
    log.amounts[place] = amount - refund
  } else {
    log.times.splice(place, 1)
    log.amounts.splice(place, 1)
  }
}

/** The place of the first entry that is not older than a moment. */
function placeOf(log: SlidingLog, atMs: number): number {
  let low = log.first
  let high = log.times.length
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (timeAt(log, middle) < atMs) low = middle + 1
    else high = middle
  }
  return low
}
