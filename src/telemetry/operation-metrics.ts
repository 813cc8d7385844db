import { Counter, Histogram, type Registry } from 'prom-client'

/** From what a compiled operation takes to the longest that a tier allows. */
const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export interface OperationEnded {
  readonly tier: string
  readonly outcome: string
  readonly estimatedCost: number
  readonly actualCost: number
  readonly durationMs: number
}

/** Metrics of operations that end. Counts are kept here and written down when they are read: every operation passes. */
export function createOperationMetrics(registers: Registry[]): (ended: OperationEnded) => void {
  const tiers = new Map<string, TierCounts>()
  const duration = new Histogram({
    name: 'tollgate_operation_duration_seconds',
    help: 'How long operations took from their arrival to their answer.',
    labelNames: ['tier'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  new Counter({
    name: 'tollgate_operations_total',
    help: 'Operations that have ended.',
    labelNames: ['tier', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [tier, { outcomes }] of tiers) {
        for (const [outcome, operations] of outcomes) this.inc({ tier, outcome }, operations)
      }
    },
  })
  new Counter({
    name: 'tollgate_estimated_cost_total',
    help: 'Estimated cost of operations that have ended; 0 for what did not run.',
    labelNames: ['tier'],
    registers,
    collect() {
      this.reset()
      for (const [tier, { estimatedCost }] of tiers) this.inc({ tier }, estimatedCost)
    },
  })
  new Counter({
    name: 'tollgate_actual_cost_total',
    help: 'Actual cost of operations that have ended.',
    labelNames: ['tier'],
    registers,
    collect() {
      this.reset()
      for (const [tier, { actualCost }] of tiers) this.inc({ tier }, actualCost)
    },
  })

  function countsOf(tier: string): TierCounts {
    const known = tiers.get(tier)
    if (known !== undefined) return known
    const counts = { labels: { tier }, outcomes: new Map<string, number>(), estimatedCost: 0, actualCost: 0 }
    tiers.set(tier, counts)
    return counts
  }

  return ({ tier, outcome, estimatedCost, actualCost, durationMs }) => {
    const counts = countsOf(tier)
    counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1)
    counts.estimatedCost += estimatedCost
    counts.actualCost += actualCost
    // A clock that was set back makes no negative duration.
    duration.observe(counts.labels, Math.max(0, durationMs) / 1000)
  }
}

interface TierCounts {
  readonly labels: { readonly tier: string }
  readonly outcomes: Map<string, number>
  estimatedCost: number
  actualCost: number
}
