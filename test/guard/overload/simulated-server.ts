import {
  createOverloadControl,
  type Entry,
  type OverloadControl,
} from '../../../src/guard/overload/overload-control.ts'

export interface SimulationOptions {
  /** Operations that make progress at full speed at once; more share. 1 is a processor. */
  readonly workers: number
  readonly meanMs: number
  /** Variation of what operations take: exponential, or all the same. */
  readonly varied: boolean
  /** How fast the server is at a time. 1 is as usual. */
  readonly speedAt?: (ms: number) => number
  readonly seed?: number
}

/** An offered load: parts of the server's capacity by priority. */
export interface Phase {
  readonly ms: number
  readonly load: Readonly<Record<number, number>>
}

export interface PhaseResult {
  /** Of capacity. */
  readonly goodput: number
  readonly tiers: Readonly<Record<number, TierResult>>
  readonly limit: number
}

export interface TierResult {
  readonly offered: number
  readonly served: number
  readonly shed: number
  readonly p99Ms: number
}

interface Job {
  readonly priority: number
  readonly cost: number
  readonly arrivedAtMs: number
  remainingMs: number
  leave: (() => void) | undefined
}

/** A server on a clock of its own, behind the real overload control. */
export async function createSimulation(options: SimulationOptions) {
  const { workers, meanMs, varied, speedAt = () => 1, seed = 1 } = options
  const random = seeded(seed)
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const control: OverloadControl = createOverloadControl({
    now: () => nowMs,
    random,
    eventLoop: { lateMs: () => 0, busyShare: () => (workers === 1 ? busyShare() : 0), close() {} },
    schedule(run, delayMs) {
      const timer = { atMs: nowMs + delayMs, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
  })
  const running = new Set<Job>()
  let busyMs = 0
  let busyBefore = { atMs: 0, busyMs: 0, share: 0 }
  let tiers = new Map<number, { offered: number; served: number; shed: number; took: number[] }>()
  let workDoneMs = 0

  function tierOf(priority: number) {
    const tier = tiers.get(priority) ?? { offered: 0, served: 0, shed: 0, took: [] }
    tiers.set(priority, tier)
    return tier
  }

  function settle(entry: Entry, job: Job): void {
    if (entry.kind !== 'seated') {
      tierOf(job.priority).shed += 1
      return
    }
    job.leave = () => entry.leave('completed')
    running.add(job)
  }

  let microtasksDue = false
  function arrive(priority: number): void {
    tierOf(priority).offered += 1
    if (control.closedTo(priority) !== undefined) {
      tierOf(priority).shed += 1
      return
    }
    // Costs tell what operations take, by and large: 1 to 50.
    const cost = 1 + Math.floor(random() * 50)
    const workMs = ((meanMs * cost) / 25.5) * (varied ? -Math.log(1 - random()) : 1)
    const job: Job = { priority, cost, arrivedAtMs: nowMs, remainingMs: workMs, leave: undefined }
    const entry = control.enter({ priority, cost })
    if (entry instanceof Promise) entry.then((later) => settle(later, job))
    else settle(entry, job)
    microtasksDue = true
  }

  /** How fast each operation is that runs. */
  const speed = () => speedAt(nowMs) * Math.min(1, workers / Math.max(1, running.size))

  function pass(ms: number): void {
    const work = ms * speed()
    for (const job of running) job.remainingMs -= work
    workDoneMs += work * running.size
    if (running.size > 0) busyMs += ms
    nowMs += ms
  }

  /** Of the last 100 ms or more. One worker is the processor of the control's own process. */
  function busyShare(): number {
    const { atMs } = busyBefore
    if (nowMs - atMs >= 100) busyBefore = { atMs: nowMs, busyMs, share: (busyMs - busyBefore.busyMs) / (nowMs - atMs) }
    return busyBefore.share
  }

  async function phase({ ms, load }: Phase): Promise<PhaseResult> {
    tiers = new Map()
    workDoneMs = 0
    const startedAtMs = nowMs
    const end = nowMs + ms
    const rates = Object.entries(load).map(([priority, part]) => ({
      priority: Number(priority),
      perMs: (part * workers) / meanMs,
    }))
    const next = rates.map(({ priority, perMs }) => ({ priority, perMs, atMs: nowMs - Math.log(1 - random()) / perMs }))
    while (nowMs < end) {
      let shortest: Job | undefined
      for (const job of running) if (shortest === undefined || job.remainingMs < shortest.remainingMs) shortest = job
      const doneAt =
        shortest === undefined ? Number.POSITIVE_INFINITY : nowMs + Math.max(0, shortest.remainingMs) / speed()
      const arrival = next.reduce((first, other) => (other.atMs < first.atMs ? other : first))
      const timer = timers.reduce<(typeof timers)[number] | undefined>(
        (first, other) => (first === undefined || other.atMs < first.atMs ? other : first),
        undefined,
      )
      const at = Math.min(doneAt, arrival.atMs, timer?.atMs ?? Number.POSITIVE_INFINITY, end)
      pass(Math.max(0, at - nowMs))
      if (at === doneAt && shortest !== undefined) {
        running.delete(shortest)
        const tier = tierOf(shortest.priority)
        tier.served += 1
        tier.took.push(nowMs - shortest.arrivedAtMs)
        shortest.leave?.()
        microtasksDue = true
      } else if (at === arrival.atMs) {
        arrive(arrival.priority)
        arrival.atMs = nowMs - Math.log(1 - random()) / arrival.perMs
      } else if (timer !== undefined && at === timer.atMs) {
        timers = timers.filter((other) => other !== timer)
        timer.run()
        microtasksDue = true
      }
      if (microtasksDue) await Promise.resolve().then(() => undefined)
      microtasksDue = false
    }
    return {
      goodput: workDoneMs / ((nowMs - startedAtMs) * workers),
      limit: control.state().limit,
      tiers: Object.fromEntries(
        [...tiers].map(([priority, { took, ...counts }]) => [priority, { ...counts, p99Ms: quantile(took, 0.99) }]),
      ),
    }
  }

  return { phase, control }
}

function quantile(values: number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] ?? 0
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
