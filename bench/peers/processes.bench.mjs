// What a second process is worth: WEB_CONCURRENCY=1 and 2, with all protection on and budgets in Redis. Run with
// `npm run processes` in bench/. README.md says what can be set.
import { startRedis } from '../budget/redis-server.mjs'
import { checkAnswer } from './check-answer.mjs'
import { closedLoop } from './load/wrk.mjs'
import { cpuMillisOfAll, machine } from './machine.mjs'
import { chosen, PEERS } from './peers.mjs'
import { startPeer } from './start-peer.mjs'
import { spread } from './statistics.mjs'
import { WORK } from './work.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const SECONDS = Number(process.env.SECONDS ?? 5)
const CONNECTIONS = 64

const [id = 'tollgate-leases'] = process.env.PEERS === undefined ? [] : chosen(PEERS, 'PEERS')
const works = process.env.WORK === undefined ? ['facts'] : chosen(WORK, 'WORK')
console.log(
  `${JSON.stringify(machine())}\n${PEERS[id].name}; ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections`,
)
console.log('Nothing is bound to a processor: the load and Redis take theirs from the same ones.')

const redis = await startRedis()
const rounds = Object.fromEntries(works.map((work) => [work, []]))
try {
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = round % 2 === 0 ? [1, 2] : [2, 1]
    const measured = { [first]: await measure(first), [second]: await measure(second) }
    for (const work of works) {
      rounds[work].push({ one: measured[1][work], two: measured[2][work] })
      const { one, two } = rounds[work].at(-1)
      console.error(
        `${work}: 1 process ${one.perSecond.toFixed(0)}/s, 2 processes ${two.perSecond.toFixed(0)}/s: ` +
          `${(two.perSecond / one.perSecond).toFixed(2)}×; ${one.micros.toFixed(0)} and ${two.micros.toFixed(0)} µs of processor each`,
      )
    }
  }
} finally {
  await redis.stop()
}
for (const work of works) {
  const figure = (digits, of) => {
    const { median, min, max } = spread(rounds[work].map(of))
    return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
  }
  console.log(
    [
      `${WORK[work].title}: 1 process ${figure(0, ({ one }) => one.perSecond)}/s, 2 processes ${figure(0, ({ two }) => two.perSecond)}/s, ratio ${figure(2, ({ one, two }) => two.perSecond / one.perSecond)}`,
      `  processor time of the servers for one operation: ${figure(1, ({ one }) => one.micros)} µs, ${figure(1, ({ two }) => two.micros)} µs`,
      `  what two processors of their own would serve by that: ${figure(2, ({ one, two }) => (2 * one.micros) / two.micros)} times what one does`,
    ].join('\n'),
  )
}

/** Operations a second and the processor time of one, by work. */
async function measure(processes) {
  // One process is not bound to a processor either.
  const peer = await startPeer(id, { redisUrl: redis.url, processes, isPinned: false })
  try {
    const measured = {}
    for (const work of works) {
      await checkAnswer(peer, WORK[work])
      const loop = { url: peer.url, work: WORK[work], connections: CONNECTIONS, isPinned: false }
      await closedLoop({ ...loop, seconds: Math.ceil(SECONDS / 2) })
      const beforeMs = cpuMillisOfAll(peer.pid)
      const { perSecond, requests } = await closedLoop({ ...loop, seconds: SECONDS })
      measured[work] = { perSecond, micros: ((cpuMillisOfAll(peer.pid) - beforeMs) * 1000) / requests }
    }
    return measured
  } finally {
    await peer.stop()
  }
}
