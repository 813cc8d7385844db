import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { createOperationMetrics, type OperationEnded } from './operation-metrics.ts'

/** What this process counts, in the words of Prometheus. Methods may be handed on without their object. */
export interface Metrics {
  /** Counts one operation that has ended. Tiers and outcomes become labels: both are to be of a known few. */
  operation(ended: OperationEnded): void
  subscriptions(change: 1 | -1): void
  /** Counts what happened to open subscriptions, and what that cost. */
  subscriptionEvent(event: SubscriptionEvent): void
  budgetStoreState(state: 'ok' | 'degraded'): void
  /** Counts what happened to a budget. Tiers, budgets and levels become labels: all are to be of a known few. */
  budgetEvent(event: BudgetEvent): void
  /** Asked at every scrape, for counts from the start. */
  budgetStoreFailures(read: () => BudgetStoreFailures): void
  /** Asked at every scrape, as are the next ones. */
  leases(read: () => LeaseCounts): void
  /** Takes that were denied because the same one had been. */
  denialMemory(hits: () => number): void
  connections(change: 1 | -1): void
  /** A connection that was refused because there were too many of its address, or in total. */
  connectionRefused(reason: 'address' | 'total'): void
  /** A list that was longer than its estimate counted, by the schema coordinate of its field. */
  oversizedList(coordinate: string): void
  /** A resolver that held the event loop too long, by the schema coordinate of its field. */
  slowResolver(coordinate: string): void
  /** A promise that was rejected when nobody waited for it any more. */
  lateRejection(): void
  /** Asked at every scrape: who executes operations, and what of them is compiled. */
  executions(read: () => ExecutionCounts): void
  /** Asked at every scrape. */
  overload(read: () => OverloadCounts): void
  /** Asked once at every scrape, which waits for the answer; what is rejected is exposed as no number. */
  outbox(read: () => Promise<OutboxCounts>): void
  /** An operation whose document is not in the manifest, where such go last. */
  unknownDocument(): void
  /** What a scrape is answered with. */
  expose(): Promise<Exposed>
  /** The same as plain data, for a process that joins the metrics of several. */
  values(): Promise<MetricValues>
}

export interface Exposed {
  readonly contentType: string
  readonly body: string
}

export type MetricValues = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

export interface BudgetEvent {
  readonly kind: 'denied' | 'shadow-denied' | 'over-soft-threshold'
  readonly tier: string
  readonly budget: string
  readonly level: string
}

export interface SubscriptionEvent {
  readonly kind: 'delivered' | 'paused' | 'overflow' | 'resumed'
  readonly tier: string
  /** What it has cost the client of each subscription. */
  readonly cost: number
  /** To how many subscriptions it has happened. */
  readonly times: number
}

export interface BudgetStoreFailures {
  /** Takes that the store did not answer in time. */
  readonly failed: number
  /** Takes decided by each of the policies for that. */
  readonly local: number
  readonly open: number
  readonly closed: number
  /** Settles and cancels that never reached the store. */
  readonly dropped: number
}

/** Counted from the start, but for `leases`. */
export interface LeaseCounts {
  /** Takes served by a lease, and those that went to the store. */
  readonly leased: number
  readonly direct: number
  /** Slices taken in advance: those that the store admitted, those that it did not, and those not wholly given back. */
  readonly slices: number
  readonly refused: number
  readonly lost: number
  /** Leases there are now. */
  readonly leases: number
}

/** Executions from the start, by who did them; compiled operations that are kept, and their fields. */
export interface ExecutionCounts {
  readonly compiled: number
  readonly interpreted: number
  readonly operations: number
  readonly fields: number
}

/** Seats are for operations that run; `shed` counts from the start. */
export interface OverloadCounts {
  readonly limit: number
  readonly inUse: number
  readonly waiting: number
  readonly shed: Readonly<Record<string, number>>
}

export interface OutboxCounts {
  readonly events: number
  readonly oldestSeconds: number
}

/** Metrics with a registry of their own, beside the usual ones of the process. README.md says what each one means. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  let failures: () => BudgetStoreFailures = () => ({ failed: 0, local: 0, open: 0, closed: 0, dropped: 0 })
  let leases: () => LeaseCounts = () => ({ leased: 0, direct: 0, slices: 0, refused: 0, lost: 0, leases: 0 })
  let denialMemoryHits = () => 0
  let executions: () => ExecutionCounts = () => ({ compiled: 0, interpreted: 0, operations: 0, fields: 0 })
  let overload: () => OverloadCounts = () => ({ limit: 0, inUse: 0, waiting: 0, shed: {} })

  let outbox: () => Promise<OutboxCounts> = async () => ({ events: 0, oldestSeconds: 0 })
  /** Both of its gauges are asked at once. */
  let asked: Promise<OutboxCounts> | undefined

  function askOutbox(): Promise<OutboxCounts> {
    asked ??= outbox()
      .catch(() => ({ events: Number.NaN, oldestSeconds: Number.NaN }))
      .finally(() => {
        asked = undefined
      })
    return asked
  }

  const subscriptions = new Gauge({
    name: 'tollgate_subscriptions',
    help: 'Subscriptions that are open.',
    registers,
  })
  const subscriptionEvents = new Counter({
    name: 'tollgate_subscription_events_total',
    help: 'What happened to open subscriptions.',
    labelNames: ['tier', 'event'],
    registers,
  })
  const subscriptionCost = new Counter({
    name: 'tollgate_subscription_cost_total',
    help: 'Cost of events that were delivered to subscribers.',
    labelNames: ['tier'],
    registers,
  })
  const degraded = new Gauge({
    name: 'tollgate_budget_store_degraded',
    help: '1 while the budget store is given up and the policies of the budgets decide, otherwise 0.',
    aggregator: 'max',
    registers,
  })
  const denials = new Counter({
    name: 'tollgate_budget_denials_total',
    help: 'Denials by budgets. One take may be denied by several.',
    labelNames: ['budget', 'level'],
    registers,
  })
  const shadowDenials = new Counter({
    name: 'tollgate_shadow_denials_total',
    help: 'Takes that a budget in shadow would have denied if it were enforced.',
    labelNames: ['budget', 'level'],
    registers,
  })
  const softThresholds = new Counter({
    name: 'tollgate_budget_soft_threshold_total',
    help: 'How often an operation took a budget over its soft threshold.',
    labelNames: ['tier', 'budget'],
    registers,
  })
  const connections = new Gauge({ name: 'tollgate_connections', help: 'Connections that are open.', registers })
  const refusedConnections = new Counter({
    name: 'tollgate_connections_refused_total',
    help: 'Connections refused because there were too many of their address, or in total.',
    labelNames: ['reason'],
    registers,
  })
  const oversizedLists = new Counter({
    name: 'tollgate_oversized_lists_total',
    help: 'Lists that were longer than the estimate counted.',
    labelNames: ['coordinate'],
    registers,
  })
  const slowResolvers = new Counter({
    name: 'tollgate_slow_resolvers_total',
    help: 'Resolvers that held the event loop longer than an operation may.',
    labelNames: ['coordinate'],
    registers,
  })
  const lateRejections = new Counter({
    name: 'tollgate_late_rejections_total',
    help: 'Promises that were rejected when nobody waited for them any more.',
    registers,
  })
  const unknownDocuments = new Counter({
    name: 'tollgate_unknown_documents_total',
    help: 'Operations whose document is not in the manifest, in the mode known-first.',
    registers,
  })
  new Counter({
    name: 'tollgate_executions_total',
    help: 'Executions of operations, and of subscriptions for an event, by the way: compiled or by graphql-js.',
    labelNames: ['way'],
    registers,
    collect() {
      this.reset()
      const { compiled, interpreted } = executions()
      for (const [way, times] of Object.entries({ compiled, interpreted })) this.inc({ way }, times)
    },
  })
  new Gauge({
    name: 'tollgate_compiled_operations',
    help: 'Compiled operations that are kept.',
    registers,
    collect() {
      this.set(executions().operations)
    },
  })
  new Gauge({
    name: 'tollgate_compiled_fields',
    help: 'Fields of the compiled operations that are kept.',
    registers,
    collect() {
      this.set(executions().fields)
    },
  })
  new Gauge({
    name: 'tollgate_overload_seats',
    help: 'Seats for operations that run: how many there are, and how many are in use. 0 where nobody counts them.',
    labelNames: ['kind'],
    registers,
    collect() {
      const { limit, inUse } = overload()
      for (const [kind, seats] of Object.entries({ limit, in_use: inUse })) this.set({ kind }, seats)
    },
  })
  new Gauge({
    name: 'tollgate_overload_waiting',
    help: 'Operations that wait for a seat.',
    registers,
    collect() {
      this.set(overload().waiting)
    },
  })
  new Counter({
    name: 'tollgate_overload_shed_total',
    help: 'Operations turned away: at the door before they were read, in a full room, or after too long a wait.',
    labelNames: ['where'],
    registers,
    collect() {
      this.reset()
      for (const [where, operations] of Object.entries(overload().shed)) this.inc({ where }, operations)
    },
  })
  new Gauge({
    name: 'tollgate_outbox_events',
    help: 'Events in the database that have not been passed on, at most 10 000. All processes tell of the same ones.',
    aggregator: 'max',
    registers,
    async collect() {
      this.set((await askOutbox()).events)
    },
  })
  new Gauge({
    name: 'tollgate_outbox_oldest_seconds',
    help: 'How long the oldest event in the database that has not been passed on has waited.',
    aggregator: 'max',
    registers,
    async collect() {
      this.set((await askOutbox()).oldestSeconds)
    },
  })
  new Gauge({
    name: 'tollgate_budget_leases',
    help: 'Leases there are: slices of budgets, taken in advance for clients that are busy.',
    registers,
    collect() {
      this.set(leases().leases)
    },
  })
  new Counter({
    name: 'tollgate_budget_lease_takes_total',
    help: 'Takes that a lease served, and those that went to the budget store.',
    labelNames: ['way'],
    registers,
    collect() {
      this.reset()
      const { leased, direct } = leases()
      for (const [way, takes] of Object.entries({ leased, direct })) this.inc({ way }, takes)
    },
  })
  new Counter({
    name: 'tollgate_budget_lease_slices_total',
    help: 'Slices asked of the budget store: admitted; refused; lost, which keep a charge that nobody used.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      const { slices: admitted, refused, lost } = leases()
      for (const [outcome, slices] of Object.entries({ admitted, refused, lost })) this.inc({ outcome }, slices)
    },
  })
  new Counter({
    name: 'tollgate_budget_denial_memory_hits_total',
    help: 'Takes that were denied without asking the store, because the same one had been denied.',
    registers,
    collect() {
      this.reset()
      this.inc(denialMemoryHits())
    },
  })
  new Counter({
    name: 'tollgate_budget_store_failed_takes_total',
    help: 'Takes that the budget store did not answer in time.',
    registers,
    collect() {
      this.reset()
      this.inc(failures().failed)
    },
  })
  new Counter({
    name: 'tollgate_budget_store_policy_takes_total',
    help: 'Takes decided by the policy of their budgets for want of the budget store.',
    labelNames: ['policy'],
    registers,
    collect() {
      this.reset()
      const { local, open, closed } = failures()
      for (const [policy, takes] of Object.entries({ local, open, closed })) this.inc({ policy }, takes)
    },
  })
  new Counter({
    name: 'tollgate_budget_store_dropped_repairs_total',
    help: 'Settles and cancels that never reached the budget store: their charges stand.',
    registers,
    collect() {
      this.reset()
      this.inc(failures().dropped)
    },
  })

  return {
    operation: createOperationMetrics(registers),
    subscriptions: (change) => subscriptions.inc(change),
    subscriptionEvent({ kind, tier, cost, times }) {
      subscriptionEvents.inc({ tier, event: kind }, times)
      subscriptionCost.inc({ tier }, cost * times)
    },
    budgetStoreState: (state) => degraded.set(state === 'degraded' ? 1 : 0),
    budgetEvent({ kind, tier, budget, level }) {
      if (kind === 'denied') denials.inc({ budget, level })
      else if (kind === 'shadow-denied') shadowDenials.inc({ budget, level })
      else softThresholds.inc({ tier, budget })
    },
    connections: (change) => connections.inc(change),
    connectionRefused: (reason) => refusedConnections.inc({ reason }),
    oversizedList: (coordinate) => oversizedLists.inc({ coordinate }),
    slowResolver: (coordinate) => slowResolvers.inc({ coordinate }),
    lateRejection: () => lateRejections.inc(),
    executions(read) {
      executions = read
    },
    overload(read) {
      overload = read
    },
    outbox(read) {
      outbox = read
    },
    unknownDocument: () => unknownDocuments.inc(),
    budgetStoreFailures(read) {
      failures = read
    },
    leases(read) {
      leases = read
    },
    denialMemory(hits) {
      denialMemoryHits = hits
    },
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    values: () => registry.getMetricsAsJSON(),
  }
}
