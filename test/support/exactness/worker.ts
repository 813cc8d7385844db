import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import { createLeasingBudgetStore } from '../../../src/budget/leasing/leasing-budget-store.ts'
import { createRedisBudgetStore } from '../../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import type { Work, WorkDone } from './measure-exactness.ts'

// One of the processes that measure-exactness.ts starts. It says that it is ready, begins when it is told to, and tells
// what it was admitted.
const [text = ''] = process.argv.slice(2)
const work: Work = JSON.parse(text)
const stores = await Promise.all(Array.from({ length: work.connections }, openStore))
const clock = await createRedisConnection(work.url)
const seats: [from: number, to: number][] = []
const done = { admitted: 0, used: 0, denied: 0, endMs: 0, seats }

process.send?.('ready')
await once(process, 'message')
const until = performance.now() + work.seconds * 1000
await Promise.all(
  stores.flatMap((store) => Array.from({ length: work.takesPerConnection }, () => takeUntilTheEnd(store))),
)
const [seconds = 0, micros = 0] = (await clock.time()).map(Number)
done.endMs = seconds * 1000 + micros / 1000
await Promise.all(stores.map((store) => store.close()))
clock.disconnect()
process.send?.(done satisfies WorkDone)
process.disconnect()

async function openStore(): Promise<BudgetStore> {
  const connection = await createRedisConnection(work.url, { commandTimeoutMs: 10_000, connectTimeoutMs: 30_000 })
  const store = createRedisBudgetStore({ connection, prefix: work.prefix })
  if (!work.leases) return store
  return createLeasingBudgetStore({ store, newId: randomUUID, expectedNodes: work.processes * work.connections })
}

/** One take after the other, each settled with some of what it took. */
async function takeUntilTheEnd(store: BudgetStore): Promise<void> {
  const isSeat = work.budget.algorithm === 'semaphore'
  while (performance.now() < until) {
    const amount = isSeat ? 1 : randomInt(work.maxAmount) + 1
    const charges = [{ budget: work.budget, subject: 'ada', amount }]
    const result = await store.take({ id: randomUUID(), tenant: 'acme', charges, ttlMs: 30_000 })
    if (!result.admitted) {
      done.denied += 1
      continue
    }
    const actual = randomInt(amount + 1)
    done.admitted += 1
    done.used += actual
    const startMs = performance.timeOrigin + performance.now()
    if (work.maxRunMs > 0) await setTimeout(randomInt(work.maxRunMs))
    if (isSeat) seats.push([startMs, performance.timeOrigin + performance.now()])
    await store.settle(result.reservation, [actual])
  }
}
