import { randomInt, randomUUID } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Budget, FailurePolicy } from '../../../src/budget/budget.ts'
import type { BudgetStore, Reservation } from '../../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { createRedisBudgetStore } from '../../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection } from '../../../src/budget/redis/redis-connection.ts'
import {
  createResilientBudgetStore,
  type ResilientBudgetStore,
  type StoreState,
} from '../../../src/budget/resilient-budget-store.ts'
import { openRedisStore } from '../redis-budget-store.ts'

export const DEADLINE_MS = 50
export const NODES = 2
export const CAPACITY = 300

/** What was admitted of one budget, and what Redis holds of it in the end. */
export interface BudgetReport {
  /** Used by what the store admitted, net of refunds. */
  readonly byStore: number
  /** Used by what the nodes admitted themselves, net of refunds. */
  readonly byNodes: number
  /** Takes that were denied because nothing was left. */
  readonly denied: number
  /** Takes that were refused because the store did not answer. */
  readonly refused: number
  readonly inRedis: number
}

export interface ChaosReport {
  readonly takes: number
  /** The longest that a take waited for its answer. */
  readonly worstMs: number
  /** By how much this process was itself late with anything, at the worst. */
  readonly lateMs: number
  readonly budgets: Readonly<Record<FailurePolicy, BudgetReport>>
  /** How often a node gave the store up. */
  readonly degraded: number
  /** Charges that nobody could correct: they stand, at most the estimate for each. */
  readonly dropped: number
}

export interface ChaosLoad {
  /** Until so many more takes have been admitted by the store, or by the nodes themselves. */
  admits(count: number, by: 'store' | 'nodes'): Promise<void>
  /** Until so many more takes from this budget have been denied because nothing was left. */
  denies(count: number, budget: FailurePolicy): Promise<void>
  /** Until every node has this state. */
  becomes(state: StoreState): Promise<void>
  /** Ends the load, waits for everything that is still on its way, and adds it up. */
  end(): Promise<ChaosReport>
}

/** How much a take asks for. What it uses in the end is at most that. */
export const ESTIMATE = 5

/**
 * Two nodes of a service under a steady load, which does not slow down when answers do: each takes from a budget of
 * every policy in turn, runs for some milliseconds and settles.
 */
export async function startChaosLoad(url: string, tenant = 'acme'): Promise<ChaosLoad> {
  const prefix = `chaos-${randomUUID()}`
  let degraded = 0
  const onDegraded = () => {
    degraded += 1
  }
  const nodes = await Promise.all(Array.from({ length: NODES }, () => openNode(url, prefix, onDegraded)))
  const tallies = { local: newTally(), open: newTally(), closed: newTally() }
  const lateness = monitorEventLoopDelay({ resolution: 1 })
  lateness.enable()
  const running = new Set<Promise<void>>()
  let takes = 0
  let worstMs = 0
  let admitted = { store: 0, nodes: 0 }

  async function operation(node: ResilientBudgetStore, policy: FailurePolicy): Promise<void> {
    const tally = tallies[policy]
    const start = performance.now()
    const charges = [{ budget: budgets[policy], subject: 'ada', amount: ESTIMATE }]
    const result = await node.take({ id: randomUUID(), tenant, charges, ttlMs: 30_000 })
    worstMs = Math.max(worstMs, performance.now() - start)
    takes += 1
    if (result.admitted) {
      const by = result.reservation.source === 'store' ? 'store' : 'nodes'
      admitted = { ...admitted, [by]: admitted[by] + 1 }
      const used = await run(node, result.reservation)
      tally[by] += used
    } else if (result.reason === 'exhausted') tally.denied += 1
    else tally.refused += 1
  }

  const policies = ['local', 'open', 'closed'] as const
  let round = 0
  const timer = setInterval(() => {
    round += 1
    for (const node of nodes) {
      const policy = policies[round % policies.length]
      if (policy === undefined) continue
      const done = operation(node, policy).finally(() => running.delete(done))
      running.add(done)
    }
  }, TICK_MS)

  return {
    async admits(count, by) {
      const enough = admitted[by] + count
      while (admitted[by] < enough) await setTimeout(POLL_MS)
    },
    async denies(count, budget) {
      const enough = tallies[budget].denied + count
      while (tallies[budget].denied < enough) await setTimeout(POLL_MS)
    },
    async becomes(state) {
      while (nodes.some((node) => node.state !== state)) await setTimeout(POLL_MS)
    },
    async end() {
      clearInterval(timer)
      await Promise.all(running)
      lateness.disable()
      const lateMs = lateness.max / 1e6
      const inRedis = await settled(url, prefix, tenant, nodes, tallies)
      const dropped = nodes.reduce((sum, node) => sum + node.counts().dropped, 0)
      await Promise.all(nodes.map((node) => node.close()))
      const report = (policy: FailurePolicy) => {
        const { store, nodes: byNodes, denied, refused } = tallies[policy]
        return { byStore: store, byNodes, denied, refused, inRedis: inRedis[policy] }
      }
      const reports = { local: report('local'), open: report('open'), closed: report('closed') }
      return { takes, worstMs, lateMs, budgets: reports, degraded, dropped }
    },
  }
}

const TICK_MS = 2
const POLL_MS = 5

/** One window that has begun long ago and ends long after: every point used is seen, and every one given back. */
function centuryBudget(onStoreFailure: FailurePolicy): Budget {
  const face = { name: onStoreFailure, level: 'client', meter: 'cost', mode: 'enforce', onStoreFailure } as const
  return { ...face, algorithm: 'fixed-window', capacity: CAPACITY, window: { months: 1200 } }
}

const budgets = { local: centuryBudget('local'), open: centuryBudget('open'), closed: centuryBudget('closed') }

interface Tally {
  store: number
  nodes: number
  denied: number
  refused: number
}

function newTally(): Tally {
  return { store: 0, nodes: 0, denied: 0, refused: 0 }
}

async function openNode(url: string, prefix: string, onDegraded: () => void): Promise<ResilientBudgetStore> {
  const connection = await createRedisConnection(url)
  return createResilientBudgetStore({
    store: createRedisBudgetStore({ connection, prefix }),
    local: createMemoryBudgetStore(),
    deadlineMs: DEADLINE_MS,
    expectedNodes: NODES,
    probeIntervalMs: 200,
    onStateChange: (state) => state === 'degraded' && onDegraded(),
  })
}

/** An operation that was admitted: what it used. */
async function run(node: ResilientBudgetStore, reservation: Reservation): Promise<number> {
  await setTimeout(randomInt(20))
  const actual = randomInt(ESTIMATE + 1)
  await node.settle(reservation, [actual])
  return actual
}

type Tallies = Readonly<Record<FailurePolicy, Tally>>

/** What Redis holds of each budget once it agrees with what was admitted, or does not move any more. */
async function settled(
  url: string,
  prefix: string,
  tenant: string,
  nodes: readonly ResilientBudgetStore[],
  tallies: Tallies,
): Promise<Readonly<Record<FailurePolicy, number>>> {
  const reader = await openRedisStore(url, prefix)
  let before = ''
  let movedAt = performance.now()
  try {
    for (;;) {
      // Repairs follow the next take that is answered.
      for (const node of nodes) await node.take({ id: randomUUID(), tenant, charges: [], ttlMs: 1 })
      const local = await used(reader, tenant, budgets.local)
      const open = await used(reader, tenant, budgets.open)
      const closed = await used(reader, tenant, budgets.closed)
      const agree = local === tallies.local.store && open === tallies.open.store && closed === tallies.closed.store
      if (agree || performance.now() > movedAt + STILL_MS) return { local, open, closed }
      const now = `${local} ${open} ${closed}`
      if (now !== before) movedAt = performance.now()
      before = now
      await setTimeout(POLL_MS)
    }
  } finally {
    await reader.close()
  }
}

const STILL_MS = 1000

async function used(reader: BudgetStore, tenant: string, budget: Budget): Promise<number> {
  const charges = [{ budget, subject: 'ada', amount: 0 }]
  const peek = await reader.take({ id: randomUUID(), tenant, charges, ttlMs: 1 })
  const state = 'states' in peek ? peek.states[0] : undefined
  return budget.capacity - (state?.remaining ?? 0) + (state?.debt ?? 0)
}
