// Whether memory stays as it is: ten minutes at seven tenths of what the server can do, from a hundred thousand clients.
// They have no keys: each is an address that a proxy passes on. Run with `npm run soak` in bench/. README.md says what
// can be set.
import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { startRedis } from '../budget/redis-server.mjs'
import { openLoop } from './load/open-loop.mjs'
import { closedLoop } from './load/wrk.mjs'
import { LOAD_CPU, machine, pin, residentMiB } from './machine.mjs'
import { chosen, PEERS } from './peers.mjs'
import { startPeer } from './start-peer.mjs'
import { slope } from './statistics.mjs'
import { WORK } from './work.mjs'

const SECONDS = Number(process.env.SECONDS ?? 600)
const CLIENTS = Number(process.env.CLIENTS ?? 100_000)
const EVERY_MS = Number(process.env.EVERY_SECONDS ?? 10) * 1000
const LOAD = Number(process.env.LOAD ?? 0.7)
/** What comes before is filling: every client has to have come once, and the heap finds its size. */
const FILLING_SECONDS = Math.round(0.2 * SECONDS)

const compared = process.env.PEERS === undefined ? ['tollgate-leases'] : chosen(PEERS, 'PEERS')
const [workKey] = process.env.WORK === undefined ? ['facts'] : chosen(WORK, 'WORK')
const work = WORK[workKey]
console.log(
  `${JSON.stringify(machine())}\n${work.title}, ${CLIENTS} clients, ${SECONDS} s at ${LOAD} of what each server can do`,
)

const redis = await startRedis()
pin(redis.pid, LOAD_CPU)
try {
  for (const id of compared) await soak(id)
} finally {
  await redis.stop()
}

async function soak(id) {
  const peer = await startPeer(id, { redisUrl: redis.url, trustedProxies: ['127.0.0.1'] })
  try {
    const load = { url: peer.url, work, clients: CLIENTS }
    await closedLoop({ ...load, connections: 32, seconds: Math.min(5, SECONDS) })
    const { perSecond } = await closedLoop({ ...load, connections: 32, seconds: Math.min(10, SECONDS) })
    const done = openLoop({ ...load, perSecond: LOAD * perSecond, settleSeconds: 0, seconds: SECONDS })
    const samples = await sampled(peer, redis, done)
    const result = await done
    report(id, perSecond, samples, { ...result, alone: await peer.decidedAlone() })
  } finally {
    await peer.stop()
  }
}

/** Resident memory of the server and of Redis until the load is over. */
async function sampled(peer, redis, done) {
  const samples = []
  const fromMs = performance.now()
  let isOver = false
  const over = done.then(
    () => {
      isOver = true
    },
    () => {
      isOver = true
    },
  )
  while (!isOver) {
    const sample = {
      seconds: Math.round((performance.now() - fromMs) / 1000),
      serverMiB: residentMiB(peer.pid),
      redisMiB: redis.pid === undefined ? Number.NaN : residentMiB(redis.pid),
    }
    samples.push(sample)
    console.error(`${sample.seconds} s: ${sample.serverMiB.toFixed(1)} MiB, Redis ${sample.redisMiB.toFixed(1)} MiB`)
    await Promise.race([over, setTimeout(EVERY_MS)])
  }
  return samples
}

function report(id, perSecond, samples, { sent, p50Ms, p99Ms, processor, alone }) {
  const settled = samples.filter(({ seconds }) => seconds >= FILLING_SECONDS)
  const server = settled.map(({ serverMiB }) => serverMiB)
  const perMinute = 60 * slope(settled.map(({ seconds, serverMiB }) => ({ x: seconds, y: serverMiB })))
  const mean = server.reduce((sum, value) => sum + value, 0) / server.length
  const away = Math.max(...server.map((value) => Math.abs(value - mean))) / mean
  console.log(
    [
      `\n${PEERS[id].name}: at most ${perSecond.toFixed(0)} operations a second; ${sent} sent at ${LOAD} of it, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
      `  resident memory after the first ${FILLING_SECONDS} s: ${Math.min(...server).toFixed(1)}–${Math.max(...server).toFixed(1)} MiB, at most ${(away * 100).toFixed(1)} % from their mean`,
      `  slope: ${perMinute.toFixed(2)} MiB a minute, ${((perMinute / mean) * 1000).toFixed(1)} % in ten minutes`,
      `  ${alone} takes were decided without Redis, since the start; the load took ${(processor * 100).toFixed(0)} % of its processor`,
    ].join('\n'),
  )
  const folder = process.env.OUT
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/soak-${id}.json`, `${JSON.stringify(samples, null, 2)}\n`)
}
