import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Budget } from '../../../src/budget/budget.ts'
import { limitsOf } from '../../../src/budget/limits.ts'
import { freshPrefix } from '../redis-budget-store.ts'

export interface ExactnessOptions {
  /** Where the processes connect. */
  readonly url: string
  /** The servers behind it: all of them, for their commands are counted. */
  readonly servers: readonly string[]
  readonly budget: Budget
  readonly processes: number
  /** Of each process. */
  readonly connections: number
  /** How many takes are on their way at once on each connection. */
  readonly takesPerConnection: number
  readonly seconds: number
  /** A take asks for 1 to so much, and uses 0 to what it asked for. */
  readonly maxAmount: number
  /** How long what was admitted runs at most before it is settled. */
  readonly maxRunMs: number
  readonly leases: boolean
}

export interface Exactness {
  readonly admitted: number
  readonly denied: number
  /** What was admitted, net of refunds. Of a semaphore: the most seats that were taken at one moment. */
  readonly used: number
  /** The most that may have been, between the first take and the last by Redis's own clock. */
  readonly bound: number
  /** Script calls that the servers counted. */
  readonly commands: number
}

export interface Work extends ExactnessOptions {
  readonly prefix: string
}

export interface WorkDone {
  readonly admitted: number
  readonly used: number
  readonly denied: number
  /** Redis's time after the last take. */
  readonly endMs: number
  /** From when to when each seat of a semaphore was surely held, in epoch milliseconds. */
  readonly seats: readonly (readonly [number, number])[]
}

/** Lets processes take from one bucket, as fast as they can, and compares what they were admitted with the budget. */
export async function measureExactness(options: ExactnessOptions): Promise<Exactness> {
  const work: Work = { ...options, prefix: freshPrefix() }
  const servers = options.servers.map((url) => new Redis(url))
  const workers = Array.from({ length: options.processes }, () =>
    fork(WORKER, [JSON.stringify(work)], { execArgv: ['--import', 'tsx'] }),
  )
  try {
    await Promise.all(workers.map(message))
    const before = await scriptCalls(servers)
    const startMs = await redisNowMs(servers)
    const answers = workers.map(message)
    for (const worker of workers) worker.send('begin')
    const parts: readonly WorkDone[] = await Promise.all(answers)
    const endMs = Math.max(...parts.map((part) => part.endMs))
    const commands = (await scriptCalls(servers)) - before
    const sum = (of: (part: WorkDone) => number) => parts.reduce((total, part) => total + of(part), 0)
    const used =
      options.budget.algorithm === 'semaphore'
        ? mostAtOnce(parts.flatMap(({ seats }) => seats))
        : sum((part) => part.used)
    return {
      admitted: sum((part) => part.admitted),
      denied: sum((part) => part.denied),
      used,
      bound: boundOf(options.budget, startMs, endMs),
      commands,
    }
  } finally {
    for (const worker of workers) worker.kill()
    for (const server of servers) server.disconnect()
  }
}

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

async function message(worker: ChildProcess) {
  const failed = once(worker, 'exit').then(([code]) => {
    throw new Error(`A process that takes ended with exit code ${code}`)
  })
  const [value] = await Promise.race([once(worker, 'message'), failed])
  return value
}

/**
 * Capacity and refill; for windows, the capacity of each that was touched. In its last window a sliding window admits
 * only what has faded of the one before.
 */
function boundOf(budget: Budget, startMs: number, endMs: number): number {
  const { capacity, refillPerSecond, maxDelayMs, windowMs } = limitsOf(budget)
  switch (budget.algorithm) {
    case 'token-bucket':
    case 'leaky-bucket':
      return Math.floor(capacity + (refillPerSecond * (endMs - startMs + maxDelayMs)) / 1000)
    case 'sliding-window':
      return Math.floor(capacity * (endMs / windowMs - Math.floor(startMs / windowMs)))
    case 'fixed-window':
      return capacity * (Math.floor(endMs / windowMs) - Math.floor(startMs / windowMs) + 1)
    case 'sliding-log':
      return capacity * (Math.floor((endMs - startMs) / windowMs) + 1)
    case 'semaphore':
      return capacity
  }
}

function mostAtOnce(intervals: readonly (readonly [number, number])[]): number {
  const steps = intervals.flatMap(([from, to]): [number, number][] => [
    [from, 1],
    [to, -1],
  ])
  let now = 0
  let most = 0
  for (const [, step] of steps.toSorted(([a, up], [b, down]) => a - b || up - down)) {
    now += step
    most = Math.max(most, now)
  }
  return most
}

async function redisNowMs([server]: readonly Redis[]): Promise<number> {
  const [seconds = 0, micros = 0] = ((await server?.time()) ?? []).map(Number)
  return seconds * 1000 + micros / 1000
}

async function scriptCalls(servers: readonly Redis[]): Promise<number> {
  const stats = await Promise.all(servers.map((server) => server.info('commandstats')))
  const calls = stats.flatMap((text) =>
    Array.from(text.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g), ([, n]) => Number(n)),
  )
  return calls.reduce((total, n) => total + n, 0)
}
