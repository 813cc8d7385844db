import { PEERS } from '../peers.mjs'
import { WORK } from '../work.mjs'

/** They are read well on white and on black. */
const INK = '#737c86'
const COLORS = { bare: '#8b949e', protected: '#d9822b', tollgate: '#1f7fd6' }

const NAMES_WIDTH = 262
const BARS_WIDTH = 300
const FIGURE_WIDTH = 58
const WIDTH = NAMES_WIDTH + BARS_WIDTH + FIGURE_WIDTH
const ROW = 17
const HEAD = 34

/** Operations a second: for each work a bar for each server, with a line from the lowest round to the highest. */
export function plot(results) {
  const panels = Object.entries(results)
  const rows = Math.max(0, ...panels.map(([, peers]) => Object.keys(peers).length))
  const height = HEAD + rows * ROW + 12
  const total = panels.length * height + 24
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${total}" viewBox="0 0 ${WIDTH} ${total}" role="img"`,
    `  font-family="sans-serif" font-size="11" fill="${INK}">`,
    '<title>Operations a second of Tollgate and its peers</title>',
    ...panels.flatMap(([work, peers], index) => panel(WORK[work].title, peers, index * height)),
    ...legend(panels.length * height + 14),
    '</svg>',
    '',
  ].join('\n')
}

function panel(title, peers, top) {
  const most = Math.max(...Object.values(peers).map(({ perSecond }) => perSecond.max))
  const x = (perSecond) => Math.round(NAMES_WIDTH + (perSecond / most) * BARS_WIDTH)
  return [
    `<text x="0" y="${top + 18}" font-size="12" font-weight="bold">${title}</text>`,
    ...Object.entries(peers).flatMap(([id, { perSecond }], index) => {
      const y = top + HEAD + index * ROW
      const { median, min, max } = perSecond
      return [
        `<text x="${NAMES_WIDTH - 6}" y="${y + 9}" text-anchor="end">${PEERS[id].name}</text>`,
        `<rect x="${NAMES_WIDTH}" y="${y}" width="${x(median) - NAMES_WIDTH}" height="11" fill="${COLORS[kindOf(id)]}"/>`,
        `<line x1="${x(min)}" y1="${y + 5.5}" x2="${x(max)}" y2="${y + 5.5}" stroke="${INK}" stroke-width="2"/>`,
        `<text x="${Math.max(x(max), x(median)) + 5}" y="${y + 9}">${Math.round(median)}</text>`,
      ]
    }),
  ]
}

function kindOf(id) {
  if (PEERS[id].protection === undefined) return 'bare'
  return PEERS[id].server === 'tollgate' ? 'tollgate' : 'protected'
}

function legend(y) {
  const words = { bare: 'no protection', protected: 'protected by hand', tollgate: 'Tollgate, all on' }
  return Object.entries(words).map(
    ([kind, text], index) => `<text x="${NAMES_WIDTH + index * 120}" y="${y}" fill="${COLORS[kind]}">■ ${text}</text>`,
  )
}
