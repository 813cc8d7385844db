import { PEERS } from '../peers.mjs'
import { WORK } from '../work.mjs'

/** A table for each work: Markdown. */
export function tables(results) {
  return Object.entries(results).map(([work, peers]) =>
    [
      `### ${WORK[work].title}`,
      '',
      '| server | operations a second | p50 ms | p99 ms | processor µs each | memory MiB | waited |',
      '|---|---:|---:|---:|---:|---:|---:|',
      ...Object.entries(peers).map(([id, figures]) => `| ${cells(PEERS[id].name, figures).join(' | ')} |`),
      '',
      ...Object.entries(peers).flatMap(([id, { alone }]) => (alone.max > 0.001 ? [aloneNote(id, alone), ''] : [])),
    ].join('\n'),
  )
}

function aloneNote(id, { median, max }) {
  const percent = (part) => `${(part * 100).toFixed(1)} %`
  return `${PEERS[id].name}: ${percent(median)} as many takes as operations, at most ${percent(max)}, were decided without Redis, which did not answer in time.`
}

function cells(name, { perSecond, p50Ms, p99Ms, cpuMicros, residentMiB, waited }) {
  const figures = [shown(perSecond, 0), shown(p50Ms, 1), shown(p99Ms, 1), shown(cpuMicros, 0), shown(residentMiB, 0)]
  return [name, ...figures, `${(waited.median * 100).toFixed(0)} %`]
}

/** `1 234 (1 200–1 250)` */
function shown({ median, min, max }, digits) {
  return `${number(median, digits)} (${number(min, digits)}–${number(max, digits)})`
}

function number(value, digits) {
  return value.toFixed(digits).replaceAll(/\B(?=(\d{3})+(?!\d)(?<!\.\d*))/g, ' ')
}
