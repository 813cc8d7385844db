import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { needsRestart } from '../../src/config/needs-restart.ts'
import { configFolder, LEAST } from './config-folder.ts'

function configured(settings: string, text = LEAST): Config {
  // A reload reads the same file.
  return { ...loadConfig({ env: {}, cwd: configFolder({ 'tollgate.yaml': `${settings}\n${text}` }) }), file: '' }
}

test.each([
  ['server: { port: 1, drainDelay: 1s }', ['server.port', 'server.drainDelay']],
  ['server: { trustedProxies: [10.0.0.0/8] }', ['server.trustedProxies']],
  ['server: { headersTimeout: 1s }', ['server.headersTimeout']],
  ['guard: { maxDepth: 3 }', ['guard.maxDepth']],
  ['documents: { apq: false, keepFor: 1d }', ['documents.apq', 'documents.keepFor']],
  ['subscriptions: { keepFor: 1d, drainSpread: 1s }', ['subscriptions.keepFor', 'subscriptions.drainSpread']],
  ['cost: { charge: { field: 2 }, defaultListSize: .inf }', ['cost.defaultListSize', 'cost.charge.field']],
  ['budgetStore: { deadline: 1s, leases: false }', ['budgetStore.deadline', 'budgetStore.leases']],
  ['introspection: false\ndemoKeys: false', ['introspection', 'demoKeys']],
  ['log: { level: warn }', ['log.level']],
])('%s takes effect with the next start', (settings, paths) => {
  expect(needsRestart(configured(''), configured(settings))).toEqual(paths)
})

test.each([
  'ipBudget: { capacity: 1 }',
  'globalBudgets: [{ name: all, capacity: 1, window: 1s }]',
  'rateLimitHeaders: { draft: 6, resetFormat: delta }',
  `clients: [{ id: ada, tenant: acme, tier: anonymous, keySha256: ${'a'.repeat(64)} }]`,
])('%s takes effect at once', (settings) => {
  expect(needsRestart(configured(''), configured(settings))).toEqual([])
})

test('tiers take effect at once', () => {
  const other = `${LEAST.replace('300', '1').replace('timeout: 5s', 'timeout: 5s\n    subscriptions: { perClient: 1 }')}  free: { maxCost: 1, timeout: 1s, budgets: [{ name: b, capacity: 1, window: 1s }] }\n`
  expect(needsRestart(configured(''), configured('', other))).toEqual([])
})
