// What an idle client weighs: one that has used its budgets, has no operation running, and whose budgets are not full
// again yet. In Redis and in the memory store, for docs/guides/budgets.md.
// Run with `npm run memory` in bench/; it needs redis-server on the PATH, or a REDIS_URL with nothing in it.
import { randomUUID } from 'node:crypto'
import { defineBudget } from '../../src/budget/define-budget.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import { createRedisBudgetStore } from '../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection } from '../../src/budget/redis/redis-connection.ts'
import { startRedis } from './redis-server.mjs'

const CLIENTS = Number(process.env.CLIENTS ?? 100_000)
const IN_FLIGHT = 64
const CAPACITY = 1000
const DAY_MS = 86_400_000

// All of the capacity is used at once, and all of it comes back within a day: nobody's buckets end while others are made.
const limits = {
  'token-bucket': { refillPerSecond: CAPACITY / 86_400 },
  'leaky-bucket': { refillPerSecond: CAPACITY / 86_400, maxDelayMs: 1000 },
  'fixed-window': { window: { months: 1 } },
  'sliding-window': { windowMs: DAY_MS },
  'sliding-log': { windowMs: DAY_MS },
}
const budgetOf = (name, algorithm, more) =>
  defineBudget({ name, algorithm, capacity: CAPACITY, ...limits[algorithm], ...more })
const log = budgetOf('burst', 'sliding-log')
const seats = defineBudget({ name: 'parallel', meter: 'concurrency', algorithm: 'semaphore', capacity: CAPACITY })

/** Budgets of a client, and the amounts of its takes. */
const cases = [
  ...Object.keys(limits).map((name) => ({ name, budgets: [budgetOf('burst', name)], amounts: [CAPACITY] })),
  { name: 'sliding-log, 100 charges', budgets: [log], amounts: Array(100).fill(1), clients: CLIENTS / 100 },
  { name: 'sliding-log, 1000 charges', budgets: [log], amounts: Array(1000).fill(1), clients: CLIENTS / 1000 },
  {
    name: 'token-bucket, and a reservation',
    budgets: [budgetOf('burst', 'token-bucket')],
    amounts: [CAPACITY],
    ttlMs: DAY_MS,
  },
  { name: 'concurrency, while one runs', budgets: [seats], amounts: [1] },
  {
    name: 'three token buckets',
    budgets: [
      budgetOf('burst', 'token-bucket'),
      budgetOf('daily', 'token-bucket'),
      budgetOf('requests', 'token-bucket', { meter: 'requests' }),
    ],
    amounts: [CAPACITY],
  },
]

/** Ten clients to a tenant. Takes leave no reservation, if not told to. */
async function fill(store, { budgets, amounts, clients = CLIENTS, ttlMs = 0 }) {
  let begun = 0
  const work = async () => {
    while (begun < clients) {
      const client = begun++
      const [tenant, subject] = [`tenant-${Math.floor(client / 10)}`, `client-${client}`]
      for (const amount of amounts) {
        const charges = budgets.map((budget) => ({ budget, subject, amount }))
        const { admitted } = await store.take({ id: randomUUID(), tenant, charges, ttlMs, heldMs: DAY_MS })
        if (!admitted) throw new Error(`A take of ${subject} was denied`)
      }
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
}

async function bytesInRedis(connection, store, one) {
  await connection.flushall()
  const before = await usedMemory(connection)
  await fill(store, one)
  return ((await usedMemory(connection)) - before) / (one.clients ?? CLIENTS)
}

async function usedMemory(connection) {
  return Number(/^used_memory:(\d+)/m.exec(await connection.info('memory'))[1])
}

async function bytesInMemory(one) {
  let nowMs = Date.parse('2026-11-01')
  const before = usedHeap()
  const store = createMemoryBudgetStore({ now: () => nowMs++ })
  await fill(store, one)
  const bytes = (usedHeap() - before) / (one.clients ?? CLIENTS)
  await store.close()
  return bytes
}

function usedHeap() {
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

const server = await startRedis()
const connection = await createRedisConnection(server.url, { commandTimeoutMs: 10_000 })
const store = createRedisBudgetStore({ connection })
if ((await connection.dbsize()) > 0) throw new Error('This Redis holds something, and would be emptied')
// The scripts are there before anything is measured.
await fill(store, { budgets: [seats], amounts: [1], clients: 1 })
console.log('| budgets of a client | bytes in Redis | bytes in the memory store |\n|---|---|---|')
for (const one of cases) {
  const [inRedis, inMemory] = [await bytesInRedis(connection, store, one), await bytesInMemory(one)]
  console.log(`| ${one.name} | ${Math.round(inRedis)} | ${Math.round(inMemory)} |`)
}
await store.close()
await server.stop()
