// How many operations a second Tollgate serves with everything on, and how many its peers do, bare and protected: one
// schema, one set of objects, one redis-server, one load. Each round starts every server anew, one after another.
// Run with `npm run bench` in bench/. README.md says what can be set.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../budget/redis-server.mjs'
import { checkAnswer, checkRefusal } from './check-answer.mjs'
import { closedLoop } from './load/wrk.mjs'
import { cpuMillis, LOAD_CPU, machine, pin, residentMiB, waitedMillis } from './machine.mjs'
import { chosen, PEERS } from './peers.mjs'
import { compared } from './report/compared.mjs'
import { plot } from './report/plot.mjs'
import { ratioTable } from './report/ratios.mjs'
import { tables } from './report/tables.mjs'
import { startPeer } from './start-peer.mjs'
import { spread } from './statistics.mjs'
import { WORK } from './work.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const SECONDS = Number(process.env.SECONDS ?? 4)
const CONNECTIONS = Number(process.env.CONNECTIONS ?? 32)
/** Not counted: what is hot gets compiled, and pools fill. */
const WARM_UP_SECONDS = Number(process.env.WARM_UP ?? Math.max(1, Math.round(SECONDS / 2)))
const FIGURES = ['perSecond', 'p50Ms', 'p99Ms', 'cpuMicros', 'residentMiB', 'waited', 'alone']

const peers = chosen(PEERS, 'PEERS')
const works = chosen(WORK, 'WORK')
const conditions = {
  ...machine(),
  rounds: ROUNDS,
  seconds: SECONDS,
  warmUpSeconds: WARM_UP_SECONDS,
  connections: CONNECTIONS,
  redisDeadline: process.env.DEADLINE ?? '50ms',
  resolvers: process.env.RESOLVERS === 'async' ? 'asynchronous' : 'synchronous',
}
console.log(compared(peers, works, conditions))

const redis = await startRedis()
pin(redis.pid, LOAD_CPU)
/** By work and peer, what each round measured. */
const rounds = Object.fromEntries(works.map((work) => [work, Object.fromEntries(peers.map((peer) => [peer, []]))]))
try {
  for (const id of peers) await checkPeer(id)
  for (let round = 0; round < ROUNDS; round++) {
    for (const id of orderOf(round)) await measurePeer(id, round)
  }
} finally {
  await redis.stop()
}
report()

/** Another one begins each time, and every other round goes backwards: machines drift. */
function orderOf(round) {
  const from = (round * 5) % peers.length
  const order = [...peers.slice(from), ...peers.slice(0, from)]
  return round % 2 === 0 ? order : order.toReversed()
}

/** Before anything is measured, since a wrong answer ends the bench. */
async function checkPeer(id) {
  const peer = await startPeer(id, { redisUrl: redis.url })
  try {
    for (const key of works) await checkAnswer(peer, WORK[key])
    if (PEERS[id].protection !== undefined) await checkRefusal(peer)
  } finally {
    await peer.stop()
  }
}

async function measurePeer(id, round) {
  const peer = await startPeer(id, { redisUrl: redis.url })
  try {
    for (const key of works) {
      const measured = await measureWork(peer, WORK[key])
      rounds[key][id].push(measured)
      const { perSecond, p50Ms, p99Ms, cpuMicros, waited, alone } = measured
      console.error(
        `round ${round + 1}, ${id}, ${key}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ` +
          `${cpuMicros.toFixed(0)} µs, waited ${(waited * 100).toFixed(0)} %` +
          (alone > 0 ? `; ${(alone * 100).toFixed(1)} takes of 100 operations were decided without Redis` : ''),
      )
    }
    for (const key of works) await checkAnswer(peer, WORK[key])
  } finally {
    await peer.stop()
  }
}

async function measureWork(peer, work) {
  const { url, pid } = peer
  const load = { url, work, connections: CONNECTIONS }
  await closedLoop({ ...load, seconds: WARM_UP_SECONDS })
  const aloneBefore = await peer.decidedAlone()
  const before = { cpuMs: cpuMillis(pid), waitedMs: waitedMillis(pid), atMs: performance.now() }
  const { requests, perSecond, p50Ms, p99Ms } = await closedLoop({ ...load, seconds: SECONDS })
  if (requests === 0) throw new Error(`Nothing was answered within ${SECONDS} s: this machine is too busy`)
  const cpuMicros = ((cpuMillis(pid) - before.cpuMs) * 1000) / requests
  const waited = (waitedMillis(pid) - before.waitedMs) / (performance.now() - before.atMs)
  const alone = ((await peer.decidedAlone()) - aloneBefore) / requests
  return { perSecond, p50Ms, p99Ms, cpuMicros, residentMiB: residentMiB(pid), waited, alone }
}

function report() {
  const results = Object.fromEntries(
    works.map((work) => [work, Object.fromEntries(peers.map((peer) => [peer, summaryOf(rounds[work][peer])]))]),
  )
  const text = [compared(peers, works, conditions), ...tables(results), ratioTable(rounds)].join('\n')
  const folder = process.env.OUT ?? fileURLToPath(new URL('results/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const write = (name, content) => writeFileSync(`${folder}/${name}`, content)
  write('peers.md', text)
  write('peers.json', `${JSON.stringify({ conditions, results, rounds }, null, 2)}\n`)
  write('peers.svg', plot(results))
  console.log(`${text.slice(text.indexOf('\n### '))}\npeers.md, peers.json and peers.svg are in ${folder}`)
}

function summaryOf(measured) {
  return Object.fromEntries(FIGURES.map((figure) => [figure, spread(measured.map((one) => one[figure]))]))
}
