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
const IN_FLIGHT = 64
const CLIENTS = 1_000
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

function takes(store, levels) {
  const taken = budgets.slice(0, levels)
  return async (client) => {
    const charges = taken.map((budget) => ({ budget, subject: client, amount: 57 }))
    const result = await store.take({ id: randomUUID(), tenant: client, charges, ttlMs: 10_000 })
    if (!result.admitted) throw new Error(`denied: ${JSON.stringify(result)}`)
    return result.reservation
  }
}

function consumes(levels, make) {
  const limiters = LEVELS.slice(0, levels).map((keyPrefix) => make({ keyPrefix, points: CAPACITY, duration: 60 }))
  const limiter = limiters.length === 1 ? limiters[0] : new RateLimiterUnion(...limiters)
  return (client) => limiter.consume(client, 57)
}

/** Operations per second with a number of them in flight all the time. */
async function throughput(operation) {
  let begun = 0
  const work = async () => {
    while (begun < OPERATIONS) await operation(`client-${begun++ % CLIENTS}`)
  }
  const start = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: OPERATIONS / (Number(process.hrtime.bigint() - start) / 1e9),
    cpuMicros: (user + system) / OPERATIONS,
  }
}

const server = await startRedis()
const store = createRedisBudgetStore({ connection: await createRedisConnection(server.url) })
const storeClient = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
await new Promise((resolve) => storeClient.once('ready', resolve))
const memory = createMemoryBudgetStore()
const inRedis = (options) => new RateLimiterRedis({ storeClient, ...options })
const inMemory = (options) => new RateLimiterMemory(options)

const tasks = {
  'Redis, 1 level: Tollgate take': takes(store, 1),
  'Redis, 1 level: rate-limiter-flexible consume': consumes(1, inRedis),
  'Redis, 4 levels: Tollgate take': takes(store, 4),
  'Redis, 4 levels: rate-limiter-flexible union': consumes(4, inRedis),
  'memory, 1 level: Tollgate take': takes(memory, 1),
  'memory, 1 level: rate-limiter-flexible consume': consumes(1, inMemory),
  'memory, 4 levels: Tollgate take': takes(memory, 4),
  'memory, 4 levels: rate-limiter-flexible union': consumes(4, inMemory),
}

const results = new Map(Object.keys(tasks).map((name) => [name, []]))
for (const operation of Object.values(tasks)) await throughput(operation)
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, operation] of Object.entries(tasks)) results.get(name).push(await throughput(operation))
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const figures = new Map(
  [...results].map(([name, rounds]) => [
    name,
    { perSecond: median(rounds.map((r) => r.perSecond)), cpuMicros: median(rounds.map((r) => r.cpuMicros)) },
  ]),
)
console.log(`${ROUNDS} rounds of ${OPERATIONS} operations, ${IN_FLIGHT} in flight, ${CLIENTS} clients; medians\n`)
console.log('| what | operations a second | CPU of the client, µs |\n|---|---|---|')
for (const [name, { perSecond, cpuMicros }] of figures) {
  console.log(`| ${name} | ${Math.round(perSecond).toLocaleString('en')} | ${cpuMicros.toFixed(1)} |`)
}
console.log('\n| ratio | operations a second |\n|---|---|')
const names = [...figures.keys()]
for (let index = 0; index < names.length; index += 2) {
  const ratio = figures.get(names[index]).perSecond / figures.get(names[index + 1]).perSecond
  console.log(`| ${names[index]} ÷ ${names[index + 1].split(': ')[1]} | ${ratio.toFixed(2)} |`)
}

await store.close()
storeClient.disconnect()
await server.stop()
