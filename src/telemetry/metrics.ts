import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What this process counts, in the words of Prometheus. Methods may be handed on without their object. */
export interface Metrics {
  /** Counts one operation that has ended. Tiers and outcomes become labels: both are to be of a known few. */
  operation(ended: OperationEnded): void
  subscriptions(change: 1 | -1): void
  budgetStoreState(state: 'ok' | 'degraded'): void
  /** Asked at every scrape, for counts from the start. */
  budgetStoreFailures(read: () => BudgetStoreFailures): void
  /** What a scrape is answered with. */
  expose(): Promise<{ readonly contentType: string; readonly body: string }>
}

export interface OperationEnded {
  readonly tier: string
  readonly outcome: string
  readonly estimatedCost: number
  readonly actualCost: number
  readonly durationMs: number
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

/** From what a compiled operation takes to the longest that a tier allows. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Metrics with a registry of their own, beside the usual ones of the process. README.md says what each one means. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  let failures: () => BudgetStoreFailures = () => ({ failed: 0, local: 0, open: 0, closed: 0, dropped: 0 })

  const operations = new Counter({
    name: 'tollgate_operations_total',
    help: 'Operations that have ended.',
    labelNames: ['tier', 'outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'tollgate_operation_duration_seconds',
    help: 'How long operations took from their arrival to their answer.',
    labelNames: ['tier'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const estimatedCost = new Counter({
    name: 'tollgate_estimated_cost_total',
    help: 'Estimated cost of operations that have ended; 0 for what did not run.',
    labelNames: ['tier'],
    registers,
  })
  const actualCost = new Counter({
    name: 'tollgate_actual_cost_total',
    help: 'Actual cost of operations that have ended.',
    labelNames: ['tier'],
    registers,
  })
  const subscriptions = new Gauge({
    name: 'tollgate_subscriptions',
    help: 'Subscriptions that are open.',
    registers,
  })
  const degraded = new Gauge({
    name: 'tollgate_budget_store_degraded',
    help: '1 while the budget store is given up and the policies of the budgets decide, otherwise 0.',
    registers,
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
    operation(ended) {
      const { tier, outcome } = ended
      operations.inc({ tier, outcome })
      // A clock that was set back makes no negative duration.
      duration.observe({ tier }, Math.max(0, ended.durationMs) / 1000)
      estimatedCost.inc({ tier }, ended.estimatedCost)
      actualCost.inc({ tier }, ended.actualCost)
    },
    subscriptions: (change) => subscriptions.inc(change),
    budgetStoreState: (state) => degraded.set(state === 'degraded' ? 1 : 0),
    budgetStoreFailures(read) {
      failures = read
    },
    expose: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}
