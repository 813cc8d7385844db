/** What was measured at one offered load, with the control and without. */
export interface Point {
  /** Of capacity, as is `goodput`. */
  readonly offered: number
  readonly goodput: number
  readonly premiumP99Ms: number
}

export interface Curves {
  readonly enforce: readonly Point[]
  readonly off: readonly Point[]
}

/** They are read well on white and on black. */
const INK = '#737c86'
const COLORS = { enforce: '#1f7fd6', off: '#d9822b' } as const

const TOP = 30
const BOTTOM = 168
const WIDTH = 250
const MAX_OFFERED = 4

/** Two plots over the offered load: what is served, and how long premium waits. */
export function plot(curves: Curves): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="206" viewBox="0 0 640 206" role="img"',
    `  font-family="sans-serif" font-size="10" fill="${INK}">`,
    '<title>Operations served, and how long those of premium take, by the load that is offered</title>',
    ...panel(curves, {
      left: 44,
      title: 'operations served, of capacity',
      levels: [0, 0.25, 0.5, 0.75, 1].map((part) => ({ value: part, label: `${part * 100} %` })),
      height: (value) => value / 1.2,
      shown: ({ goodput }) => goodput,
    }),
    ...panel(curves, {
      left: 372,
      title: 'p99 of premium',
      levels: [10, 100, 1000, 3000].map((ms) => ({ value: ms, label: ms < 1000 ? `${ms} ms` : `${ms / 1000} s` })),
      // Logarithmic, from 5 ms to 4 s.
      height: (ms) => Math.log(ms / 5) / Math.log(800),
      shown: ({ premiumP99Ms }) => premiumP99Ms,
    }),
    '</svg>',
    '',
  ].join('\n')
}

interface Panel {
  readonly left: number
  readonly title: string
  readonly levels: readonly { readonly value: number; readonly label: string }[]
  /** Of the panel's, from 0 to 1. */
  height(value: number): number
  shown(point: Point): number
}

function panel(curves: Curves, { left, title, levels, height, shown }: Panel): readonly string[] {
  const x = (offered: number) => rounded(left + (offered / MAX_OFFERED) * WIDTH)
  const y = (value: number) => rounded(BOTTOM - Math.min(1, Math.max(0, height(value))) * (BOTTOM - TOP))
  // Where nothing was served there is no p99.
  const line = (points: readonly Point[]) =>
    points
      .filter((point) => !Number.isNaN(shown(point)))
      .map((point) => `${x(point.offered)},${y(shown(point))}`)
      .join(' ')
  return [
    `<text x="${left}" y="18" font-size="11" font-weight="bold">${title}</text>`,
    ...levels.flatMap(({ value, label }) => [
      `<line x1="${left}" y1="${y(value)}" x2="${left + WIDTH}" y2="${y(value)}" stroke="${INK}" stroke-opacity="0.3"/>`,
      `<text x="${left - 5}" y="${y(value) + 3}" text-anchor="end">${label}</text>`,
    ]),
    ...[1, 2, 3, 4].map((times) => `<text x="${x(times)}" y="${BOTTOM + 15}" text-anchor="middle">${times}×</text>`),
    `<text x="${left + WIDTH / 2}" y="${BOTTOM + 30}" text-anchor="middle">offered load, of capacity</text>`,
    ...(['off', 'enforce'] as const).flatMap((mode) => [
      `<polyline points="${line(curves[mode])}" fill="none" stroke="${COLORS[mode]}" stroke-width="2"/>`,
      ...labelOf(mode, curves[mode].at(-1), (point) => [x(point.offered), y(shown(point))]),
    ]),
  ]
}

function labelOf(mode: keyof Curves, last: Point | undefined, at: (point: Point) => readonly [number, number]) {
  if (last === undefined) return []
  const [x, y] = at(last)
  return [`<text x="${x}" y="${y - 6}" text-anchor="end" fill="${COLORS[mode]}">${mode}</text>`]
}

function rounded(number: number): number {
  return Math.round(number * 10) / 10
}
