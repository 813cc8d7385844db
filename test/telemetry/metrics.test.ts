import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts'

describe('metrics', () => {
  test('answer a scrape in the text format of Prometheus', async () => {
    const { contentType, body } = await createMetrics().expose()
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(body).toMatch(/^# HELP .+\n# TYPE .+\n/)
    expect(body.endsWith('\n')).toBe(true)
  })

  test('count operations by tier and outcome, with their costs and, in seconds, their durations', async () => {
    const metrics = createMetrics()
    const { operation } = metrics
    operation({ tier: 'free', outcome: 'completed', estimatedCost: 57, actualCost: 31, durationMs: 3 })
    operation({ tier: 'free', outcome: 'completed', estimatedCost: 10, actualCost: 10, durationMs: 40 })
    operation({ tier: 'free', outcome: 'RATE_LIMITED', estimatedCost: 0, actualCost: 0, durationMs: 0 })
    operation({ tier: 'premium', outcome: 'failed', estimatedCost: 7, actualCost: 2, durationMs: 2_500 })
    expect(await samples(metrics, 'tollgate_operation', 'tollgate_estimated', 'tollgate_actual')).toMatchObject({
      'tollgate_operations_total{tier="free",outcome="completed"}': 2,
      'tollgate_operations_total{tier="free",outcome="RATE_LIMITED"}': 1,
      'tollgate_operations_total{tier="premium",outcome="failed"}': 1,
      'tollgate_operation_duration_seconds_bucket{le="0.001",tier="free"}': 1,
      'tollgate_operation_duration_seconds_bucket{le="0.005",tier="free"}': 2,
      'tollgate_operation_duration_seconds_bucket{le="0.05",tier="free"}': 3,
      'tollgate_operation_duration_seconds_bucket{le="1",tier="premium"}': 0,
      'tollgate_operation_duration_seconds_bucket{le="2.5",tier="premium"}': 1,
      'tollgate_operation_duration_seconds_sum{tier="free"}': expect.closeTo(0.043, 6),
      'tollgate_operation_duration_seconds_sum{tier="premium"}': 2.5,
      'tollgate_operation_duration_seconds_count{tier="free"}': 3,
      'tollgate_estimated_cost_total{tier="free"}': 67,
      'tollgate_estimated_cost_total{tier="premium"}': 7,
      'tollgate_actual_cost_total{tier="free"}': 41,
      'tollgate_actual_cost_total{tier="premium"}': 2,
    })
  })

  test('take the duration of an operation that ended before it began for 0', async () => {
    const metrics = createMetrics()
    metrics.operation({ tier: 'free', outcome: 'completed', estimatedCost: 1, actualCost: 1, durationMs: -3_600_000 })
    expect(await samples(metrics, 'tollgate_operation_duration_seconds_sum')).toEqual({
      'tollgate_operation_duration_seconds_sum{tier="free"}': 0,
    })
  })

  test('follow the state of the budget store', async () => {
    const metrics = createMetrics()
    const seen = [await samples(metrics, 'tollgate_budget_store_degraded')]
    for (const state of ['degraded', 'ok'] as const) {
      metrics.budgetStoreState(state)
      seen.push(await samples(metrics, 'tollgate_budget_store_degraded'))
    }
    expect(seen.flatMap(Object.values)).toEqual([0, 1, 0])
  })

  test('read the failures of the budget store at each scrape, as counts from the start', async () => {
    const metrics = createMetrics()
    const expected = (failed: number, local: number, open: number, closed: number, dropped: number) => ({
      tollgate_budget_store_failed_takes_total: failed,
      'tollgate_budget_store_policy_takes_total{policy="local"}': local,
      'tollgate_budget_store_policy_takes_total{policy="open"}': open,
      'tollgate_budget_store_policy_takes_total{policy="closed"}': closed,
      tollgate_budget_store_dropped_repairs_total: dropped,
    })
    const scrape = async () => {
      const { tollgate_budget_store_degraded: _, ...counts } = await samples(metrics, 'tollgate_budget_store')
      return counts
    }
    expect(await scrape()).toEqual(expected(0, 0, 0, 0, 0))
    let counts = { failed: 5, local: 4, open: 3, closed: 2, dropped: 1 }
    metrics.budgetStoreFailures(() => counts)
    expect(await scrape()).toEqual(expected(5, 4, 3, 2, 1))
    counts = { failed: 50, local: 40, open: 30, closed: 20, dropped: 10 }
    expect(await scrape()).toEqual(expected(50, 40, 30, 20, 10))
    expect(await scrape()).toEqual(expected(50, 40, 30, 20, 10))
  })

  test('count what happens to budgets, by what each kind of it is asked for', async () => {
    const metrics = createMetrics()
    const { budgetEvent } = metrics
    const burst = { tier: 'free', budget: 'burst', level: 'client' } as const
    for (const kind of ['denied', 'denied', 'shadow-denied', 'over-soft-threshold'] as const) {
      budgetEvent({ kind, ...burst })
    }
    budgetEvent({ kind: 'denied', ...burst, tier: 'none', budget: 'ip', level: 'ip' })
    budgetEvent({ kind: 'over-soft-threshold', ...burst, tier: 'premium' })
    const counted = ['tollgate_budget_denials', 'tollgate_shadow_denials', 'tollgate_budget_soft_threshold']
    expect(await samples(metrics, ...counted)).toEqual({
      'tollgate_budget_denials_total{budget="burst",level="client"}': 2,
      'tollgate_budget_denials_total{budget="ip",level="ip"}': 1,
      'tollgate_shadow_denials_total{budget="burst",level="client"}': 1,
      'tollgate_budget_soft_threshold_total{tier="free",budget="burst"}': 1,
      'tollgate_budget_soft_threshold_total{tier="premium",budget="burst"}': 1,
    })
  })

  test('read the counts of leases and of remembered denials at each scrape', async () => {
    const metrics = createMetrics()
    const scrape = () => samples(metrics, 'tollgate_budget_lease', 'tollgate_budget_denial_memory')
    const expected = (factor: number) => ({
      'tollgate_budget_lease_takes_total{way="leased"}': 10 * factor,
      'tollgate_budget_lease_takes_total{way="direct"}': 2 * factor,
      'tollgate_budget_lease_slices_total{outcome="admitted"}': 3 * factor,
      'tollgate_budget_lease_slices_total{outcome="refused"}': 4 * factor,
      'tollgate_budget_lease_slices_total{outcome="lost"}': 5 * factor,
      tollgate_budget_leases: 6 * factor,
      tollgate_budget_denial_memory_hits_total: 7 * factor,
    })
    expect(await scrape()).toEqual(expected(0))
    let factor = 1
    metrics.leases(() => ({
      leased: 10 * factor,
      direct: 2 * factor,
      slices: 3 * factor,
      refused: 4 * factor,
      lost: 5 * factor,
      leases: 6 * factor,
    }))
    metrics.denialMemory(() => 7 * factor)
    for (factor of [1, 5, 5]) expect(await scrape()).toEqual(expected(factor))
  })

  test('ask once at each scrape what waits in the outbox', async () => {
    const metrics = createMetrics()
    const scrape = () => samples(metrics, 'tollgate_outbox')
    expect(await scrape()).toEqual({ tollgate_outbox_events: 0, tollgate_outbox_oldest_seconds: 0 })
    let asked = 0
    metrics.outbox(async () => {
      asked += 1
      return { events: 5 * asked, oldestSeconds: 1.5 * asked }
    })
    expect(await scrape()).toEqual({ tollgate_outbox_events: 5, tollgate_outbox_oldest_seconds: 1.5 })
    expect(await scrape()).toEqual({ tollgate_outbox_events: 10, tollgate_outbox_oldest_seconds: 3 })
    expect(asked).toBe(2)
  })

  test('answer a scrape although nobody knows what waits in the outbox, and say so', async () => {
    const metrics = createMetrics()
    metrics.outbox(() => Promise.reject(new Error('the database is away')))
    expect(await samples(metrics, 'tollgate_outbox')).toEqual({
      tollgate_outbox_events: Number.NaN,
      tollgate_outbox_oldest_seconds: Number.NaN,
    })
    metrics.outbox(async () => ({ events: 1, oldestSeconds: 2 }))
    expect(await samples(metrics, 'tollgate_outbox')).toEqual({
      tollgate_outbox_events: 1,
      tollgate_outbox_oldest_seconds: 2,
    })
  })

  test('count the subscriptions that are open', async () => {
    const metrics = createMetrics()
    for (const change of [1, 1, 1, -1] as const) metrics.subscriptions(change)
    expect(await samples(metrics, 'tollgate_subscriptions')).toEqual({ tollgate_subscriptions: 2 })
  })

  test('count what happens to open subscriptions, and what their events cost, by tier', async () => {
    const metrics = createMetrics()
    metrics.subscriptionEvent({ kind: 'delivered', tier: 'free', cost: 3, times: 2 })
    metrics.subscriptionEvent({ kind: 'delivered', tier: 'free', cost: 4, times: 1 })
    metrics.subscriptionEvent({ kind: 'paused', tier: 'free', cost: 0, times: 1 })
    expect(await samples(metrics, 'tollgate_subscription_')).toEqual({
      'tollgate_subscription_events_total{tier="free",event="delivered"}': 3,
      'tollgate_subscription_events_total{tier="free",event="paused"}': 1,
      'tollgate_subscription_cost_total{tier="free"}': 10,
    })
  })

  test('count the connections that are open, and those that were refused, by why', async () => {
    const metrics = createMetrics()
    for (const change of [1, 1, -1] as const) metrics.connections(change)
    for (const reason of ['address', 'address', 'total'] as const) metrics.connectionRefused(reason)
    expect(await samples(metrics, 'tollgate_connections')).toEqual({
      tollgate_connections: 1,
      'tollgate_connections_refused_total{reason="address"}': 2,
      'tollgate_connections_refused_total{reason="total"}': 1,
    })
  })

  test('read who has a seat, waits, and was turned away at each scrape', async () => {
    const metrics = createMetrics()
    for (const factor of [1, 2]) {
      const shed = { door: 10 * factor, full: 5, late: 0 }
      metrics.overload(() => ({ limit: 4 * factor, inUse: 3.5, waiting: 2 * factor, shed }))
      expect(await samples(metrics, 'tollgate_overload')).toEqual({
        'tollgate_overload_seats{kind="limit"}': 4 * factor,
        'tollgate_overload_seats{kind="in_use"}': 3.5,
        tollgate_overload_waiting: 2 * factor,
        'tollgate_overload_shed_total{where="door"}': 10 * factor,
        'tollgate_overload_shed_total{where="full"}': 5,
        'tollgate_overload_shed_total{where="late"}': 0,
      })
    }
  })

  test('read who executes operations, and what of them is compiled, at each scrape', async () => {
    const metrics = createMetrics()
    for (const factor of [1, 2]) {
      metrics.executions(() => ({ compiled: 7 * factor, interpreted: 3, operations: 2 * factor, fields: 40 }))
      expect(await samples(metrics, 'tollgate_executions', 'tollgate_compiled')).toEqual({
        'tollgate_executions_total{way="compiled"}': 7 * factor,
        'tollgate_executions_total{way="interpreted"}': 3,
        tollgate_compiled_operations: 2 * factor,
        tollgate_compiled_fields: 40,
      })
    }
  })

  test('count what resolvers do to the server, by the coordinates of their fields', async () => {
    const metrics = createMetrics()
    for (const coordinate of ['Query.products', 'Query.products', 'Order.lines']) metrics.oversizedList(coordinate)
    metrics.slowResolver('Query.products')
    metrics.lateRejection()
    metrics.unknownDocument()
    const counted = ['tollgate_oversized', 'tollgate_slow', 'tollgate_late', 'tollgate_unknown']
    expect(await samples(metrics, ...counted)).toEqual({
      'tollgate_oversized_lists_total{coordinate="Query.products"}': 2,
      'tollgate_oversized_lists_total{coordinate="Order.lines"}': 1,
      'tollgate_slow_resolvers_total{coordinate="Query.products"}': 1,
      tollgate_late_rejections_total: 1,
      tollgate_unknown_documents_total: 1,
    })
  })

  test('tell of the process', async () => {
    const found = await samples(createMetrics(), 'process_resident_memory_bytes', 'nodejs_version_info')
    expect(found['process_resident_memory_bytes']).toBeGreaterThan(1_000_000)
    expect(Object.keys(found)).toContainEqual(expect.stringContaining(`version="${process.version}"`))
  })

  test('share nothing with others of this process', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.subscriptions(1)
    expect(await samples(other, 'tollgate_subscriptions')).toEqual({ tollgate_subscriptions: 0 })
  })

  test('are those of the table in the README, with its types and labels, and no others', async () => {
    const metrics = createMetrics()
    metrics.operation({ tier: 'free', outcome: 'completed', estimatedCost: 1, actualCost: 1, durationMs: 1 })
    for (const kind of ['denied', 'shadow-denied', 'over-soft-threshold'] as const) {
      metrics.budgetEvent({ kind, tier: 'free', budget: 'burst', level: 'client' })
    }
    metrics.overload(() => ({ limit: 4, inUse: 3, waiting: 2, shed: { door: 1 } }))
    metrics.subscriptionEvent({ kind: 'delivered', tier: 'free', cost: 1, times: 1 })
    metrics.oversizedList('Query.products')
    metrics.slowResolver('Query.products')
    metrics.connectionRefused('total')
    const { body } = await metrics.expose()
    const exposed = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) => {
      if (/^(process|nodejs)_/.test(name)) return []
      const labels = [...body.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?{(.+)} `, 'gm'))].flatMap(
        ([, set = '']) => [...set.matchAll(/(\w+)="/g)].map(([, label]) => label),
      )
      return [`${name} ${type} ${[...new Set(labels)].filter((label) => label !== 'le')}`]
    })
    const rows = readFileSync(new URL('../../src/telemetry/README.md', import.meta.url), 'utf8').split('\n')
    const documented = rows
      .filter((row) => row.startsWith('| `tollgate_'))
      .map((row) => row.replaceAll(/[` ]/g, '').split('|').slice(1, 4).join(' '))
    expect(documented.length).toBeGreaterThan(0)
    expect(exposed.toSorted()).toEqual(documented.toSorted())
  })
})

/** The samples of a scrape whose names begin with one of these, by name and labels as they stand in the text. */
async function samples(metrics: Metrics, ...beginnings: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const { body } = await metrics.expose()
  const lines = body.split('\n').filter((line) => beginnings.some((beginning) => line.startsWith(beginning)))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}
