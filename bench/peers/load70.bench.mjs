// How long operations take while a server does seven tenths of what it can: each at its own rate, with Tollgate's
// protection on and off. Run with `npm run load70` in bench/. README.md says what can be set.
import { startRedis } from '../budget/redis-server.mjs'
import { checkAnswer } from './check-answer.mjs'
import { openLoop } from './load/open-loop.mjs'
import { closedLoop } from './load/wrk.mjs'
import { LOAD_CPU, machine, pin } from './machine.mjs'
import { chosen, PEERS } from './peers.mjs'
import { startPeer } from './start-peer.mjs'
import { spread } from './statistics.mjs'
import { WORK } from './work.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const SECONDS = Number(process.env.SECONDS ?? 10)
/**
 * A server that has just started compiles, and does so again for the first seconds of another load: that is not what is
 * asked about. So long it is warmed up, and half as long the open loop runs before anything is counted.
 */
const WARM_UP = Number(process.env.WARM_UP ?? 14)
const LOAD = Number(process.env.LOAD ?? 0.7)
const OFF = 'tollgate-off'

const compared = process.env.PEERS === undefined ? [OFF, 'tollgate', 'tollgate-leases'] : chosen(PEERS, 'PEERS')
const works = process.env.WORK === undefined ? ['facts'] : chosen(WORK, 'WORK')
console.log(`${JSON.stringify(machine())}\n${ROUNDS} rounds of ${SECONDS} s at ${LOAD} of what each server can do`)

const redis = await startRedis()
pin(redis.pid, LOAD_CPU)
const rounds = Object.fromEntries(works.map((work) => [work, Object.fromEntries(compared.map((id) => [id, []]))]))
try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const id of round % 2 === 0 ? compared : compared.toReversed()) await measurePeer(id)
  }
} finally {
  await redis.stop()
}
for (const work of works) console.log(table(work))

async function measurePeer(id) {
  const peer = await startPeer(id, { redisUrl: redis.url })
  try {
    for (const key of works) {
      await checkAnswer(peer, WORK[key])
      rounds[key][id].push(await measureWork(peer, WORK[key]))
      const { most, p50Ms, p99Ms, processor, alone } = rounds[key][id].at(-1)
      console.error(
        `${id}, ${key}: at most ${most.toFixed(0)}/s; at ${LOAD} of it p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms; ` +
          `${alone} takes were decided without Redis; the load took ${(processor * 100).toFixed(0)} % of its processor`,
      )
    }
  } finally {
    await peer.stop()
  }
}

async function measureWork(peer, work) {
  const { url } = peer
  await closedLoop({ url, work, connections: 32, seconds: WARM_UP })
  const { perSecond: most } = await closedLoop({ url, work, connections: 32, seconds: Math.ceil(SECONDS / 2) })
  const aloneBefore = await peer.decidedAlone()
  const result = await openLoop({ url, work, perSecond: LOAD * most, settleSeconds: WARM_UP / 2, seconds: SECONDS })
  return { most, ...result, alone: (await peer.decidedAlone()) - aloneBefore }
}

function table(work) {
  return [
    `\n### ${WORK[work].title}, at ${LOAD} of what each can do\n`,
    '| server | at most, a second | p50 ms | p99 ms | p99 ÷ that with protection off |',
    '|---|---:|---:|---:|---:|',
    ...compared.map((id) => {
      const measured = rounds[work][id]
      const figures = ['most', 'p50Ms', 'p99Ms'].map((figure) =>
        shown(
          measured.map((one) => one[figure]),
          figure === 'most' ? 0 : 2,
        ),
      )
      const off = rounds[work][OFF] ?? []
      const ratios = measured.flatMap(({ p99Ms }, round) => (off[round] ? [p99Ms / off[round].p99Ms] : []))
      return `| ${[PEERS[id].name, ...figures, ratios.length > 0 ? shown(ratios, 2) : '–'].join(' | ')} |`
    }),
  ].join('\n')
}

function shown(values, digits) {
  const { median, min, max } = spread(values)
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
