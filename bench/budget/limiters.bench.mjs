// What limiting an operation takes: Tollgate's budgets against rate-limiter-flexible, on one redis-server, in turns.
// Run with `npm run limiters` in bench/; it needs redis-server on the PATH, or REDIS_URL.
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'
import { createMemoryBudgetStore } from '../../dist/budget/index.js'
import { createRedisBudgetStore, createRedisConnection } from '../../dist/budget/redis/index.js'
import { startRedis } from './redis-server.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 7)
const OPERATIONS = Number(process.env.OPERATIONS ?? 20_000)
const IN_FLIGHT = Number(process.env.IN_FLIGHT ?? 256)
const clients = Array.from({ length: 1_000 }, (_, index) => `client-${index}`)
const LEVELS = ['client', 'tenant', 'operation', 'ip']
// So wide that nothing is denied: what is measured is the limiting, not the limit.
const CAPACITY = 1e9

const budgets = LEVELS.map((level) => ({
  name: level,
  level,
  meter: 'cost',
  algorithm: 'token-bucket',
  capacity: CAPACITY,
  refillPerSecond: 1e6,
  mode: 'enforce',
  onStoreFailure: 'local',
}))

/** `ttlMs` is how long a take can be settled: rate-limiter-flexible has nothing like it, which is a take with 0. */
function takes(store, levels, ttlMs) {
  const chargesOf = new Map(clients.map((client) => [client, charges(client, levels)]))
  const run = randomUUID()
  let taken = 0
  return async (client) => {
    const request = { id: `${run}-${taken++}`, tenant: client, charges: chargesOf.get(client), ttlMs }
    const { admitted } = await store.take(request)
    if (!admitted) throw new Error('Nothing was to be denied')
  }
}

function charges(client, levels) {
  return budgets.slice(0, levels).map((budget) => ({ budget, subject: client, amount: 57 }))
}

function consumes(levels, make) {
  const limiters = LEVELS.slice(0, levels).map((keyPrefix) => make({ keyPrefix, points: CAPACITY, duration: 60 }))
  const limiter = limiters.length === 1 ? limiters[0] : new RateLimiterUnion(...limiters)
  return (client) => limiter.consume(client, 57)
}

/** Operations per second with a number of them in flight all the time, and what each costs this process and Redis. */
async function throughput(operation) {
  let begun = 0
  const work = async () => {
    while (begun < OPERATIONS) await operation(clients[begun++ % clients.length])
  }
  const redisBefore = await redisCpuMicros()
  const start = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  const { user, system } = process.cpuUsage(cpu)
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  return {
    perSecond: OPERATIONS / seconds,
    cpuMicros: (user + system) / OPERATIONS,
    redisMicros: ((await redisCpuMicros()) - redisBefore) / OPERATIONS,
  }
}

async function redisCpuMicros() {
  const info = await storeClient.info('cpu')
  const seconds = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)[1])
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6
}

const server = await startRedis()
const store = createRedisBudgetStore({
  connection: await createRedisConnection(server.url, { commandTimeoutMs: 10_000 }),
})
const storeClient = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
await new Promise((resolve) => storeClient.once('ready', resolve))
const memory = createMemoryBudgetStore()
const inRedis = (options) => new RateLimiterRedis({ storeClient, ...options })
const inMemory = (options) => new RateLimiterMemory(options)

const groups = [1, 4].flatMap((levels) =>
  [
    ['Redis', store, inRedis],
    ['memory', memory, inMemory],
  ].map(([where, budgetStore, make]) => ({
    name: `${where}, ${levels} level${levels > 1 ? 's' : ''}`,
    tasks: {
      'Tollgate, take': takes(budgetStore, levels, 0),
      'Tollgate, take that can be settled': takes(budgetStore, levels, 10_000),
      'rate-limiter-flexible': consumes(levels, make),
    },
  })),
)

for (const { tasks } of groups) for (const operation of Object.values(tasks)) await throughput(operation)
const rounds = groups.map(({ tasks }) => Object.fromEntries(Object.keys(tasks).map((name) => [name, []])))
for (let round = 0; round < ROUNDS; round++) {
  for (const [index, { tasks }] of groups.entries()) {
    for (const [name, operation] of Object.entries(tasks)) rounds[index][name].push(await throughput(operation))
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
console.log(
  `${ROUNDS} rounds of ${OPERATIONS} operations, ${IN_FLIGHT} in flight, ${clients.length} clients; medians\n`,
)
console.log(
  '| where | what | a second | ÷ rate-limiter-flexible | CPU here, µs | CPU of Redis, µs |\n|---|---|---|---|---|---|',
)
for (const [index, { name }] of groups.entries()) {
  const peer = rounds[index]['rate-limiter-flexible']
  for (const [what, figures] of Object.entries(rounds[index])) {
    const perSecond = Math.round(median(figures.map((one) => one.perSecond))).toLocaleString('en')
    const ratio = median(figures.map((one, round) => one.perSecond / peer[round].perSecond)).toFixed(2)
    const [here, redis] = ['cpuMicros', 'redisMicros'].map((key) => median(figures.map((one) => one[key])).toFixed(1))
    console.log(`| ${name} | ${what} | ${perSecond} | ${ratio} | ${here} | ${redis} |`)
  }
}

await store.close()
storeClient.disconnect()
await server.stop()
