import { type Algorithm, chargeable, type Hold } from './algorithm.ts'

/**
 * Seats, each held until it is given back or ends. A seat is the hold of its charge, the very object: two that end at
 * the same moment are two. Ends are told by the clock alone, so there is no time that the state has seen: a clock that
 * goes back makes seats last longer.
 */
export interface Semaphore {
  /** Those that end first come first; `mark` is when. */
  seats: Hold[]
  /** How many they are, together with those that have ended since the last charge or settle. */
  total: number
}

export const semaphore: Algorithm<Semaphore> = {
  fresh: () => ({ seats: [], total: 0 }),

  used({ seats, total }, _limits, nowMs) {
    let used = total
    for (const { amount, mark } of seats) {
      if (mark > nowMs) break
      used -= amount
    }
    return used
  },

  waitMs({ seats, total }, amount, { capacity }, nowMs) {
    const room = capacity - amount
    if (room < 0) return Number.POSITIVE_INFINITY
    let used = total
    let waitMs = 0
    for (const seat of seats) {
      if (used <= room && seat.mark > nowMs) break
      used -= seat.amount
      waitMs = Math.max(0, seat.mark - nowMs)
    }
    return waitMs
  },

  emptyInMs({ seats }, _limits, nowMs) {
    return Math.max(0, (seats.at(-1)?.mark ?? 0) - nowMs)
  },

  charge(state, amount, { capacity }, nowMs, untilMs) {
    clearEnded(state, nowMs)
    const seat = { amount: chargeable(state.total, amount, capacity), mark: untilMs, queued: 0 }
    if (seat.amount > 0 && untilMs > nowMs) add(state, seat)
    return seat
  },

  settle(state, hold, _actual, _limits, nowMs) {
    clearEnded(state, nowMs)
    const place = state.seats.lastIndexOf(hold)
    if (place === -1) return
    state.seats.splice(place, 1)
    state.total -= hold.amount
  },

  // Two seats say it: those whose end makes room, and all the rest.
  fromAnswer(firstEnd, first, secondEnd, second) {
    const state = semaphore.fresh(0)
    if (first > 0) add(state, { amount: first, mark: firstEnd, queued: 0 })
    if (second > 0) add(state, { amount: second, mark: secondEnd, queued: 0 })
    return state
  },
}

function clearEnded(state: Semaphore, nowMs: number): void {
  let ended = 0
  for (const { amount, mark } of state.seats) {
    if (mark > nowMs) break
    state.total -= amount
    ended++
  }
  if (ended > 0) state.seats.splice(0, ended)
}

// Those that come last end last, as a rule.
function add(state: Semaphore, seat: Hold): void {
  let place = state.seats.length
  while (place > 0 && (state.seats[place - 1]?.mark ?? 0) > seat.mark) place--
  state.seats.splice(place, 0, seat)
  state.total += seat.amount
}
