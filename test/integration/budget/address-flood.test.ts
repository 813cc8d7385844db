import { randomUUID } from 'node:crypto'
import { expect, inject, onTestFinished, test } from 'vitest'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import { defineBudget } from '../../../src/budget/define-budget.ts'
import { createDenialMemory } from '../../../src/budget/denial-memory.ts'
import { createLeasingBudgetStore } from '../../../src/budget/leasing/leasing-budget-store.ts'
import { openRedisStore } from '../../support/redis-budget-store.ts'

/** The address budget as it ships, and how often Redis was asked. */
async function open() {
  const redis = await openRedisStore(inject('redisUrl'))
  let asked = 0
  const counting: BudgetStore = {
    ...redis,
    take(request) {
      asked += 1
      return redis.take(request)
    },
  }
  const store = createDenialMemory({
    store: createLeasingBudgetStore({ store: counting, newId: randomUUID, deadlineMs: 5_000 }),
  })
  onTestFinished(store.close)
  const rate = { capacity: 3_000, refillPerSecond: 100 }
  const budget = defineBudget({ name: 'ip', level: 'ip', meter: 'requests', algorithm: 'token-bucket', ...rate })

  /** How many of these requests are admitted, 50 at a time. */
  async function flood(requests: number, addressOf: (index: number) => string): Promise<number> {
    let [next, admitted] = [0, 0]
    async function send(): Promise<void> {
      while (next < requests) {
        const subject = addressOf(next++)
        const charges = [{ budget, subject, amount: 1 }]
        const result = await store.take({ id: randomUUID(), tenant: `ip:${subject}`, charges, ttlMs: 0 })
        if (result.admitted) admitted += 1
      }
    }
    await Promise.all(Array.from({ length: 50 }, send))
    return admitted
  }
  return { flood, asked: () => asked }
}

test('a flood from one address is admitted what its budget holds, and costs Redis few takes', async () => {
  const { flood, asked } = await open()
  const begunAtMs = performance.now()
  const admitted = await flood(20_000, () => '192.0.2.1')
  const refilled = ((performance.now() - begunAtMs) / 1_000) * 100
  expect(admitted).toBeLessThanOrEqual(3_000 + refilled + 1)
  expect(admitted).toBeGreaterThan(2_000)
  // Most of them before the first lease is there; then some for each token that comes back.
  expect(asked()).toBeLessThan(2_000)
  const before = asked()
  await flood(20_000, () => '192.0.2.1')
  expect(asked() - before).toBeLessThan(1_000)
})
