import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetStore, Reservation } from '../../../src/budget/budget-store.ts'
import { createLeasingBudgetStore, type LeasingBudgetStore } from '../../../src/budget/leasing/leasing-budget-store.ts'
import { limitsOf } from '../../../src/budget/limits.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const face = { mode: 'enforce', onStoreFailure: 'local', meter: 'cost' } as const
const burst: Budget = {
  ...face,
  name: 'burst',
  level: 'client',
  algorithm: 'token-bucket',
  capacity: 3_000,
  refillPerSecond: 300,
}
const fast: Budget = { ...burst, name: 'fast', capacity: 2_000, refillPerSecond: 1_999.9 }
const everybody: Budget = { ...burst, name: 'everybody', level: 'global', capacity: 4_000, refillPerSecond: 77.7 }
const fixedWindowMs = 3_000
const slidingWindowMs = 2_000
const fixed: Budget = {
  ...face,
  name: 'fixed',
  level: 'tenant',
  algorithm: 'fixed-window',
  capacity: 2_000,
  window: { ms: fixedWindowMs },
}
const sliding: Budget = {
  ...face,
  name: 'sliding',
  level: 'client',
  algorithm: 'sliding-window',
  capacity: 3_000,
  windowMs: slidingWindowMs,
}

/** Longer than any history. */
const NEVER_MS = 1e7

type Action =
  | { readonly do: 'wait'; readonly ms: number }
  | {
      readonly do: 'burst'
      readonly node: number
      readonly takes: number
      readonly amount: number
      readonly everyMs: number
    }
  | { readonly do: 'fill'; readonly node: number }
  | {
      readonly do: 'settle'
      readonly which: number
      readonly many: number
      readonly share: number
      readonly times: number
    }
  | { readonly do: 'cancel'; readonly which: number; readonly many: number }
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'step'; readonly backMs: number }
  | { readonly do: 'change' }

const which = fc.nat(1_000)
const node = fc.nat(2)
/** Settles use up to `most` times what was charged. */
const actions = (most: number): fc.Arbitrary<Action> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(fc.nat(40), fc.nat(800), fc.nat(4_000)) }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('burst' as const),
        node,
        takes: fc.integer({ min: 1, max: 80 }),
        amount: fc.integer({ min: 1, max: 20 }),
        everyMs: fc.integer({ min: 2, max: 15 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fill' as const), node }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        which,
        many: fc.integer({ min: 1, max: 30 }),
        share: fc.oneof(fc.constant(0), fc.double({ min: 0, max: most, noNaN: true })),
        times: fc.integer({ min: 1, max: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('cancel' as const), which, many: fc.integer({ min: 1, max: 20 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), which }) },
  )
const backStep: fc.Arbitrary<Action> = fc.record({ do: fc.constant('step' as const), backMs: fc.nat(3_000) })
const change: fc.Arbitrary<Action> = fc.constant({ do: 'change' as const })

const histories = (most: number, ...more: readonly fc.Arbitrary<Action>[]) =>
  fc.array(fc.oneof({ weight: 12, arbitrary: actions(most) }, ...more), { maxLength: 30, size: 'max' })

/** One admitted take, as the model knows it: when it was charged, and what it comes to by now. */
interface Admitted {
  readonly atMs: number
  readonly node: BudgetStore
  readonly reservation: Reservation
  amounts: readonly number[]
  isOpen: boolean
}

interface Played {
  readonly admitted: readonly Admitted[]
  readonly leased: number
  readonly slices: number
  /** What each bucket counts as used in the end. */
  readonly used: readonly number[]
}

/** Three nodes with leases over one store, which answers late, and the model: a list of what was admitted. */
async function play(history: readonly Action[], limits: readonly (readonly Budget[])[], check: Check): Promise<Played> {
  let backMs = 0
  let budgets = limits[0] ?? []
  let ids = 0
  let changes = 0
  const chargedAt = new Map<string, number>()
  const shared = createMemoryBudgetStore({ now: () => Date.now() - backMs })
  const late: BudgetStore = {
    ...shared,
    async take(request) {
      await pauseMs(1)
      chargedAt.set(request.id, performance.now())
      const result = await shared.take(request)
      await pauseMs(2)
      return result
    },
  }
  const newId = () => `slice-${ids++}`
  const nodes = [0, 1, 2].map(() =>
    createLeasingBudgetStore({ store: late, newId, busyTakesPerSecond: 5, settleWaitMs: NEVER_MS }),
  )
  const at = (index: number): LeasingBudgetStore => {
    const store = nodes[index]
    if (store === undefined) throw new Error(`There is no node ${index}`)
    return store
  }
  const admitted: Admitted[] = []
  const failures: unknown[] = []
  const open = (first: number, many: number) =>
    admitted
      .filter(({ isOpen }) => isOpen)
      .slice(0, first + many)
      .slice(-many)

  function take(store: BudgetStore, amounts: readonly number[]): void {
    const id = `take-${ids++}`
    const charges = budgets.map((budget, index) => ({ budget, subject: 'ada', amount: amounts[index] ?? 0 }))
    const sentAtMs = performance.now()
    void store.take({ id, tenant: 'acme', charges, ttlMs: NEVER_MS }).then((result) => {
      if (!result.admitted) return
      const atMs = chargedAt.get(id) ?? sentAtMs
      admitted.push({ atMs, node: store, reservation: result.reservation, amounts, isOpen: true })
      admitted.sort((a, b) => a.atMs - b.atMs)
      try {
        check(admitted, performance.now())
      } catch (error) {
        failures.push(error)
      }
    })
  }

  async function left(): Promise<readonly number[]> {
    const states = await Promise.all(
      budgets.map(async (budget) => {
        const charges = [{ budget, subject: 'ada', amount: 0 }]
        const peek = await shared.take({ id: `peek-${ids++}`, tenant: 'acme', charges, ttlMs: 0 })
        return peek.admitted ? peek.states : []
      }),
    )
    return states.flat().map(({ remaining, debt }) => remaining - debt)
  }

  async function apply(action: Action): Promise<void> {
    switch (action.do) {
      case 'wait':
        return pass(action.ms)
      case 'burst':
        for (let count = 0; count < action.takes; count++) {
          take(
            at(action.node),
            budgets.map(() => action.amount),
          )
          await pass(action.everyMs)
        }
        return
      case 'fill': {
        const amount = Math.min(...(await left()))
        if (amount > 0)
          take(
            at(action.node),
            budgets.map(() => amount),
          )
        return pass(6)
      }
      case 'settle':
        for (const one of open(action.which, action.many)) {
          one.isOpen = false
          one.amounts = one.amounts.map((amount) => Math.floor(amount * action.share))
          for (let time = 0; time < action.times; time++) await one.node.settle(one.reservation, one.amounts)
        }
        return
      case 'cancel':
        for (const one of open(action.which, action.many)) {
          one.isOpen = false
          one.amounts = one.amounts.map(() => 0)
          await one.node.cancel(one.reservation)
        }
        return
      case 'repeat': {
        const [one] = open(action.which, 1)
        if (one !== undefined) void one.node.take(one.reservation)
        return pass(6)
      }
      case 'step':
        backMs += action.backMs
        return
      case 'change':
        changes += 1
        budgets = limits[changes % limits.length] ?? []
        return
    }
  }

  for (const action of history) await apply(action)
  await pass(10)
  if (failures.length > 0) throw failures[0]
  const counts = nodes.map((one) => one.counts())
  // Whoever is done gives back what is left.
  const closing = Promise.all(nodes.map((one) => one.close()))
  await pass(10)
  await closing
  const capacities = budgets.map(({ capacity }) => capacity)
  const used = (await left()).map((one, index) => (capacities[index] ?? 0) - one)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  return {
    admitted,
    leased: sum(counts.map(({ leased }) => leased)),
    slices: sum(counts.map(({ slices }) => slices)),
    used,
  }
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

type Check = (admitted: readonly Admitted[], nowMs: number) => void

/** Over every stretch of time that ends now: what was admitted, less what came back, is at most capacity plus refill. */
function bucketsAreKept(limits: readonly (readonly Budget[])[]): Check {
  const most = (of: (budget: Budget) => number) =>
    limits[0]?.map((_, index) => Math.max(...limits.flatMap((budgets) => budgets.slice(index, index + 1).map(of)))) ??
    []
  const capacities = most(({ capacity }) => capacity)
  const rates = most((budget) => limitsOf(budget).refillPerSecond)
  return (admitted, nowMs) => {
    capacities.forEach((capacity, index) => {
      let sum = 0
      for (const { atMs, amounts } of admitted.toReversed()) {
        sum += amounts[index] ?? 0
        const bound = capacity + ((rates[index] ?? 0) * (nowMs - atMs)) / 1000
        if (sum > bound + 1e-6) throw new Error(`${sum} are admitted since ${atMs}, more than ${bound}`)
      }
    })
  }
}

/** In every window: what was admitted in it, less what came back, is at most the capacity. */
const windowsAreKept: Check = (admitted) => {
  for (const [window, sum] of sums(admitted, fixedWindowMs)) {
    if (sum > fixed.capacity) throw new Error(`${sum} are admitted in the window ${window}`)
  }
}

/** What was admitted in this cell, and what is left of the one before, are at most the capacity. */
const cellsAreKept: Check = (admitted, nowMs) => {
  const cells = sums(admitted, slidingWindowMs)
  const at = epochMs(nowMs) / slidingWindowMs
  const cell = Math.floor(at)
  const used = (cells.get(cell) ?? 0) + Math.ceil((cells.get(cell - 1) ?? 0) * (cell + 1 - at))
  if (used > sliding.capacity) throw new Error(`${used} are used in the cell ${cell}`)
}

function sums(admitted: readonly Admitted[], windowMs: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const { atMs, amounts } of admitted) {
    const window = Math.floor(epochMs(atMs) / windowMs)
    found.set(window, (found.get(window) ?? 0) + (amounts[0] ?? 0))
  }
  return found
}

function epochMs(monotonicMs: number): number {
  return monotonicMs + Date.now() - performance.now()
}

describe('leases never over-admit', { timeout: 60_000 }, () => {
  async function holds(history: fc.Arbitrary<Action[]>, limits: readonly (readonly Budget[])[], check: Check) {
    const total = { leased: 0, admitted: 0 }
    await fc.assert(
      fc.asyncProperty(history, async (actions) => {
        const { leased, admitted } = await play(actions, limits, check)
        total.leased += leased
        total.admitted += admitted.length
      }),
      { numRuns: 60 },
    )
    // Else the property says nothing about leases.
    expect(total.leased).toBeGreaterThan(total.admitted / 5)
  }

  test.each([
    { of: 'a bucket', budgets: [burst] },
    { of: 'a bucket that refills in a second', budgets: [fast] },
    { of: 'several buckets, a global one among them', budgets: [everybody, burst, fast] },
  ])('$of: no more than capacity and refill over every stretch of time', async ({ budgets }) => {
    await holds(histories(1, backStep), [budgets], bucketsAreKept([budgets]))
  })

  test('a bucket whose limits change: no more than the larger ones allow', async () => {
    const limits = [[burst], [{ ...burst, capacity: 1_500, refillPerSecond: 900 }]]
    await holds(histories(1, change), limits, bucketsAreKept(limits))
  })

  test('a fixed window: no more than the capacity in each', async () => {
    await holds(histories(1), [[fixed]], windowsAreKept)
  })

  test('a sliding window: no more than the capacity in a cell and the fading one before', async () => {
    await holds(histories(1), [[sliding]], cellsAreKept)
  })
})

describe('leases lose nothing', { timeout: 60_000 }, () => {
  const large = { capacity: 1_000_000, refillPerSecond: 0.001 }
  const shadow: Budget = { ...burst, ...large, mode: 'shadow' }
  const budgets: readonly Budget[] = [
    { ...fixed, capacity: 1_000_000, window: { months: 12 } },
    { ...sliding, capacity: 1_000_000, windowMs: 2e12 },
    { ...burst, ...large },
    shadow,
    { ...everybody, ...large },
  ]

  // Debt is bounded; these histories stay below.
  const modest = histories(3).map((actions) => actions.filter((action) => action.do !== 'fill'))

  test('when all is given back, buckets count what was used: windows to the point, buckets but for a rest below 1', async () => {
    await fc.assert(
      fc.asyncProperty(modest, async (actions) => {
        const { admitted, used, slices } = await play(actions, [budgets], () => undefined)
        const sum = (index: number) => admitted.reduce((total, { amounts }) => total + (amounts[index] ?? 0), 0)
        budgets.forEach(({ algorithm }, index) => {
          const rest = algorithm === 'token-bucket' ? slices : 0
          expect(used[index]).toBeGreaterThanOrEqual(sum(index))
          expect(used[index]).toBeLessThanOrEqual(sum(index) + rest)
        })
      }),
      { numRuns: 40 },
    )
  })
})
