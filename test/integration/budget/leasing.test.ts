import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, inject, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { Charge } from '../../../src/budget/budget-store.ts'
import { createLeasingBudgetStore, type LeasingBudgetStore } from '../../../src/budget/leasing/leasing-budget-store.ts'
import { describeBudgetStore, takeOf, testBudget } from '../../support/describe-budget-store.ts'
import { createGatedStore } from '../../support/gated-store.ts'
import { freshPrefix, openRedisStore } from '../../support/redis-budget-store.ts'

const url = inject('redisUrl')
const newId = randomUUID

describeBudgetStore('leasing, on redis', async () =>
  createLeasingBudgetStore({ store: await openRedisStore(url), newId }),
)

describe('leases on redis', () => {
  const opened: LeasingBudgetStore[] = []
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
  })

  async function open(prefix: string) {
    const gated = createGatedStore(await openRedisStore(url, prefix))
    const store = createLeasingBudgetStore({ store: gated, newId, expectedNodes: 3 })
    opened.push(store)
    return { store, gated }
  }

  const burst = testBudget({ capacity: 4_000, refillPerSecond: 3_000 })
  const everybody = testBudget({ level: 'global', capacity: 6_000, refillPerSecond: 2_500 })
  const perSecond: Budget = {
    ...testBudget({ name: 'second', capacity: 5_000 }),
    algorithm: 'fixed-window',
    window: { ms: 1_000 },
  }

  interface Taken {
    readonly sentAtMs: number
    readonly answeredAtMs: number
    readonly charges: readonly Charge[]
    used: number
  }

  /** Takes, does something for a while, settles with less, and again, until the time is over. */
  async function work(store: LeasingBudgetStore, budgets: readonly Budget[], untilMs: number, taken: Taken[]) {
    for (let round = 0; performance.now() < untilMs; round++) {
      const amount = 3 + (round % 8)
      const request = takeOf(
        budgets.map((budget) => [budget, amount]),
        { id: newId() },
      )
      const sentAtMs = performance.now()
      const result = await store.take(request)
      if (result.admitted) {
        const one = { sentAtMs, answeredAtMs: performance.now(), charges: request.charges, used: amount }
        taken.push(one)
        await setTimeout(round % 7)
        one.used = amount - (round % 3)
        const actual = request.charges.map(() => one.used)
        await store.settle(result.reservation, actual)
      } else await setTimeout(5)
    }
  }

  test('make at least 20 times fewer calls for a busy client', async () => {
    const { store, gated } = await open(freshPrefix())
    const roomy = testBudget({ capacity: 100_000, refillPerSecond: 5_000 })
    const taken: Taken[] = []
    const untilMs = performance.now() + 2_000
    await Promise.all(Array.from({ length: 4 }, () => work(store, [roomy], untilMs, taken)))
    expect(taken.length).toBeGreaterThan(400)
    expect((2 * taken.length) / gated.calls).toBeGreaterThan(20)
  })

  test('admit nothing beyond capacity and refill to three nodes that want more than there is', async () => {
    const prefix = freshPrefix()
    const nodes = [await open(prefix), await open(prefix), await open(prefix)]
    const budgets = [burst, everybody, perSecond]
    const taken: Taken[] = []
    const untilMs = performance.now() + 3_000
    await Promise.all(
      nodes.flatMap(({ store }) => Array.from({ length: 8 }, () => work(store, budgets, untilMs, taken))),
    )
    const counts = nodes.map(({ store }) => store.counts())
    expect(Math.min(...counts.map(({ leased }) => leased))).toBeGreaterThan(50)

    taken.sort((a, b) => a.sentAtMs - b.sentAtMs)
    for (const { capacity, refillPerSecond } of [burst, everybody]) {
      taken.forEach(({ sentAtMs }, first) => {
        let [sum, answeredAtMs] = [0, 0]
        for (const one of taken.slice(first)) {
          sum += one.used
          answeredAtMs = Math.max(answeredAtMs, one.answeredAtMs)
          // Redis counts whole milliseconds.
          const most = capacity + ((answeredAtMs - sentAtMs + 1) * refillPerSecond) / 1000
          if (sum > most) expect(sum).toBeLessThanOrEqual(most)
        }
      })
    }
  })

  test('lose nothing: when they are given back, redis counts what was used', async () => {
    const prefix = freshPrefix()
    const nodes = [await open(prefix), await open(prefix)]
    const daily: Budget = { ...testBudget({ capacity: 1_000_000 }), algorithm: 'fixed-window', window: { months: 12 } }
    const fading: Budget = { ...testBudget({ capacity: 1_000_000 }), algorithm: 'sliding-window', windowMs: 4e12 }
    const all: Budget = { ...daily, level: 'global' }
    const budgets = [daily, all, fading]
    const taken: Taken[] = []
    const untilMs = performance.now() + 1_000
    await Promise.all(
      nodes.flatMap(({ store }) => Array.from({ length: 4 }, () => work(store, budgets, untilMs, taken))),
    )
    await Promise.all(opened.splice(0).map((store) => store.close()))
    const used = taken.reduce((sum, one) => sum + one.used, 0)
    const reader = await openRedisStore(url, prefix)
    const states = await Promise.all(budgets.map(async (budget) => reader.take(takeOf([[budget, 0]]))))
    await reader.close()
    expect(states).toMatchObject(budgets.map(({ capacity }) => ({ states: [{ remaining: capacity - used }] })))
  })
})
