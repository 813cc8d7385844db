import { expect, test } from 'vitest'
import { createJoinedMetrics } from '../../src/telemetry/joined-metrics.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

function open() {
  const joined = createJoinedMetrics<string>()
  const [a, b] = [createMetrics(), createMetrics()]
  joined.add('a', a.values)
  joined.add('b', b.values)
  return {
    joined,
    a,
    b,
    lines: async (start: string) => (await joined.expose()).body.split('\n').filter((line) => line.startsWith(start)),
  }
}

const ended = { tier: 'free', outcome: 'completed', estimatedCost: 7, actualCost: 5, durationMs: 4 }

test('counts, gauges and histograms of several processes are sums, by their labels', async () => {
  const { a, b, lines } = open()
  a.operation(ended)
  b.operation(ended)
  b.operation({ ...ended, tier: 'basic' })
  a.connections(1)
  b.connections(1)
  expect(await lines('tollgate_operations_total')).toEqual([
    'tollgate_operations_total{tier="free",outcome="completed"} 2',
    'tollgate_operations_total{tier="basic",outcome="completed"} 1',
  ])
  expect(await lines('tollgate_connections ')).toEqual(['tollgate_connections 2'])
  expect(await lines('tollgate_operation_duration_seconds_count{tier="free"}')).toEqual([
    'tollgate_operation_duration_seconds_count{tier="free"} 2',
  ])
})

test('a state that one process is in is the state of all', async () => {
  const { a, b, lines } = open()
  a.budgetStoreState('degraded')
  b.budgetStoreState('degraded')
  expect(await lines('tollgate_budget_store_degraded')).toEqual(['tollgate_budget_store_degraded 1'])
})

test('what a process had counted stays when it ends, and what it had open does not', async () => {
  const { joined, a, b, lines } = open()
  a.operation(ended)
  b.operation(ended)
  a.connections(1)
  b.connections(1)
  await joined.expose()
  joined.remove('a')
  joined.remove('unknown')
  b.operation(ended)
  expect(await lines('tollgate_operations_total')).toEqual([
    'tollgate_operations_total{tier="free",outcome="completed"} 3',
  ])
  expect(await lines('tollgate_operation_duration_seconds_sum{tier="free"}')).toEqual([
    'tollgate_operation_duration_seconds_sum{tier="free"} 0.012',
  ])
  expect(await lines('tollgate_connections ')).toEqual(['tollgate_connections 1'])
  joined.add('c', createMetrics().values)
  // At once, as when all of them are killed.
  joined.remove('b')
  joined.remove('c')
  expect(await lines('tollgate_operations_total')).toEqual([
    'tollgate_operations_total{tier="free",outcome="completed"} 3',
  ])
})

test('a process that does not answer fails the scrape: a sum without it would look like a restart', async () => {
  const { joined } = open()
  joined.add('c', () => Promise.reject(new Error('The other process is gone.')))
  await expect(joined.expose()).rejects.toThrow('gone')
})
