import type { AlgorithmName } from '../../src/budget/budget.ts'
import type { Limits } from '../../src/budget/limits.ts'
import type { History, Look, Played, Step } from './play-algorithm.ts'

/** A history and what must come of it. */
export interface AlgorithmCase {
  readonly name: string
  readonly history: History
  readonly played: Played
}

/** A Tuesday, 22:13:20 UTC: a second begins, a minute does not. */
const MS = 1_700_000_000_000
const DAY_MS = 86_400_000

function limited(limits: Partial<Limits>): Limits {
  return { capacity: 100, refillPerSecond: 0, maxDelayMs: 0, windowMs: 0, windowMonths: 0, ...limits }
}

const slow = limited({ refillPerSecond: 10 })
// Cells of 3 seconds begin a second after these cases do.
const thirds = limited({ windowMs: 3_000 })
const second = limited({ windowMs: 1_000 })
const seats = limited({ capacity: 2 })

/** The algorithms in numbers. Their TypeScript and their Lua forms both pass. */
export const algorithmCases: readonly AlgorithmCase[] = [
  example('token-bucket', 'is charged until it is full and not beyond', slow, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 41, fits: false },
    { at: MS, take: 40, fits: true },
    { at: MS, take: 1, fits: false },
    { at: MS, look: 1, used: 100, waitMs: 100, emptyInMs: 10_000 },
    { at: MS, look: 101, used: 100, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 10_000 },
  ]),
  example('token-bucket', 'drains with time, down to empty', slow, [
    { at: MS, take: 100, fits: true },
    { at: MS + 2_500, take: 25, fits: true },
    { at: MS + 2_500, take: 1, fits: false },
    { at: MS + 60_000, look: 100, used: 0, waitMs: 0, emptyInMs: 0 },
    { at: MS + 60_000, take: 7, fits: true },
    { at: MS + 60_000, look: 100, used: 7, waitMs: 700, emptyInMs: 700 },
  ]),
  example(
    'token-bucket',
    'counts refill in steps of two to the power of -20, rounded down',
    limited({ capacity: 10, refillPerSecond: 1 / 3 }),
    [
      { at: MS, take: 10, fits: true },
      { at: MS + 3_001, take: 1, fits: true },
      { at: MS + 3_001, look: 1, used: 10 + 1 - 1_048_925 / 2 ** 20, waitMs: 3_000, emptyInMs: 30_000 },
    ],
  ),
  example('token-bucket', 'stands still while the clock is behind', slow, [
    { at: MS, take: 50, fits: true },
    { at: MS - 3_600_000, take: 50, fits: true },
    { at: MS - 1, take: 1, fits: false },
    { at: MS - 1, look: 1, used: 100, waitMs: 101, emptyInMs: 10_001 },
    { at: MS + 100, take: 1, fits: true },
  ]),
  example('token-bucket', 'gives back to the point what was not used', slow, [
    { at: MS, take: 57, fits: true },
    { at: MS + 25, settle: 0, actual: 31 },
    { at: MS + 25, look: 0, used: 30.75, waitMs: 0, emptyInMs: 3_075 },
  ]),
  example('token-bucket', 'gives back in any order what was taken together', slow, [
    { at: MS, take: 20, fits: true },
    { at: MS, take: 30, fits: true },
    { at: MS, take: 40, fits: true },
    { at: MS, settle: 2, actual: 0 },
    { at: MS, settle: 1, actual: 10 },
    { at: MS, settle: 0, actual: 5 },
    { at: MS, look: 90, used: 15, waitMs: 500, emptyInMs: 1_500 },
  ]),
  example('token-bucket', 'does not give back what has drained', slow, [
    { at: MS, take: 50, fits: true },
    { at: MS + 4_000, settle: 0, actual: 0 },
    { at: MS + 4_000, look: 0, used: 0, waitMs: 0, emptyInMs: 0 },
  ]),
  example('token-bucket', 'does not give back from the charges of others what has drained of its own', slow, [
    { at: MS, take: 50, fits: true },
    { at: MS + 5_000, take: 90, fits: true },
    { at: MS + 5_000, settle: 0, actual: 0 },
    { at: MS + 5_000, look: 0, used: 90, waitMs: 0, emptyInMs: 9_000 },
  ]),
  example('token-bucket', 'gives all back of a long operation behind which others waited', slow, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 40, fits: true },
    { at: MS + 5_000, settle: 1, actual: 0 },
    { at: MS + 5_000, look: 0, used: 10, waitMs: 0, emptyInMs: 1_000 },
  ]),
  example('token-bucket', 'does not mint by two refunds that lean on the same charge', slow, [
    { at: MS, take: 30, fits: true },
    { at: MS + 1_000, take: 5, fits: true },
    { at: MS + 2_000, take: 85, fits: true },
    { at: MS + 2_000, settle: 0, actual: 0 },
    { at: MS + 2_000, settle: 1, actual: 0 },
    { at: MS + 2_000, look: 0, used: 85, waitMs: 0, emptyInMs: 8_500 },
  ]),
  example('token-bucket', 'books what was used beyond the charge, up to twice the capacity', slow, [
    { at: MS, take: 90, fits: true },
    { at: MS, settle: 0, actual: 120 },
    { at: MS, take: 1, fits: false },
    { at: MS + 3_000, take: 10, fits: true },
    { at: MS + 3_000, settle: 3, actual: 1_000 },
    { at: MS + 3_000, look: 1, used: 200, waitMs: 10_100, emptyInMs: 20_000 },
  ]),
  example('token-bucket', 'counts in shadow what would not fit, and gives back no more than it counted', slow, [
    { at: MS, count: 150 },
    { at: MS, count: 150 },
    { at: MS, settle: 1, actual: 10 },
    { at: MS, look: 0, used: 160, waitMs: 6_000, emptyInMs: 16_000 },
  ]),
  example('token-bucket', 'goes on with what is used when its limits change', slow, [
    { at: MS, take: 80, fits: true },
    { limits: limited({ capacity: 40, refillPerSecond: 20 }) },
    { at: MS + 1_000, look: 40, used: 60, waitMs: 3_000, emptyInMs: 3_000 },
  ]),

  example(
    'leaky-bucket',
    'has room for what can wait its turn, and no more',
    limited({ capacity: 10, refillPerSecond: 10, maxDelayMs: 500 }),
    [
      { at: MS, take: 10, fits: true },
      { at: MS, take: 5, fits: true },
      { at: MS, look: 0, used: 10, waitMs: 0, emptyInMs: 1_500 },
      { at: MS, take: 1, fits: false },
      { at: MS, look: 10, used: 10, waitMs: 1_000, emptyInMs: 1_500 },
      { at: MS, look: 11, used: 10, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 1_500 },
      { at: MS + 100, take: 1, fits: true },
    ],
  ),

  example('fixed-window', 'counts within a window and starts again with the next', second, [
    { at: MS + 200, take: 60, fits: true },
    { at: MS + 999, take: 41, fits: false },
    { at: MS + 999, take: 40, fits: true },
    { at: MS + 999, look: 1, used: 100, waitMs: 1, emptyInMs: 1 },
    { at: MS + 999, look: 101, used: 100, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 1 },
    { at: MS + 1_000, look: 100, used: 0, waitMs: 0, emptyInMs: 0 },
    { at: MS + 1_000, take: 100, fits: true },
  ]),
  example('fixed-window', 'begins its days at midnight UTC', limited({ windowMs: DAY_MS }), [
    { at: Date.UTC(2024, 1, 28, 23, 59, 59, 999), take: 100, fits: true },
    { at: Date.UTC(2024, 1, 29), take: 100, fits: true },
    { at: Date.UTC(2024, 1, 29), look: 1, used: 100, waitMs: DAY_MS, emptyInMs: DAY_MS },
  ]),
  example('fixed-window', 'knows how long a month is, in a leap year also', limited({ windowMonths: 1 }), [
    { at: Date.UTC(2024, 1, 1), take: 100, fits: true },
    { at: Date.UTC(2024, 1, 1), look: 1, used: 100, waitMs: 29 * DAY_MS, emptyInMs: 29 * DAY_MS },
    { at: Date.UTC(2024, 2, 1) - 1, look: 1, used: 100, waitMs: 1, emptyInMs: 1 },
    { at: Date.UTC(2025, 1, 1), take: 100, fits: true },
    { at: Date.UTC(2025, 1, 1), look: 1, used: 100, waitMs: 28 * DAY_MS, emptyInMs: 28 * DAY_MS },
    { at: Date.UTC(2100, 1, 28), take: 100, fits: true },
    { at: Date.UTC(2100, 1, 28), look: 1, used: 100, waitMs: DAY_MS, emptyInMs: DAY_MS },
  ]),
  example('fixed-window', 'begins its quarters in January, April, July and October', limited({ windowMonths: 3 }), [
    { at: Date.UTC(2026, 10, 24), take: 100, fits: true },
    { at: Date.UTC(2026, 11, 31), look: 1, used: 100, waitMs: DAY_MS, emptyInMs: DAY_MS },
    { at: Date.UTC(2027, 0, 1), take: 100, fits: true },
  ]),
  example('fixed-window', 'stays in its window while the clock is behind', second, [
    { at: MS + 1_000, take: 100, fits: true },
    { at: MS, take: 1, fits: false },
    { at: MS, look: 1, used: 100, waitMs: 2_000, emptyInMs: 2_000 },
  ]),
  example('fixed-window', 'gives back in the window charged, and only there', second, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 40, fits: true },
    { at: MS + 999, settle: 0, actual: 10 },
    { at: MS + 999, look: 0, used: 50, waitMs: 0, emptyInMs: 1 },
    { at: MS + 1_000, take: 70, fits: true },
    { at: MS + 1_000, settle: 1, actual: 0 },
    { at: MS + 1_000, look: 0, used: 70, waitMs: 0, emptyInMs: 1_000 },
  ]),
  example('fixed-window', 'books debt in the window that runs, up to twice the capacity', second, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 10, fits: true },
    { at: MS + 1_500, settle: 0, actual: 90 },
    { at: MS + 1_500, look: 80, used: 30, waitMs: 500, emptyInMs: 500 },
    { at: MS + 1_500, settle: 1, actual: 1_000 },
    { at: MS + 1_500, look: 0, used: 200, waitMs: 500, emptyInMs: 500 },
  ]),
  example(
    'fixed-window',
    'keeps what is charged in the window that runs on a new grid',
    limited({ windowMs: 60_000 }),
    [
      { at: MS + 500, take: 60, fits: true },
      { limits: second },
      { at: MS + 900, look: 50, used: 60, waitMs: 100, emptyInMs: 100 },
      { limits: limited({ capacity: 50, windowMs: 10_000 }) },
      { at: MS + 9_999, look: 1, used: 60, waitMs: 1, emptyInMs: 1 },
      { at: MS + 10_000, look: 1, used: 0, waitMs: 0, emptyInMs: 0 },
    ],
  ),
  example('fixed-window', 'does not give back to a longer window what a shorter one has forgotten', second, [
    { at: MS, take: 60, fits: true },
    { at: MS + 1_000, take: 20, fits: true },
    { limits: limited({ windowMs: 10_000 }) },
    { at: MS + 1_000, settle: 0, actual: 0 },
    { at: MS + 1_000, look: 0, used: 20, waitMs: 0, emptyInMs: 9_000 },
    { at: MS + 1_000, settle: 1, actual: 0 },
    { at: MS + 1_000, look: 0, used: 0, waitMs: 0, emptyInMs: 0 },
  ]),

  example('sliding-window', 'lets the cell before fade in whole units', second, [
    { at: MS, take: 90, fits: true },
    { at: MS + 999, look: 11, used: 90, waitMs: 13, emptyInMs: 1_001 },
    { at: MS + 1_000, look: 100, used: 90, waitMs: 1_000, emptyInMs: 1_000 },
    { at: MS + 1_011, look: 11, used: 90, waitMs: 1, emptyInMs: 989 },
    { at: MS + 1_012, look: 11, used: 89, waitMs: 0, emptyInMs: 988 },
    { at: MS + 1_500, take: 55, fits: true },
    { at: MS + 1_500, look: 10, used: 100, waitMs: 112, emptyInMs: 1_500 },
    { at: MS + 2_000, look: 0, used: 55, waitMs: 0, emptyInMs: 1_000 },
    { at: MS + 3_000, look: 100, used: 0, waitMs: 0, emptyInMs: 0 },
  ]),
  example('sliding-window', 'lets the cell before fade to the point where thirds are no binary fractions', thirds, [
    { at: MS, take: 9, fits: true },
    { at: MS + 2_000, look: 94, used: 6, waitMs: 0, emptyInMs: 2_000 },
    { at: MS + 2_000, take: 94, fits: true },
  ]),
  example('sliding-window', 'waits for the cell that runs to fade where the one before is not enough', second, [
    { at: MS, take: 20, fits: true },
    { at: MS + 1_000, take: 80, fits: true },
    { at: MS + 1_000, look: 20, used: 100, waitMs: 1_000, emptyInMs: 2_000 },
    { at: MS + 1_000, look: 60, used: 100, waitMs: 1_500, emptyInMs: 2_000 },
    { at: MS + 1_000, look: 101, used: 100, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 2_000 },
  ]),
  example('sliding-window', 'stands still while the clock is behind', second, [
    { at: MS + 1_000, take: 100, fits: true },
    { at: MS, take: 1, fits: false },
    { at: MS, look: 1, used: 100, waitMs: 2_010, emptyInMs: 3_000 },
  ]),
  example('sliding-window', 'gives back in the cell charged as long as it counts', second, [
    { at: MS, take: 60, fits: true },
    { at: MS + 900, take: 40, fits: true },
    { at: MS + 900, settle: 0, actual: 10 },
    { at: MS + 900, look: 0, used: 50, waitMs: 0, emptyInMs: 1_100 },
    { at: MS + 1_500, settle: 1, actual: 0 },
    { at: MS + 1_500, look: 0, used: 5, waitMs: 0, emptyInMs: 500 },
    { at: MS + 1_500, take: 50, fits: true },
    { at: MS + 3_100, take: 70, fits: true },
    { at: MS + 3_100, settle: 6, actual: 0 },
    { at: MS + 3_100, look: 0, used: 70, waitMs: 0, emptyInMs: 1_900 },
  ]),
  example('sliding-window', 'books debt in the cell that runs, up to twice the capacity', second, [
    { at: MS, take: 100, fits: true },
    { at: MS + 1_500, settle: 0, actual: 130 },
    { at: MS + 1_500, look: 0, used: 80, waitMs: 0, emptyInMs: 1_500 },
    { at: MS + 1_500, count: 1_000 },
    { at: MS + 1_500, look: 0, used: 200, waitMs: 834, emptyInMs: 1_500 },
  ]),
  example(
    'sliding-window',
    'takes what is used over to a new grid, as charged when it last was',
    limited({ windowMs: 60_000 }),
    [
      { at: MS, take: 60, fits: true },
      { limits: second },
      { at: MS + 500, look: 50, used: 60, waitMs: 667, emptyInMs: 1_500 },
      { at: MS + 1_500, look: 50, used: 30, waitMs: 0, emptyInMs: 500 },
      { at: MS + 1_500, take: 10, fits: true },
      { at: MS + 1_500, settle: 0, actual: 0 },
      { at: MS + 1_500, look: 0, used: 10, waitMs: 0, emptyInMs: 1_500 },
    ],
  ),
  example('sliding-window', 'takes over of the cell before what has not faded', second, [
    { at: MS, take: 60, fits: true },
    { at: MS + 1_500, take: 20, fits: true },
    { limits: limited({ windowMs: 10_000 }) },
    { at: MS + 1_500, take: 1, fits: true },
    { at: MS + 1_500, look: 0, used: 51, waitMs: 0, emptyInMs: 18_500 },
    { at: MS + 1_500, settle: 1, actual: 0 },
    { at: MS + 1_500, look: 0, used: 31, waitMs: 0, emptyInMs: 18_500 },
    { at: MS + 1_500, settle: 0, actual: 0 },
    { at: MS + 1_500, look: 0, used: 31, waitMs: 0, emptyInMs: 18_500 },
  ]),
  example('sliding-window', 'does not give back to a longer cell what a shorter one has let go', second, [
    { at: MS, take: 60, fits: true },
    { at: MS + 5_000, take: 20, fits: true },
    { limits: limited({ windowMs: 10_000 }) },
    { at: MS + 5_000, settle: 0, actual: 0 },
    { at: MS + 5_000, look: 0, used: 20, waitMs: 0, emptyInMs: 15_000 },
    { at: MS + 5_000, settle: 1, actual: 5 },
    { at: MS + 5_000, look: 0, used: 5, waitMs: 0, emptyInMs: 15_000 },
  ]),

  example('sliding-log', 'counts every charge until it is a window old', second, [
    { at: MS, take: 60, fits: true },
    { at: MS + 300, take: 40, fits: true },
    { at: MS + 999, take: 1, fits: false },
    { at: MS + 999, look: 61, used: 100, waitMs: 301, emptyInMs: 301 },
    { at: MS + 999, look: 60, used: 100, waitMs: 1, emptyInMs: 301 },
    { at: MS + 999, look: 101, used: 100, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 301 },
    { at: MS + 1_000, take: 60, fits: true },
    { at: MS + 1_300, look: 41, used: 60, waitMs: 700, emptyInMs: 700 },
  ]),
  example('sliding-log', 'waits for as many charges as it takes', limited({ capacity: 250, windowMs: 1_000 }), [
    ...Array.from({ length: 250 }, (_, index) => ({ at: MS + index, take: 1, fits: true })),
    { at: MS + 250, look: 220, used: 250, waitMs: 969, emptyInMs: 999 },
    { at: MS + 1_149, look: 220, used: 100, waitMs: 70, emptyInMs: 100 },
    { at: MS + 1_149, take: 150, fits: true },
    { at: MS + 1_149, look: 250, used: 250, waitMs: 1_000, emptyInMs: 1_000 },
  ]),
  example('sliding-log', 'stands still while the clock is behind', second, [
    { at: MS + 1_000, take: 100, fits: true },
    { at: MS, take: 1, fits: false },
    { at: MS, look: 1, used: 100, waitMs: 2_000, emptyInMs: 2_000 },
  ]),
  example('sliding-log', 'gives back exactly what is still counted', second, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 10, fits: true },
    { at: MS + 500, take: 30, fits: true },
    { at: MS + 600, settle: 0, actual: 5 },
    { at: MS + 600, look: 95, used: 45, waitMs: 900, emptyInMs: 900 },
    { at: MS + 600, settle: 2, actual: 0 },
    { at: MS + 600, look: 95, used: 15, waitMs: 400, emptyInMs: 400 },
    { at: MS + 1_000, take: 100, fits: true },
    { at: MS + 1_000, settle: 1, actual: 0 },
    { at: MS + 1_000, look: 0, used: 100, waitMs: 0, emptyInMs: 1_000 },
  ]),
  example('sliding-log', 'books debt when it is settled, up to twice the capacity', second, [
    { at: MS, take: 60, fits: true },
    { at: MS, take: 10, fits: true },
    { at: MS + 500, settle: 0, actual: 110 },
    { at: MS + 500, look: 31, used: 120, waitMs: 500, emptyInMs: 1_000 },
    { at: MS + 500, settle: 1, actual: 1_000 },
    { at: MS + 500, look: 0, used: 200, waitMs: 1_000, emptyInMs: 1_000 },
  ]),
  example('sliding-log', 'counts by the window that it has at the moment', limited({ windowMs: 60_000 }), [
    { at: MS, take: 60, fits: true },
    { at: MS + 5_000, take: 30, fits: true },
    { limits: second },
    { at: MS + 5_500, look: 80, used: 30, waitMs: 500, emptyInMs: 500 },
    { limits: limited({ windowMs: 10_000 }) },
    { at: MS + 5_500, look: 80, used: 90, waitMs: 9_500, emptyInMs: 9_500 },
    { at: MS + 5_500, settle: 0, actual: 20 },
    { at: MS + 5_500, look: 70, used: 50, waitMs: 4_500, emptyInMs: 9_500 },
  ]),

  example('semaphore', 'has as many seats as its capacity', seats, [
    { at: MS, take: 1, heldMs: 500, fits: true },
    { at: MS + 100, take: 1, heldMs: 300, fits: true },
    { at: MS + 100, take: 1, heldMs: 300, fits: false },
    { at: MS + 100, look: 1, used: 2, waitMs: 300, emptyInMs: 400 },
    { at: MS + 399, look: 1, used: 2, waitMs: 1, emptyInMs: 101 },
    { at: MS + 400, take: 1, heldMs: 1_000, fits: true },
    { at: MS + 500, look: 1, used: 1, waitMs: 0, emptyInMs: 900 },
  ]),
  example('semaphore', 'gets a seat back with the settle, whatever was used, and once', seats, [
    { at: MS, take: 1, heldMs: 500, fits: true },
    { at: MS, take: 1, heldMs: 500, fits: true },
    { at: MS + 10, settle: 0, actual: 1 },
    { at: MS + 10, look: 1, used: 1, waitMs: 0, emptyInMs: 490 },
    { at: MS + 10, take: 1, heldMs: 500, fits: true },
    { at: MS + 500, settle: 1, actual: 0 },
    { at: MS + 500, look: 1, used: 1, waitMs: 0, emptyInMs: 10 },
  ]),
  example('semaphore', 'does not take a seat from another that ends at the same moment', seats, [
    { at: MS, take: 1, heldMs: 100, fits: true },
    { at: MS + 200, take: 1, heldMs: 100, fits: true },
    { at: MS, take: 1, heldMs: 100, fits: true },
    { at: MS, settle: 0, actual: 0 },
    { at: MS, look: 1, used: 2, waitMs: 100, emptyInMs: 300 },
  ]),
  example('semaphore', 'seats twice its capacity in shadow, and counts with a smaller one', seats, [
    { at: MS, count: 1, heldMs: 100 },
    { at: MS, count: 1, heldMs: 200 },
    { at: MS, count: 1, heldMs: 300 },
    { at: MS, count: 1, heldMs: 400 },
    { at: MS, count: 1, heldMs: 500 },
    { at: MS, look: 1, used: 4, waitMs: 300, emptyInMs: 400 },
    { limits: limited({ capacity: 1 }) },
    { at: MS, look: 1, used: 4, waitMs: 400, emptyInMs: 400 },
    { at: MS, look: 2, used: 4, waitMs: Number.POSITIVE_INFINITY, emptyInMs: 400 },
  ]),
]

/** A step together with what comes of it. */
type Told =
  | Exclude<Step, { readonly take: number } | { readonly look: number }>
  | (Extract<Step, { readonly take: number }> & { readonly fits: boolean })
  | (Extract<Step, { readonly look: number }> & Look)

function example(algorithm: AlgorithmName, name: string, limits: Limits, steps: readonly Told[]): AlgorithmCase {
  const admitted = steps.flatMap((step) => ('fits' in step ? [step.fits] : []))
  const looks = steps.flatMap((step) =>
    'used' in step ? [{ used: step.used, waitMs: step.waitMs, emptyInMs: step.emptyInMs }] : [],
  )
  return { name, history: { algorithm, limits, steps }, played: { admitted, looks } }
}
