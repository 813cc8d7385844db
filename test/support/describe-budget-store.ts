import { afterEach, describe, expect, test } from 'vitest'
import type { Budget } from '../../src/budget/budget.ts'
import type { BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../../src/budget/budget-store.ts'

/** A budget that refills so slowly that a test sees none of it. */
export function testBudget(overrides: Partial<Budget> = {}): Budget {
  return {
    name: 'burst',
    level: 'client',
    meter: 'cost',
    algorithm: 'token-bucket',
    capacity: 100,
    refillPerSecond: 0.001,
    mode: 'enforce',
    onStoreFailure: 'local',
    ...overrides,
  }
}

let takes = 0

/** A take by the client `ada`, of one amount from each budget. */
export function takeOf(
  amounts: readonly (readonly [Budget, number])[],
  overrides: Partial<TakeRequest> = {},
): TakeRequest {
  const charges: readonly Charge[] = amounts.map(([budget, amount]) => ({ budget, subject: 'ada', amount }))
  takes += 1
  return { id: `take-${takes}`, tenant: 'acme', charges, ttlMs: 10_000, ...overrides }
}

export function reservationOf({ id, tenant, charges, ttlMs }: TakeRequest): Reservation {
  return { id, tenant, charges, ttlMs, source: 'store' }
}

/** What every store keeps. Time is not in it: nothing here waits, and the budgets hardly refill. */
export function describeBudgetStore(name: string, makeStore: () => Promise<BudgetStore>): void {
  describe(`the ${name} budget store`, () => {
    const opened: BudgetStore[] = []
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
    })
    async function open(): Promise<BudgetStore> {
      const store = await makeStore()
      opened.push(store)
      return store
    }
    async function left(store: BudgetStore, ...budgets: readonly Budget[]): Promise<readonly number[]> {
      const result = await store.take(takeOf(budgets.map((budget) => [budget, 0])))
      return result.admitted ? result.states.map(({ remaining, debt }) => remaining - debt) : []
    }
    const burst = testBudget()
    const daily = testBudget({ name: 'daily', capacity: 1_000 })
    const tenant = testBudget({ level: 'tenant', capacity: 120 })
    const shadow = testBudget({ mode: 'shadow' })

    describe('take', () => {
      test('charges all budgets and says what is left of each, in the order of the charges', async () => {
        const store = await open()
        const request = takeOf([
          [burst, 57],
          [daily, 60],
        ])
        expect(await store.take(request)).toEqual({
          admitted: true,
          reservation: reservationOf(request),
          states: [
            { budget: burst, remaining: 43, debt: 0, fullInMs: 57_000_000 },
            { budget: daily, remaining: 940, debt: 0, fullInMs: 60_000_000 },
          ],
        })
      })

      test('admits to the last point and denies the next one', async () => {
        const store = await open()
        expect(await store.take(takeOf([[burst, 100]]))).toMatchObject({ admitted: true })
        expect(await store.take(takeOf([[burst, 1]]))).toMatchObject({ admitted: false, reason: 'exhausted' })
      })

      test('charges no budget when one of them has no room, and says which and for how long', async () => {
        const store = await open()
        await store.take(takeOf([[tenant, 90]]))
        const denied = await store.take(
          takeOf([
            [burst, 31],
            [tenant, 31],
            [daily, 31],
          ]),
        )
        expect(denied).toMatchObject({
          admitted: false,
          reason: 'exhausted',
          denials: [{ budget: tenant, amount: 31, remaining: 30 }],
          states: [{ remaining: 100 }, { remaining: 30 }, { remaining: 1_000 }],
        })
        expect(await left(store, burst, tenant, daily)).toEqual([100, 30, 1_000])
        expect(await store.take(takeOf([[tenant, 30]]))).toMatchObject({ admitted: true })
      })

      test('names every budget without room', async () => {
        const store = await open()
        await store.take(
          takeOf([
            [burst, 100],
            [tenant, 120],
          ]),
        )
        const denied = await store.take(
          takeOf([
            [burst, 1],
            [daily, 1],
            [tenant, 2],
          ]),
        )
        expect(denied).toMatchObject({ denials: [{ budget: burst }, { budget: tenant }] })
      })

      test('answers never, not a wait, for an amount above the capacity', async () => {
        const store = await open()
        expect(await store.take(takeOf([[burst, 101]]))).toMatchObject({
          denials: [{ amount: 101, remaining: 100, retryAfterMs: 'never' }],
        })
      })

      test('lets an amount of 0 pass through an empty budget and charges nothing for it', async () => {
        const store = await open()
        await store.take(takeOf([[burst, 100]]))
        const result = await store.take(
          takeOf([
            [burst, 0],
            [daily, 5],
          ]),
        )
        expect(result).toMatchObject({ admitted: true, states: [{ remaining: 0, debt: 0 }, { remaining: 995 }] })
      })

      test('charges a repeated take once', async () => {
        const store = await open()
        const request = takeOf([[burst, 60]])
        await store.take(request)
        expect(await store.take(request)).toMatchObject({ admitted: true, states: [{ remaining: 40 }] })
        expect(await left(store, burst)).toEqual([40])
      })

      test('charges a take repeated after its settle no second time', async () => {
        const store = await open()
        const request = takeOf([[burst, 60]])
        await store.take(request)
        await store.settle(reservationOf(request), [10])
        expect(await store.take(request)).toMatchObject({ admitted: true, states: [{ remaining: 90 }] })
      })

      test('judges a repeated take anew after a denial', async () => {
        const store = await open()
        const first = takeOf([[burst, 60]])
        const second = takeOf([[burst, 60]])
        await store.take(first)
        expect(await store.take(second)).toMatchObject({ admitted: false })
        await store.cancel(reservationOf(first))
        expect(await store.take(second)).toMatchObject({ admitted: true, states: [{ remaining: 40 }] })
      })

      test.each<{ apart: string; other: Partial<TakeRequest>; budget: Partial<Budget> }>([
        { apart: 'names', other: {}, budget: { name: 'hourly' } },
        { apart: 'levels', other: {}, budget: { level: 'tenant' } },
        { apart: 'meters', other: {}, budget: { meter: 'requests' } },
        { apart: 'modes', other: {}, budget: { mode: 'shadow' } },
        { apart: 'tenants', other: { tenant: 'globex' }, budget: {} },
        { apart: 'tenants of strange names', other: { tenant: '}{:%' }, budget: {} },
      ])('keeps budgets of different $apart apart', async ({ other, budget }) => {
        const store = await open()
        await store.take(takeOf([[burst, 100]]))
        const result = await store.take(takeOf([[testBudget(budget), 100]], other))
        expect(result).toMatchObject({ admitted: true, states: [{ remaining: 0 }] })
      })

      test('keeps names and subjects apart that read the same when joined', async () => {
        const store = await open()
        const of = (name: string, subject: string) => [{ budget: testBudget({ name }), subject, amount: 100 }]
        await store.take(takeOf([], { charges: of('a', 'b:c') }))
        expect(await store.take(takeOf([], { charges: of('a:b', 'c') }))).toMatchObject({ admitted: true })
      })

      test('goes on with what is used when limits change', async () => {
        const store = await open()
        await store.take(takeOf([[burst, 80]]))
        const raised = testBudget({ capacity: 500 })
        const lowered = testBudget({ capacity: 50 })
        expect(await left(store, raised)).toEqual([420])
        expect(await left(store, lowered)).toEqual([-30])
        expect(await store.take(takeOf([[lowered, 1]]))).toMatchObject({ admitted: false })
        expect(await store.take(takeOf([[raised, 420]]))).toMatchObject({ admitted: true })
      })

      test.each<{ mistake: string; request: TakeRequest }>([
        { mistake: 'a negative amount', request: takeOf([[burst, -1]]) },
        { mistake: 'a fraction', request: takeOf([[burst, 0.5]]) },
        { mistake: 'NaN', request: takeOf([[burst, Number.NaN]]) },
        { mistake: 'an amount beyond the safe integers', request: takeOf([[burst, 2 ** 60]]) },
        {
          mistake: 'one bucket twice',
          request: takeOf([
            [burst, 1],
            [testBudget({ capacity: 5 }), 1],
          ]),
        },
        { mistake: 'no tenant', request: takeOf([[burst, 1]], { tenant: '' }) },
        { mistake: 'a life that is no number', request: takeOf([[burst, 1]], { ttlMs: Number.NaN }) },
        { mistake: 'no capacity', request: takeOf([[testBudget({ capacity: 0 }), 1]]) },
        { mistake: 'no refill', request: takeOf([[testBudget({ refillPerSecond: 0 }), 1]]) },
      ])('throws for $mistake and charges nothing', async ({ request }) => {
        const store = await open()
        await expect(store.take(request)).rejects.toBeInstanceOf(RangeError)
        expect(await left(store, burst)).toEqual([100])
      })
    })

    describe('shadow', () => {
      test('never denies, and shows what would have been denied as debt', async () => {
        const store = await open()
        const result = await store.take(takeOf([[shadow, 130]]))
        expect(result).toMatchObject({ admitted: true, states: [{ budget: shadow, remaining: 0, debt: 30 }] })
      })

      test('is not charged for what an enforced budget denies', async () => {
        const store = await open()
        const tight = testBudget({ name: 'tight', capacity: 5 })
        await store.take(
          takeOf([
            [shadow, 50],
            [tight, 6],
          ]),
        )
        expect(await left(store, shadow)).toEqual([100])
      })

      test('counts up to twice the capacity and gives back what it counted', async () => {
        const store = await open()
        const request = takeOf([[shadow, 1_000]])
        await store.take(request)
        expect(await left(store, shadow)).toEqual([-100])
        await store.cancel(reservationOf(request))
        expect(await left(store, shadow)).toEqual([100])
      })
    })

    describe('settle', () => {
      async function taken(store: BudgetStore, amounts: readonly (readonly [Budget, number])[]): Promise<Reservation> {
        return reservation(await store.take(takeOf(amounts)))
      }

      test('gives back what was not used, for each charge', async () => {
        const store = await open()
        await store.settle(
          await taken(store, [
            [burst, 57],
            [daily, 60],
          ]),
          [31, 60],
        )
        expect(await left(store, burst, daily)).toEqual([69, 940])
      })

      test('counts once, however often it is repeated and whatever it says then', async () => {
        const store = await open()
        const held = await taken(store, [[burst, 57]])
        await store.settle(held, [31])
        for (const actual of [31, 0, 99]) await store.settle(held, [actual])
        await store.cancel(held)
        expect(await left(store, burst)).toEqual([69])
      })

      test('counts once when repeated at the same time', async () => {
        const store = await open()
        const held = await taken(store, [[burst, 57]])
        await Promise.all(Array.from({ length: 20 }, () => store.settle(held, [31])))
        expect(await left(store, burst)).toEqual([69])
      })

      test('gives back in any order what was taken together', async () => {
        const store = await open()
        const held = [
          await taken(store, [[burst, 20]]),
          await taken(store, [[burst, 30]]),
          await taken(store, [[burst, 50]]),
        ]
        for (const one of held.toReversed()) await store.settle(one, [1])
        expect(await left(store, burst)).toEqual([97])
      })

      test('books what was used beyond the charge as debt, which denies until it is paid', async () => {
        const store = await open()
        await store.settle(await taken(store, [[burst, 80]]), [130])
        expect(await left(store, burst)).toEqual([-30])
        expect(await store.take(takeOf([[burst, 1]]))).toMatchObject({
          admitted: false,
          denials: [{ remaining: 0, retryAfterMs: expect.closeTo(31_000_000, -5) }],
        })
      })

      test('lets debt grow to one more capacity and no further', async () => {
        const store = await open()
        await store.settle(await taken(store, [[burst, 80]]), [1_000_000])
        expect(await left(store, burst)).toEqual([-100])
      })

      test('charges what was used although nothing was taken for it', async () => {
        const store = await open()
        await store.settle(
          await taken(store, [
            [burst, 0],
            [daily, 1],
          ]),
          [12, 1],
        )
        expect(await left(store, burst, daily)).toEqual([88, 999])
      })

      test('does nothing for a take that was denied or never was', async () => {
        const store = await open()
        await store.take(takeOf([[burst, 100]]))
        const denied = takeOf([[burst, 50]])
        await store.take(denied)
        await store.settle(reservationOf(denied), [0])
        await store.settle(reservationOf(takeOf([[burst, 50]])), [0])
        expect(await left(store, burst)).toEqual([0])
      })

      test.each([[[]], [[1, 1]], [[-1]], [[0.5]]])(
        'throws for the amounts %j and leaves the charge',
        async (actual) => {
          const store = await open()
          const held = await taken(store, [[burst, 57]])
          await expect(store.settle(held, actual)).rejects.toBeInstanceOf(RangeError)
          expect(await left(store, burst)).toEqual([43])
        },
      )
    })

    describe('cancel', () => {
      test('gives everything back, once', async () => {
        const store = await open()
        const held = reservation(
          await store.take(
            takeOf([
              [burst, 57],
              [daily, 60],
            ]),
          ),
        )
        await store.take(takeOf([[burst, 3]]))
        for (const _ of [1, 2, 3]) await store.cancel(held)
        expect(await left(store, burst, daily)).toEqual([97, 1_000])
      })

      test('before its take makes the take charge nothing and say so', async () => {
        const store = await open()
        const late = takeOf([[burst, 57]])
        await store.cancel(reservationOf(late))
        expect(await store.take(late)).toEqual({ admitted: false, reason: 'cancelled' })
        await store.settle(reservationOf(late), [99])
        expect(await left(store, burst)).toEqual([100])
      })

      test('makes a repetition of its take charge nothing', async () => {
        const store = await open()
        const request = takeOf([[burst, 57]])
        await store.take(request)
        await store.cancel(reservationOf(request))
        expect(await store.take(request)).toEqual({ admitted: false, reason: 'cancelled' })
        expect(await left(store, burst)).toEqual([100])
      })

      test('changes nothing after a settle', async () => {
        const store = await open()
        const held = reservation(await store.take(takeOf([[burst, 57]])))
        await store.settle(held, [31])
        await store.cancel(held)
        expect(await left(store, burst)).toEqual([69])
      })
    })
  })
}

/** The reservation of a take that must have been admitted. */
export function reservation(result: TakeResult): Reservation {
  if (!result.admitted) throw new Error(`The take was not admitted: ${result.reason}`)
  return result.reservation
}
