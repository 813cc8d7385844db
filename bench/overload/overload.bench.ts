// What becomes of three times as many operations as the server can serve: how many are served, of whom, and how long
// those of premium take. Two servers, with overload control and without, take turns under a load from a third process.
// Run with `npm run overload` in bench/. ROUNDS and SECONDS say how long it takes; DATABASE=postgres has the data in
// PostgreSQL; PLOT=1 measures other loads too and draws docs/guides/security/overload.svg.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median } from '../../test/e2e/hostile/median.ts'
import { startPostgres } from '../../test/support/postgres.ts'
import { contention } from './contention.ts'
import { type LoadResult, startLoadProcess } from './load.ts'
import { type BenchServer, MODES, type Mode, startBenchServer, TIERS } from './overloaded-server.ts'
import { type Point, plot } from './plot.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const SECONDS = Number(process.env['SECONDS'] ?? 12)
const CLOSED_SECONDS = 4
const SETTLE_MS = 3_000

const postgres = process.env['DATABASE'] === 'postgres' ? await startPostgres() : undefined
const env = postgres === undefined ? {} : { DATABASE_URL: postgres.url }
// In production nothing is made up in a database that is given: another start fills it.
if (postgres !== undefined) await (await startBenchServer('off', { ...env, NODE_ENV: 'development' })).stop()
const rounds: Readonly<Record<Mode, Round[]>> = { enforce: [], off: [] }
const load = await startLoadProcess()
const servers = { enforce: await startBenchServer('enforce', env), off: await startBenchServer('off', env) }
try {
  let capacity = 0
  for (let round = 1; round <= ROUNDS; round++) {
    // Anew each time: machines drift.
    capacity = await measureCapacity()
    for (const mode of MODES) await measureRound(mode, round, capacity)
  }
  for (const mode of MODES) summarise(mode)
  if (process.env['PLOT'] !== undefined) await drawPlot(capacity)
} finally {
  load.close()
  await Promise.all([servers.enforce.stop(), servers.off.stop()])
  await postgres?.stop()
}

/** The most operations a second that either server serves, whatever number of them is sent at once. */
async function measureCapacity(): Promise<number> {
  const found: number[] = []
  for (const mode of MODES) {
    await closedLoop(servers[mode], 16)
    const rates: number[] = []
    for (const inFlight of [2, 4, 16]) rates.push(await closedLoop(servers[mode], inFlight))
    console.log(`${mode}: ${rates.map((rate) => rate.toFixed(0)).join(', ')} operations a second, 2, 4, 16 at once`)
    found.push(...rates)
  }
  return Math.max(...found)
}

/** Operations a second. */
async function closedLoop({ port }: BenchServer, inFlight: number): Promise<number> {
  const times = { settleMs: 500, countedMs: CLOSED_SECONDS * 1000 }
  const { clients } = await load.run({ kind: 'closed', port, key: 'premium', inFlight, ...times })
  return (clients['premium']?.served ?? 0) / CLOSED_SECONDS
}

interface Round {
  readonly goodput: number
  readonly quietP99Ms: number
  readonly premiumP99Ms: number
}

async function measureRound(mode: Mode, round: number, capacity: number): Promise<void> {
  const server = servers[mode]
  const quiet = await openLoop(server, { premium: 0.2 * capacity })
  const shedBefore = await server.shed()
  const over = await openLoop(server, loadOf(3, capacity))
  const shed = Object.entries(await server.shed()).map(
    ([where, count]) => `${where} ${count - (shedBefore[where] ?? 0)}`,
  )
  const goodput = goodputOf(over)
  const [quietP99Ms, premiumP99Ms] = [p99Of(quiet), p99Of(over)]
  rounds[mode].push({ goodput: goodput / capacity, quietP99Ms, premiumP99Ms })
  console.log(`\n${mode}, round ${round}: quiet`)
  report(quiet)
  console.log(`${mode}, round ${round}: 3 × capacity; shed: ${shed.join(', ')}`)
  report(over)
  console.log(
    `  ${goodput.toFixed(0)} a second served, ${percent(goodput / capacity)} of capacity; p99 of premium ${times(premiumP99Ms / quietP99Ms)} its quiet value`,
  )
}

function summarise(mode: Mode): void {
  const of = (value: (round: Round) => number) => median(rounds[mode].map(value))
  console.log(
    `\n${mode}: median goodput ${percent(of(({ goodput }) => goodput))} of capacity; p99 of premium quiet ` +
      `${of(({ quietP99Ms }) => quietP99Ms).toFixed(0)} ms, at 3 × capacity ${of(({ premiumP99Ms }) => premiumP99Ms).toFixed(0)} ms, ` +
      `median ratio ${times(of(({ quietP99Ms, premiumP99Ms }) => premiumP99Ms / quietP99Ms))}`,
  )
}

/** Premium comes with a fifth of capacity, basic with what is left of it, and free with all above. */
function loadOf(offered: number, capacity: number): Readonly<Record<string, number>> {
  const perSecond = { premium: 0.2, basic: Math.min(0.8, offered - 0.2), free: Math.max(0, offered - 1) }
  const coming = Object.entries(perSecond).filter(([, part]) => part > 0)
  return Object.fromEntries(coming.map(([tier, part]) => [tier, part * capacity]))
}

interface Observed extends LoadResult {
  readonly contention: number
}

async function openLoop(
  { port, process }: BenchServer,
  perSecond: Readonly<Record<string, number>>,
): Promise<Observed> {
  let result: LoadResult | undefined
  const contended = await contention(process.child.pid ?? 0, async () => {
    result = await load.run({ kind: 'open', port, perSecond, settleMs: SETTLE_MS, countedMs: SECONDS * 1000 })
  })
  if (result === undefined) throw new Error('The load has no result')
  return { ...result, contention: contended }
}

function goodputOf({ clients }: LoadResult): number {
  return Object.values(clients).reduce((sum, { served }) => sum + served, 0) / SECONDS
}

function p99Of({ clients }: LoadResult): number {
  return clients['premium']?.p99Ms ?? Number.NaN
}

function report({ clients, lateShare, lateP99Ms, processor, contention: contended }: Observed): void {
  for (const tier of TIERS) {
    const client = clients[tier]
    if (client === undefined) continue
    const { offered, served, p50Ms, p99Ms, ends } = client
    const all = Object.entries(ends).map(([end, count]) => `${count} × ${end}`)
    const took = `p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`
    console.log(`  ${tier}: ${offered} came, ${percent(served / offered)} served, ${took}; ${all.join(', ')}`)
  }
  console.log(
    `  load: ${percent(lateShare)} sent more than 10 ms late, p99 ${lateP99Ms.toFixed(0)} ms, ${percent(processor)} of a ` +
      `processor; the server waited for one ${percent(contended)} of the time`,
  )
}

async function drawPlot(capacity: number): Promise<void> {
  const curves: Record<Mode, Point[]> = { enforce: [], off: [] }
  console.log()
  for (const offered of [0.5, 1, 1.5, 2, 3, 4]) {
    for (const mode of MODES) {
      const result = await openLoop(servers[mode], loadOf(offered, capacity))
      const point = { offered, goodput: goodputOf(result) / capacity, premiumP99Ms: p99Of(result) }
      curves[mode].push(point)
      const served = `${percent(point.goodput)} of capacity served`
      console.log(
        `${mode} at ${offered} × capacity: ${served}, p99 of premium ${point.premiumP99Ms.toFixed(0)} ms, waited ${percent(result.contention)}`,
      )
    }
  }
  writeFileSync(fileURLToPath(new URL('../../docs/guides/security/overload.svg', import.meta.url)), plot(curves))
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} ×`
}
