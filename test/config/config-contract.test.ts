import { fileURLToPath } from 'node:url'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { ClientEntry } from '../../src/accounts/client-directory.ts'
import { demoKeys } from '../../src/accounts/demo-clients.ts'
import type { DocumentsMode } from '../../src/admission/documents/documents.ts'
import type { HeaderOptions } from '../../src/admission/report/report-headers.ts'
import type { Tier } from '../../src/admission/tier.ts'
import type { Budget } from '../../src/budget/budget.ts'
import { limitsOf } from '../../src/budget/limits.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { CostOptions } from '../../src/cost/cost-options.ts'
import { defaultGuardLimits, type GuardLimits } from '../../src/guard/guard-limits.ts'
import { configFolder, LEAST } from './config-folder.ts'

// The room of the configuration knows no other room; here the shapes are held together. The checker does the work.
test('what is configured is what the rooms take', () => {
  expectTypeOf<Config['ipBudget']>().toExtend<Budget>()
  expectTypeOf<Config['globalBudgets'][number]>().toExtend<Budget>()
  expectTypeOf<Config['tiers'][string]>().toExtend<Tier>()
  expectTypeOf<Config['rateLimitHeaders']>().toEqualTypeOf<HeaderOptions>()
  expectTypeOf<Config['clients'][number]>().toExtend<ClientEntry>()
  expectTypeOf<Config['guard']>().toExtend<GuardLimits>()
  expectTypeOf<Config['cost']>().toExtend<CostOptions>()
  expectTypeOf<Config['documents']['mode']>().toEqualTypeOf<DocumentsMode>()
})

test('the default limits of the guard are the ones it has by itself', () => {
  const { guard } = loadConfig({ env: {}, cwd: configFolder({ 'tollgate.yaml': LEAST }) })
  expect(guard).toMatchObject(defaultGuardLimits)
})

test.each([
  '{ name: b, capacity: 9007199254740991, window: 36500d }',
  '{ name: b, capacity: 3, window: 36500d }',
  '{ name: b, capacity: 9007199254740991, window: 1ms }',
  '{ name: b, capacity: 1, refillPerSecond: 4e-11 }',
  '{ name: b, algorithm: leaky-bucket, capacity: 1, window: 36500d, maxDelay: 1h, softThreshold: 1 }',
  '{ name: b, algorithm: fixed-window, capacity: 9007199254740991, window: 1ms }',
  '{ name: b, algorithm: fixed-window, capacity: 1, window: 36500d }',
  '{ name: b, algorithm: fixed-window, capacity: 1, window: 12mo, softThreshold: 0.001 }',
  '{ name: b, algorithm: sliding-window, capacity: 9007199254740991, window: 36500d }',
  '{ name: b, algorithm: sliding-log, capacity: 10000, window: 36500d }',
  '{ name: b, meter: concurrency, capacity: 9007199254740991 }',
])('the budget store takes the extreme budget %s', async (budget) => {
  const cwd = configFolder({ 'tollgate.yaml': LEAST.replace(/\{ name.*/, budget) })
  const budgets = loadConfig({ env: {}, cwd }).tiers['anonymous']?.budgets ?? []
  const charges = budgets.map((budget) => ({ budget, subject: 'ada', amount: 1 }))
  const result = await createMemoryBudgetStore().take({ id: 'a', tenant: 'acme', charges, ttlMs: 1000 })
  expect(result).toMatchObject({ admitted: true, states: [{ fullInMs: expect.any(Number) }] })
})

describe.each(['development', 'production'])('the shipped file in %s', (NODE_ENV) => {
  const { tiers, ipBudget } = loadConfig({ env: { NODE_ENV }, cwd: fileURLToPath(new URL('../..', import.meta.url)) })

  test('has a tier for every demo key, and one for requests without a key', () => {
    expect(Object.keys(tiers)).toEqual(expect.arrayContaining(['anonymous', ...demoKeys.map(({ tier }) => tier)]))
  })

  test.each(Object.values(tiers))('gives the tier $name three budgets that its largest operation fits into', (tier) => {
    expect(tier.budgets.map(({ name, meter }) => [name, meter])).toEqual([
      ['burst', 'cost'],
      ['daily', 'cost'],
      ['requests', 'requests'],
    ])
    for (const { meter, capacity } of tier.budgets) if (meter === 'cost') expect(capacity).toBeGreaterThan(tier.maxCost)
  })

  test.each(Object.values(tiers))(
    'lets a client of the tier $name that is alone on its address use its requests',
    (tier) => {
      for (const requests of tier.budgets.filter(({ name }) => name === 'requests')) {
        expect(requests.capacity).toBeLessThanOrEqual(ipBudget.capacity)
        expect(limitsOf(requests).refillPerSecond).toBeLessThanOrEqual(ipBudget.refillPerSecond)
      }
    },
  )

  test('gives each tier no less than the one before it', () => {
    const values = Object.values(tiers)
    for (const [index, tier] of values.entries()) {
      const before = values[index - 1]
      if (before === undefined) continue
      expect(tier.maxCost).toBeGreaterThan(before.maxCost)
      expect(tier.maxSubscriptions).toBeGreaterThan(before.maxSubscriptions)
      expect(tier.maxSubscriptionsPerSocket).toBeGreaterThanOrEqual(before.maxSubscriptionsPerSocket)
      tier.budgets.forEach((budget, place) => {
        const less = before.budgets[place]
        if (less === undefined) throw new Error(`${before.name} has no budget in the place of ${budget.name}`)
        expect(budget.capacity).toBeGreaterThan(less.capacity)
        expect(limitsOf(budget).refillPerSecond).toBeGreaterThan(limitsOf(less).refillPerSecond)
      })
    }
  })
})
