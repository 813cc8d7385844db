import { PEERS } from '../peers.mjs'
import { spread } from '../statistics.mjs'

const BEST_PROTECTED = Object.keys(PEERS).filter((id) => id.endsWith('-protected'))

/** What is to be shown: operations a second of Tollgate over those of another. `leases` may take its place. */
const SHOWN = [
  { work: 'facts', over: ['apollo'], what: 'FACTS: all on ÷ stock Apollo Server', least: 3.5 },
  { work: 'facts', over: ['apollo-protected'], what: 'FACTS: all on ÷ Apollo protected by hand', least: 4 },
  { work: 'facts', over: BEST_PROTECTED, what: 'FACTS: all on ÷ the best other protected server', least: 1 },
  { work: 'tiny', over: ['apollo-protected'], what: 'tiny: all on ÷ Apollo protected by hand', least: 2 },
  { work: 'tiny', over: ['tollgate-off'], what: 'tiny: all on ÷ all off', least: 0.9 },
  { work: 'facts', over: ['tollgate-off'], what: 'FACTS: all on ÷ all off', least: 0.9 },
  { work: 'unseen', over: ['apollo'], what: 'never seen: all on ÷ stock Apollo Server', least: 1 },
]

/**
 * The ratios of the same round, as their median with the lowest and the highest: Markdown.
 *
 * @param rounds by work and peer, what each round measured
 */
export function ratioTable(rounds) {
  const rows = SHOWN.flatMap(({ work, over, what, least }) => {
    const peers = rounds[work] ?? {}
    const others = over.filter((id) => (peers[id]?.length ?? 0) > 0)
    if (others.length === 0) return []
    const ratios = ['tollgate', 'tollgate-leases'].map((id) => ratioOf(peers[id], others, peers))
    return [`| ${what} | ${least}× | ${ratios.join(' | ')} |`]
  })
  return [
    '### Must show',
    '',
    '| operations a second | at least | each operation asks Redis | as shipped |',
    '|---|---:|---:|---:|',
    ...rows,
    '',
  ].join('\n')
}

function ratioOf(own = [], others, peers) {
  if (own.length === 0) return '–'
  const ratios = own.map(({ perSecond }, round) => {
    const best = Math.max(...others.map((id) => peers[id][round]?.perSecond ?? 0))
    return perSecond / best
  })
  const { median, min, max } = spread(ratios)
  return `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`
}
