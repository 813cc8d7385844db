// One event to very many subscribers: this server, which executes and writes it once, and a plain graphql-ws server, which
// does so for each of them. Rounds of both take turns. `npm --prefix bench run fan-out`.
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { median } from '../../test/e2e/hostile/median.ts'
import { startServer } from '../../test/support/server-process.ts'
import { writeTestConfig } from '../../test/support/test-config.ts'
// @ts-expect-error It is JavaScript.
import { startRedis } from '../budget/redis-server.mjs'
import type { RoundResult, SubscribersOrder } from './subscribers.ts'

const SUBSCRIBERS = Number(process.env['SUBSCRIBERS'] ?? 10_000)
const CLIENTS = 100
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const EVENTS = Number(process.env['EVENTS'] ?? 20)

const WARM_UP = 5

/** What the subscribers ask for: the least there is, and what a list of products shows. */
const OPERATIONS = {
  quantity: 'subscription { stockChanged(productIds: ["Product:1"]) { quantity } }',
  card:
    'subscription { stockChanged(productIds: ["Product:1"]) ' +
    '{ quantity product { id sku name price { amount currency } category { id name } } } }',
}

const redis = await startRedis()
const config = await writeTestConfig((file) => {
  file.server = { ...file.server, maxConnections: 20_000 }
  Object.assign(file, { log: { level: 'error' } })
  Object.assign(file.tiers['enterprise'] ?? {}, { subscriptions: { perClient: SUBSCRIBERS, perSocket: 100 } })
  for (const budget of file.tiers['enterprise']?.budgets ?? []) {
    // They are charged as ever, and do not end.
    Object.assign(budget, { capacity: 1e9, window: '60s' })
  }
  file.clients = Array.from({ length: CLIENTS }, (_, index) => ({
    id: `client-${index}`,
    tenant: `tenant-${index}`,
    tier: 'enterprise',
    keySha256: createHash('sha256').update(`client-${index}`).digest('hex'),
  }))
})
const tollgate = await startServer({ TOLLGATE_CONFIG: config.path, REDIS_URL: redis.url, NODE_ENV: 'production' })
const plain = fork(new URL('plain-server.mjs', import.meta.url), { env: { ...process.env, REDIS_URL: redis.url } })
const [plainPort] = await once(plain, 'message')

const ports = { tollgate: Number(new URL(tollgate.url).port), plain: plainPort }

const cpuMs = {
  tollgate: async () => 1_000 * Number(/^process_cpu_seconds_total (\S+)/m.exec(await metrics())?.[1]),
  async plain() {
    plain.send('cpu')
    const [{ user, system }] = await once(plain, 'message')
    return (user + system) / 1_000
  },
}

console.log(`${SUBSCRIBERS} subscribers of one topic, ${CLIENTS} clients, over WebSocket; ${EVENTS} events a round.`)
for (const [name, query] of Object.entries(OPERATIONS)) await compare(name, query)

plain.kill('SIGKILL')
await tollgate.stop('SIGKILL')
await Promise.all([redis.stop(), config.remove()])
process.exit(0)

/** Rounds of both, in turn, of one operation. */
async function compare(operation: string, query: string): Promise<void> {
  const idle = await memory()
  const fans = { tollgate: await subscribers('tollgate', query), plain: await subscribers('plain', query) }
  await setTimeout(5_000)
  const full = await memory()
  const kb = (name: keyof typeof idle) => ((full[name] - idle[name]) / SUBSCRIBERS / 1024).toFixed(1)
  console.log(`\n${operation}: ${query}`)
  console.log(`  each idle subscriber: ${kb('resident')} KB resident, of them ${kb('heap')} KB heap`)
  const results: Record<keyof typeof fans, RoundResult[]> = { tollgate: [], plain: [] }
  for (const name of ['tollgate', 'plain'] as const) await round(fans[name], WARM_UP)
  for (let turn = 1; turn <= ROUNDS; turn++) {
    for (const name of ['tollgate', 'plain'] as const) {
      const before = await cpuMs[name]()
      const result = await round(fans[name], EVENTS)
      const cpuUs = (((await cpuMs[name]()) - before) / EVENTS / SUBSCRIBERS) * 1_000
      results[name].push(result)
      const { p50, p99, max } = result.latenciesMs
      const times = `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, last ${max.toFixed(0)} ms`
      console.log(
        `  round ${turn}  ${name.padEnd(8)}  ${rate(result).toFixed(2)} events/s  ${times}, CPU ${cpuUs.toFixed(1)} µs for each`,
      )
    }
  }
  const rates = { tollgate: median(results.tollgate.map(rate)), plain: median(results.plain.map(rate)) }
  const p99 = median(results.tollgate.map(({ latenciesMs }) => latenciesMs.p99))
  console.log(
    `  median: ${rates.tollgate.toFixed(2)} events/s to all, plain ${rates.plain.toFixed(2)}: ` +
      `${(rates.tollgate / rates.plain).toFixed(1)} times as many; p99 ${p99.toFixed(0)} ms`,
  )
  console.log(`  charged so far: ${await charged()} points`)
  for (const child of Object.values(fans)) child.kill('SIGKILL')
  await setTimeout(3_000)
}

async function subscribers(server: SubscribersOrder['server'], query: string): Promise<ChildProcess> {
  const child = fork(new URL('subscribers.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  const order: SubscribersOrder = {
    server,
    port: ports[server],
    redisUrl: redis.url,
    query,
    subscribers: SUBSCRIBERS,
    clients: CLIENTS,
  }
  child.send(order)
  const [message] = await once(child, 'message')
  if (message !== 'subscribed') throw new Error(String(message))
  return child
}

async function round(fan: ChildProcess, events: number): Promise<RoundResult> {
  fan.send(events)
  const [result] = await once(fan, 'message')
  return result
}

function rate({ events, tookMs }: RoundResult): number {
  return (events * 1_000) / tookMs
}

async function metrics(): Promise<string> {
  return (await fetch(`${tollgate.url}/metrics`)).text()
}

async function memory() {
  const text = await metrics()
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
  return { resident: read('process_resident_memory_bytes'), heap: read('nodejs_heap_size_used_bytes') }
}

async function charged(): Promise<number> {
  return Number(/^tollgate_subscription_cost_total\{tier="enterprise"\} (\d+)/m.exec(await metrics())?.[1])
}
