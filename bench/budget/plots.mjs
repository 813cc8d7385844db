// Draws what each algorithm admits of one and the same burst, for docs/guides/budgets.md: from the algorithms themselves,
// on a clock that is stepped by hand, so that it comes out the same every time.
// Run with `npm run plots` in bench/. Another folder to write to may be named: the test of the guide compares.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineBudget } from '../../src/budget/define-budget.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/guides/budgets/', import.meta.url))

const CAPACITY = 100
const WINDOW_MS = 10_000
const REFILL_PER_SECOND = CAPACITY / (WINDOW_MS / 1000)
/** An operation of this cost every so often, between these times. */
const BURST = { cost: 5, everyMs: 100, fromMs: 7_000, untilMs: 23_000 }
/** Of the operations that a number of seats lets run: as long, and as many, as bring them to the refill rate. */
const SEATS = { capacity: 4, heldMs: 2_000 }

const window = { capacity: CAPACITY, windowMs: WINDOW_MS }
const bucket = { capacity: CAPACITY, refillPerSecond: REFILL_PER_SECOND }
const definitions = {
  'token-bucket': { algorithm: 'token-bucket', ...bucket },
  'leaky-bucket': { algorithm: 'leaky-bucket', ...bucket, maxDelayMs: 4_000 },
  'fixed-window': { algorithm: 'fixed-window', capacity: CAPACITY, window: { ms: WINDOW_MS } },
  'sliding-window': { algorithm: 'sliding-window', ...window },
  'sliding-log': { algorithm: 'sliding-log', ...window },
  concurrency: { algorithm: 'semaphore', meter: 'concurrency', capacity: SEATS.capacity },
}

/** When each operation that was admitted was so, and when its turn had come. */
async function admissions(budget) {
  let nowMs = BURST.fromMs
  const store = createMemoryBudgetStore({ now: () => nowMs })
  const amount = budget.meter === 'concurrency' ? 1 : BURST.cost
  const admitted = []
  for (; nowMs < BURST.untilMs; nowMs += BURST.everyMs) {
    const charges = [{ budget, subject: 'ada', amount }]
    const result = await store.take({ id: String(nowMs), tenant: 'acme', charges, ttlMs: 0, heldMs: SEATS.heldMs })
    if (result.admitted) admitted.push({ atMs: nowMs, runsAtMs: nowMs + result.delayMs })
  }
  await store.close()
  return admitted
}

const PLOT = { left: 34, right: 312, top: 30, bottom: 168, endMs: 30_000, maxCost: 300 }
/** Both are read well on white and on black. */
const INK = '#737c86'
const LINE = '#1f7fd6'

const rounded = (number) => Math.round(number * 10) / 10
const x = (ms) => rounded(PLOT.left + (ms / PLOT.endMs) * (PLOT.right - PLOT.left))
const y = (cost) => rounded(PLOT.bottom - (cost / PLOT.maxCost) * (PLOT.bottom - PLOT.top))

/** Cost over time: level but for a step at each of these times. */
function curve(times, width) {
  const points = times.flatMap((ms, index) => [
    [ms, index * BURST.cost],
    [ms, (index + 1) * BURST.cost],
  ])
  const path = [[0, 0], ...points, [PLOT.endMs, times.length * BURST.cost]]
  const shown = path.map(([ms, cost]) => `${x(ms)},${y(cost)}`).join(' ')
  return `<polyline points="${shown}" fill="none" stroke="${LINE}" stroke-width="${width}"/>`
}

function line(x1, y1, x2, y2, more = '') {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${INK}" ${more}/>`
}

function text(atX, atY, words, more = '') {
  return `<text x="${atX}" y="${atY}" ${more}>${words}</text>`
}

function axes() {
  const { left, right, bottom, maxCost, endMs } = PLOT
  const levels = Array.from({ length: maxCost / 100 + 1 }, (_, index) => index * 100)
  const seconds = Array.from({ length: endMs / 5_000 + 1 }, (_, index) => index * 5)
  return [
    ...levels.map((cost) => line(left, y(cost), right, y(cost), 'stroke-opacity="0.3"')),
    ...levels.map((cost) => text(left - 5, y(cost) + 3, cost, 'text-anchor="end"')),
    ...seconds.map((second) => line(x(second * 1000), bottom, x(second * 1000), bottom + 4)),
    ...seconds.map((second) => text(x(second * 1000), bottom + 15, second, 'text-anchor="middle"')),
    text((left + right) / 2, bottom + 27, 'seconds', 'text-anchor="middle"'),
  ]
}

function plot(name, admitted) {
  const { left, top, bottom, maxCost } = PLOT
  const boundEndMs = BURST.fromMs + ((maxCost - CAPACITY) / REFILL_PER_SECOND) * 1000
  const burstWidth = rounded(x(BURST.untilMs) - x(BURST.fromMs))
  const waits = admitted.some(({ atMs, runsAtMs }) => runsAtMs > atMs)
  const runs = admitted.map(({ runsAtMs }) => runsAtMs)
  const title = `<tspan font-weight="bold">${name}</tspan>: admitted cost${waits ? ' (thin: begun)' : ''}`
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="200" viewBox="0 0 320 200" role="img"',
    `  font-family="sans-serif" font-size="10" fill="${INK}">`,
    `<title>${name}: admitted cost over time</title>`,
    `<rect x="${x(BURST.fromMs)}" y="${top}" width="${burstWidth}" height="${bottom - top}" fill-opacity="0.12"/>`,
    ...axes(),
    line(x(BURST.fromMs), y(CAPACITY), x(boundEndMs), y(maxCost), 'stroke-dasharray="2 3"'),
    ...(waits ? [curve(runs, 1)] : []),
    curve(
      admitted.map(({ atMs }) => atMs),
      2,
    ),
    text(left, 20, title, 'font-size="11"'),
    '</svg>',
    '',
  ].join('\n')
}

mkdirSync(folder, { recursive: true })
for (const [name, definition] of Object.entries(definitions)) {
  const admitted = await admissions(defineBudget({ name, ...definition }))
  writeFileSync(`${folder}/${name}.svg`, plot(name, admitted))
}
