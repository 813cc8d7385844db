import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetStore, Reservation } from '../../../src/budget/budget-store.ts'
import {
  createLeasingBudgetStore,
  type LeasingBudgetStoreOptions,
} from '../../../src/budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { createResilientBudgetStore } from '../../../src/budget/resilient-budget-store.ts'
import {
  describeBudgetStore,
  meteredBudgets,
  reservation,
  reservationOf,
  seats,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'
import { createGatedStore } from '../../support/gated-store.ts'

let slices = 0
const newId = () => `slice-${slices++}`

describeBudgetStore('leasing', async () =>
  createLeasingBudgetStore({ store: createMemoryBudgetStore({ now: () => 1_700_000_000_000 }), newId }),
)

describe('the leasing budget store', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A window, so that every number is exact. */
  const daily: Budget = { ...testBudget({ capacity: 10_000 }), algorithm: 'fixed-window', window: { months: 12 } }
  const everybody: Budget = { ...daily, name: 'everybody', level: 'global' }

  function open(options: Partial<LeasingBudgetStoreOptions> = {}, shared: BudgetStore = createMemoryBudgetStore()) {
    const gated = createGatedStore(shared)
    const store = createLeasingBudgetStore({ store: gated, newId, ...options })
    /** What the store that is shared counts as used. */
    async function used(budget = daily) {
      const result = await shared.take(takeOf([[budget, 0]]))
      return 'states' in result ? budget.capacity - (result.states[0]?.remaining ?? 0) : undefined
    }
    /** Takes of 10, one every 10 ms. */
    async function takes(count: number, budgets: readonly Budget[] = [daily]) {
      const taken = []
      for (let index = 0; index < count; index++) {
        const request = takeOf(budgets.map((budget) => [budget, budget.algorithm === 'semaphore' ? 1 : 10]))
        taken.push(reservation(await store.take(request)))
        await vi.advanceTimersByTimeAsync(10)
      }
      return taken
    }
    async function settle(taken: Awaited<ReturnType<typeof takes>>, actual: number) {
      for (const one of taken)
        await store.settle(
          one,
          one.charges.map(() => actual),
        )
    }
    return { store, gated, shared, used, takes, settle }
  }

  test('makes 20 times fewer calls for a busy client', async () => {
    const { gated, takes, settle, used, store } = open()
    await settle(await takes(400), 7)
    expect(gated.calls).toBeLessThan((2 * 400) / 20 + 20)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await used()).toBe(2_800)
    expect(store.counts()).toMatchObject({ direct: 20, leased: 380, refused: 0, lost: 0, leases: 0 })
  })

  describe('what is never asked for again', () => {
    /** Takes of 10, one every 10 ms; the last 20 are open at a time, and each of the others has been settled at 1. */
    async function settleEach(store: BudgetStore, count: number, budgets: readonly Budget[]) {
      const taken = []
      for (let index = 0; index < count; index++) {
        const request = takeOf(
          budgets.map((budget) => [budget, 10]),
          { isOnly: true },
        )
        taken.push(reservation(store.takeNow?.(request) ?? (await store.take(request))))
        const due = taken[index - 20]
        if (due !== undefined) await settleAt(store, due, 1)
        await vi.advanceTimersByTimeAsync(10)
      }
      for (const one of taken.slice(-20)) await settleAt(store, one, 1)
      return taken
    }
    async function settleAt(store: BudgetStore, one: Reservation, used: number) {
      const actual = one.charges.map(() => used)
      if (store.settleNow?.(one, actual) !== true) await store.settle(one, actual)
    }

    test('is settled by its reservation, however few are remembered, and once', async () => {
      const { store, used } = open({ maxEntries: 4 })
      const taken = await settleEach(store, 400, [daily])
      for (const one of taken) {
        await settleAt(store, one, 0)
        await store.cancel(one)
      }
      expect(store.counts().leased).toBeGreaterThan(350)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(await used()).toBe(400)
      expect(store.counts()).toMatchObject({ lost: 0, leases: 0 })
    })

    test('is so too where it takes from budgets of all clients and its own', async () => {
      const { store, used } = open({ maxEntries: 50 })
      await settleEach(store, 400, [daily, everybody])
      await vi.advanceTimersByTimeAsync(1_000)
      expect([await used(), await used(everybody)]).toEqual([400, 400])
    })

    test('can be cancelled, and what is settled after its time gives nothing back', async () => {
      const { store, used } = open()
      await settleEach(store, 100, [daily])
      const cancelled = reservation(await store.take(takeOf([[daily, 10]], { isOnly: true })))
      const late = reservation(await store.take(takeOf([[daily, 10]], { isOnly: true, ttlMs: 200 })))
      expect([cancelled.source, late.source]).toEqual(['lease', 'lease'])
      await store.cancel(cancelled)
      await vi.advanceTimersByTimeAsync(200)
      await settleAt(store, late, 0)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(await used()).toBe(110)
    })
  })

  test('takes nothing in advance for who is not busy', async () => {
    const { takes, used, store } = open()
    await takes(19)
    await vi.advanceTimersByTimeAsync(2_000)
    await takes(19)
    expect(await used()).toBe(380)
    expect(store.counts()).toMatchObject({ direct: 38, leased: 0, slices: 0 })
  })

  test.each(
    [...meteredBudgets(), seats(100)]
      .filter(({ algorithm }) => !['token-bucket', 'fixed-window', 'sliding-window'].includes(algorithm))
      .map((budget) => ({ algorithm: budget.algorithm, budget: { ...budget, capacity: 10_000 } })),
  )('takes nothing in advance where a $algorithm is charged', async ({ budget }) => {
    const { takes, store } = open()
    await takes(50, [daily, budget])
    expect(store.counts()).toMatchObject({ direct: 50, leased: 0, slices: 0 })
  })

  // What a response weighs is known afterwards. The clients of a tenant may have tiers, whose limits differ.
  test.each([
    { what: 'bytes of responses are counted', budget: { ...daily, meter: 'responseBytes' } },
    {
      what: 'a bucket may drain at the rates of several tiers',
      budget: testBudget({ level: 'tenant', capacity: 10_000 }),
    },
  ] as const)('takes nothing in advance where $what', async ({ budget }) => {
    const { takes, store } = open()
    await takes(50, [daily, budget])
    expect(store.counts()).toMatchObject({ direct: 50, leased: 0, slices: 0 })
  })

  test('serves nobody from the lease of another, whatever tenants and clients are called', async () => {
    const { takes, store } = open()
    await takes(30)
    const scope = 'fixed-window:client:cost:burst:'
    const [one, other] = [`ada\n${scope}bob`, 'bob']
    const take = (tenant: string, subject: string) =>
      store.take(takeOf([], { tenant, charges: [{ budget: daily, subject, amount: 10 }] }))
    for (let index = 0; index < 30; index++) {
      await take('acme', one)
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(await take('acme', one)).toMatchObject({ reservation: { source: 'lease' } })
    expect(await take(`acme\n${scope}ada`, other)).toMatchObject({ reservation: { source: 'store' } })
  })

  test('serves nobody from the lease of another, whoever of several budgets is one and the same', async () => {
    const both = [daily, { ...daily, name: 'another' }]
    const { takes, store } = open()
    await takes(30)
    const take = (...subjects: [string, string]) => {
      const charges = both.map((budget, index) => ({
        budget,
        subject: subjects[index] ?? '',
        amount: 10,
      }))
      return store.take(takeOf([], { charges }))
    }
    for (let index = 0; index < 30; index++) {
      await take('ada', 'ada')
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(await take('ada', 'ada')).toMatchObject({ reservation: { source: 'lease' } })
    for (const other of ['bob', '', '0=', '1=', 'ada1=']) {
      expect(await take('ada', other)).toMatchObject({ reservation: { source: 'store' } })
      expect(await take(other, 'ada')).toMatchObject({ reservation: { source: 'store' } })
    }
  })

  test('takes an option that is undefined for one that is not there', async () => {
    const { takes, store } = open({ expectedNodes: undefined, busyTakesPerSecond: undefined, idleMs: undefined })
    await takes(100)
    expect(store.counts()).toMatchObject({ direct: 20, leased: 80 })
  })

  test('leaves to the store what a lease has not enough for, and serves what is cheap all the same', async () => {
    const { takes, store } = open()
    await takes(30)
    const { leased } = store.counts()
    expect(await store.take(takeOf([[daily, 5_000]]))).toMatchObject({ reservation: { source: 'store' } })
    expect(await store.take(takeOf([[daily, 20_000]]))).toMatchObject({ denials: [{ retryAfterMs: 'never' }] })
    await takes(5)
    expect(store.counts().leased).toBe(leased + 5)
  })

  test('denies nothing that fits once its own lease is given back', async () => {
    const { takes, settle, store, shared } = open()
    await settle(await takes(50), 10)
    const left = await shared.take(takeOf([[daily, 0]]))
    const remaining = 'states' in left ? (left.states[0]?.remaining ?? 0) : 0
    expect(remaining).toBeLessThan(9_500)
    expect(await store.take(takeOf([[daily, 9_500]]))).toMatchObject({ admitted: true, states: [{ remaining: 0 }] })
  })

  describe('answers within one deadline', () => {
    async function waited(take: Promise<unknown>): Promise<number> {
      const startedAtMs = performance.now()
      let answeredAtMs = Number.POSITIVE_INFINITY
      void take.then(() => {
        answeredAtMs = performance.now()
      })
      await vi.advanceTimersByTimeAsync(1_000)
      return answeredAtMs - startedAtMs
    }

    test('a take of budgets in two places, of a store that does not answer', async () => {
      const down = createGatedStore(createMemoryBudgetStore())
      down.gate = 'deaf'
      const resilient = createResilientBudgetStore({ store: down, local: createMemoryBudgetStore() })
      const { store } = open({}, resilient)
      const request = takeOf([
        [daily, 10],
        [everybody, 10],
      ])
      expect(await waited(store.take(request))).toBeLessThan(55)
      // One for all of it: the store has failed once.
      expect([resilient.counts().failed, resilient.state]).toEqual([1, 'ok'])
    })

    test('a take that its lease stands in the way of, of a store that is slow', async () => {
      const slow = createGatedStore(createMemoryBudgetStore())
      const { takes, settle, store } = open(
        {},
        createResilientBudgetStore({ store: slow, local: createMemoryBudgetStore() }),
      )
      await settle(await takes(50), 10)
      slow.gate = 'late'
      const opening = setInterval(() => {
        slow.gate = 'open'
        slow.gate = 'late'
      }, 40)
      const results: unknown[] = []
      const take = store.take(takeOf([[daily, 9_500]]))
      void take.then((result) => results.push(result))
      expect(await waited(take)).toBeLessThan(55)
      clearInterval(opening)
      slow.gate = 'open'
      // What the store said stands; the lease is given back all the same.
      expect(results).toMatchObject([{ admitted: false, reason: 'exhausted' }])
      expect(await store.take(takeOf([[daily, 9_500]]))).toMatchObject({ admitted: true })
    })
  })

  test('tells what is left with the lease on top', async () => {
    const { takes, store } = open()
    await takes(30)
    expect(await store.take(takeOf([[daily, 10]]))).toMatchObject({
      admitted: true,
      reservation: { source: 'lease' },
      states: [{ remaining: 9_690, debt: 0 }],
      delayMs: 0,
    })
  })

  test('serves several buckets of any mode at once, global ones among them', async () => {
    const { takes, settle, store, used } = open()
    const shadow: Budget = { ...daily, mode: 'shadow', capacity: 100 }
    const budgets = [daily, everybody, shadow]
    await settle(await takes(100, budgets), 5)
    await vi.advanceTimersByTimeAsync(1_000)
    expect([await used(), await used(everybody), await used(shadow)]).toEqual([500, 500, 100])
    expect(store.counts()).toMatchObject({ direct: 40, leased: 160 })
  })

  describe('gives back what is left of a lease', () => {
    test('when nobody took from it for a while', async () => {
      const { takes, settle, used } = open({ idleMs: 500 })
      await settle(await takes(30), 10)
      await vi.advanceTimersByTimeAsync(400)
      expect(await used()).toBeGreaterThan(300)
      await vi.advanceTimersByTimeAsync(200)
      expect(await used()).toBe(300)
    })

    test('when its time is over, although it is in use', async () => {
      const { takes, settle, store } = open({ leaseMs: 300, idleMs: 10_000 })
      await settle(await takes(200), 10)
      // One slice would have lasted for longer.
      expect(store.counts().slices).toBeGreaterThan(4)
    })

    test('when more was used than it held, and its operations have ended: the debt is booked at once', async () => {
      const { takes, settle, used, store } = open()
      const taken = await takes(30)
      await settle(taken.slice(0, 28), 10)
      await settle(taken.slice(28, 29), 5_000)
      expect(await store.take(takeOf([[daily, 10]]))).toMatchObject({ reservation: { source: 'store' } })
      await settle(taken.slice(29), 800)
      await vi.advanceTimersByTimeAsync(0)
      expect(await used()).toBe(280 + 5_000 + 800 + 10)
    })

    test('when limits change, which count from the next take on', async () => {
      const { takes, settle, used, store } = open()
      await settle(await takes(30), 10)
      const lowered: Budget = { ...daily, capacity: 305 }
      expect(await store.take(takeOf([[lowered, 6]]))).toMatchObject({ admitted: false })
      await vi.advanceTimersByTimeAsync(0)
      expect(await used()).toBe(300)
      expect(await store.take(takeOf([[lowered, 5]]))).toMatchObject({ admitted: true, states: [{ remaining: 0 }] })
    })

    test('when it is closed, and counts what still runs with its estimate', async () => {
      const { takes, settle, used, store } = open()
      const taken = await takes(30)
      await settle(taken.slice(1), 4)
      await store.close()
      expect(await used()).toBe(29 * 4 + 10)
    })

    test('when its operations are settled', async () => {
      const { takes, settle, used } = open()
      const taken = await takes(30)
      await vi.advanceTimersByTimeAsync(3_000)
      expect(await used()).toBeGreaterThan(300)
      await settle(taken, 3)
      expect(await used()).toBe(90)
    })

    test('when they take too long: they keep their estimate', async () => {
      const { takes, settle, used } = open({ settleWaitMs: 2_000 })
      const taken = await takes(30)
      await settle(taken.slice(0, 20), 10)
      await vi.advanceTimersByTimeAsync(3_000)
      expect(await used()).toBe(300)
      await settle(taken, 3)
      expect(await used()).toBe(300)
    })

    test('when its slice comes after the limits changed', async () => {
      const { takes, used, store, gated } = open()
      const take = gated.take
      gated.take = async (request) => {
        const result = await take(request)
        if (request.id.startsWith('slice')) await new Promise((resolve) => setTimeout(resolve, 30))
        return result
      }
      await takes(20)
      expect(await used()).toBeGreaterThan(200)
      await store.take(takeOf([[{ ...daily, capacity: 20_000 }, 10]]))
      await vi.advanceTimersByTimeAsync(30)
      expect(await used()).toBe(210)
    })
  })

  describe('an operation that a lease has served', () => {
    test('is charged once, however often its take or its settle is repeated', async () => {
      const { takes, used, store } = open()
      await takes(30)
      const request = takeOf([[daily, 10]])
      const first = await store.take(request)
      expect(first).toMatchObject({ reservation: { source: 'lease' } })
      expect(await store.take(request)).toEqual(first)
      for (const actual of [6, 0, 9]) await store.settle(reservation(first), [actual])
      await store.cancel(reservation(first))
      expect(await store.take(request)).toMatchObject({ admitted: true })
      await store.close()
      expect(await used()).toBe(306)
    })

    test('is charged nothing after its cancel', async () => {
      const { takes, used, store } = open()
      await takes(30)
      const request = takeOf([[daily, 10]])
      const taken = reservation(await store.take(request))
      for (const _ of [1, 2]) await store.cancel(taken)
      expect(await store.take(request)).toEqual({ admitted: false, reason: 'cancelled' })
      await store.close()
      expect(await used()).toBe(300)
    })

    test('is served by none when its cancel came before', async () => {
      const { takes, used, store } = open()
      await takes(30)
      const late = takeOf([[daily, 10]])
      await store.cancel(reservationOf(late))
      expect(await store.take(late)).toEqual({ admitted: false, reason: 'cancelled' })
      await store.close()
      expect(await used()).toBe(300)
    })

    test('is not served again when the store has served it before', async () => {
      const { takes, used, store } = open()
      const request = takeOf([[daily, 10]])
      await store.take(request)
      await takes(30)
      expect(await store.take(request)).toMatchObject({ reservation: { source: 'store' } })
      await store.close()
      expect(await used()).toBe(310)
    })

    test('of another process is settled by the store', async () => {
      const { store, shared, used } = open()
      const request = takeOf([[daily, 10]])
      await shared.take(request)
      await store.settle({ ...reservationOf(request), source: 'lease' }, [4])
      expect(await used()).toBe(4)
    })
  })

  describe('while the store is down', () => {
    test('serves from the lease it has, which is paid', async () => {
      const { takes, store, gated } = open()
      await takes(30)
      gated.gate = 'refusing'
      expect(await store.take(takeOf([[daily, 10]]))).toMatchObject({ reservation: { source: 'lease' } })
      await expect(store.take(takeOf([[daily, 9_000]]))).rejects.toThrow('connection refused')
    })

    test('takes no lease from what a node allows itself', async () => {
      const [local, down] = [createMemoryBudgetStore(), createGatedStore(createMemoryBudgetStore())]
      down.gate = 'refusing'
      const degraded = createResilientBudgetStore({ store: down, local, failuresToDegrade: 1 })
      const { takes, store } = open({}, degraded)
      await takes(50)
      expect(store.counts()).toMatchObject({ leased: 0, direct: 50, slices: 0 })
      const left = await local.take(takeOf([[daily, 0]]))
      expect(left).toMatchObject({ states: [{ remaining: 9_500 }] })
    })

    test('takes back a slice whose answer was lost', async () => {
      const { takes, store, gated, used } = open()
      await takes(19)
      const take = gated.take
      gated.take = async (request) => {
        const result = await take(request)
        if (request.id.startsWith('slice')) throw new Error('connection reset')
        return result
      }
      await takes(1)
      expect(store.counts()).toMatchObject({ refused: 1, slices: 0 })
      expect(await used()).toBe(200)
    })
  })
})
