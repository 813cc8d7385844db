// Whether budgets admit a point too many where many processes take from one bucket at once, on one redis-server and on a
// cluster of three masters; and how many commands a busy client costs Redis with and without leases. Run with
// `npm run exactness` in bench/; `npm run exactness -- 2` measures for 2 seconds each instead of 10.
import type { Budget } from '../../src/budget/budget.ts'
import {
  type Exactness,
  type ExactnessOptions,
  measureExactness,
} from '../../test/support/exactness/measure-exactness.ts'
import { startRedisCluster } from '../../test/support/redis-cluster.ts'
import { startRedis } from '../../test/support/services.ts'

const seconds = Number(process.argv[2] ?? 10)
const face = { name: 'hot', level: 'client', mode: 'enforce', onStoreFailure: 'closed', meter: 'cost' } as const
const tokenBucket: Budget = { ...face, algorithm: 'token-bucket', capacity: 1000, refillPerSecond: 2000 }
const others: readonly Budget[] = [
  { ...face, algorithm: 'leaky-bucket', capacity: 1000, refillPerSecond: 2000, maxDelayMs: 500 },
  { ...face, algorithm: 'fixed-window', capacity: 2000, window: { ms: 1000 } },
  { ...face, algorithm: 'sliding-window', capacity: 2000, windowMs: 1000 },
  { ...face, algorithm: 'sliding-log', capacity: 2000, windowMs: 1000 },
  { ...face, meter: 'concurrency', algorithm: 'semaphore', capacity: 32 },
]
const wide: Budget = { ...tokenBucket, capacity: 1_000_000, refillPerSecond: 1_000_000 }

const server = await startRedis()
const cluster = await startRedisCluster()
const crowd = {
  processes: 8,
  connections: 64,
  takesPerConnection: 1,
  seconds,
  maxAmount: 10,
  maxRunMs: 10,
  leases: false,
}
const onServer = { ...crowd, url: server.url, servers: [server.url] }
const onCluster = { ...crowd, url: cluster.url, servers: cluster.urls }
/** One node has one store, and all of its takes go through it. */
const node = { connections: 1, takesPerConnection: 64 }

console.log(`8 processes, ${crowd.connections} connections each with one take at a time, ${seconds} s on one bucket.`)
console.log('Leases: 8 processes, one connection each with 64 takes at a time.\n')
console.log('| on | budget | leases | admitted | denied | used | bound | over | of the bound |')
console.log('|---|---|---|--:|--:|--:|--:|--:|--:|')
await exactnessRow('redis', { ...onServer, budget: tokenBucket })
await exactnessRow('cluster', { ...onCluster, budget: tokenBucket })
for (const budget of others) await exactnessRow('redis', { ...onServer, budget })
await exactnessRow('redis', { ...onServer, ...node, budget: tokenBucket, leases: true })
await exactnessRow('cluster', { ...onCluster, ...node, budget: tokenBucket, leases: true })

console.log('\nOne busy client on one node, within its budget:\n')
console.log('| leases | takes at once | admitted | script calls | calls for each request |')
console.log('|---|--:|--:|--:|--:|')
for (const takesPerConnection of [1, 64]) {
  for (const leases of [false, true]) {
    await commandsRow({ ...onServer, processes: 1, connections: 1, takesPerConnection, budget: wide, leases })
  }
}
await Promise.all([server.stop(), cluster.stop()])

async function exactnessRow(on: string, options: ExactnessOptions): Promise<void> {
  const { budget, leases } = options
  const { admitted, denied, used, bound }: Exactness = await measureExactness(options)
  const part = `${((100 * used) / bound).toFixed(1)} %`
  const over = Math.max(0, used - bound)
  row([on, budget.algorithm, leases ? 'on' : 'off', admitted, denied, used, bound, over, part])
}

async function commandsRow(options: ExactnessOptions): Promise<void> {
  const { admitted, commands } = await measureExactness(options)
  const each = (commands / admitted).toPrecision(2)
  row([options.leases ? 'on' : 'off', options.takesPerConnection, admitted, commands, each])
}

function row(cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}
