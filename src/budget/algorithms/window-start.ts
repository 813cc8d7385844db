import type { Limits } from '../limits.ts'

/**
 * When the window began that a moment lies in. Windows lie on a grid: of milliseconds from 1970 on, or of calendar months
 * from January of the year 0 on; both in UTC. `redis/scripts/algorithms/fixed-window.lua` does the same sums.
 */
export function windowStart(limits: Limits, ms: number): number {
  return edge(limits, ms, 0)
}

/** When the next window begins. */
export function windowEnd(limits: Limits, ms: number): number {
  return edge(limits, ms, 1)
}

/** The beginning of the window that lies so many windows after the one of that moment. */
function edge({ windowMs, windowMonths }: Limits, ms: number, windows: number): number {
  if (windowMonths === 0) return (Math.floor(ms / windowMs) + windows) * windowMs
  return monthStart((Math.floor(monthOf(ms) / windowMonths) + windows) * windowMonths)
}

const DAY_MS = 86_400_000

/** From the 1st of March of the year 0, with which leap days come last in their year, to 1970. */
const DAYS_BEFORE_1970 = 719_468

/** The number of a calendar month, counted from January of the year 0. */
function monthOf(ms: number): number {
  // Months of the average length, which is 146 097 days in 4800 months, are never further off than to the next one.
  const days = Math.floor(ms / DAY_MS) + DAYS_BEFORE_1970
  const month = Math.floor((days * 4800) / 146_097) + 2
  if (monthStart(month) > ms) return month - 1
  return monthStart(month + 1) > ms ? month : month + 1
}

function monthStart(month: number): number {
  const year = Math.floor((month - 2) / 12)
  const monthsFromMarch = month - 2 - year * 12
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)
  // From March on, months have 31, 30, 31, 30, 31 days, again and again: 153 in five months.
  const days = year * 365 + leapDays + Math.floor((monthsFromMarch * 153 + 2) / 5)
  return (days - DAYS_BEFORE_1970) * DAY_MS
}
