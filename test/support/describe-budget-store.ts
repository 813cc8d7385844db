import { afterEach, describe, expect, test } from 'vitest'
import type { Budget } from '../../src/budget/budget.ts'
import type { BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from '../../src/budget/budget-store.ts'

type TokenBucketBudget = Extract<Budget, { algorithm: 'token-bucket' }>

/** A token bucket that refills so slowly that a test sees none of it. */
export function testBudget(overrides: Partial<TokenBucketBudget> = {}): TokenBucketBudget {
  return { ...face, meter: 'cost', algorithm: 'token-bucket', capacity: 100, refillPerSecond: 0.001, ...overrides }
}

const face = { name: 'burst', level: 'client', mode: 'enforce', onStoreFailure: 'local' } as const

/** A budget of each algorithm that counts amounts, all of the same capacity, and slow. */
export function meteredBudgets(overrides: Partial<Pick<Budget, 'name' | 'level' | 'mode'>> = {}): readonly Budget[] {
  const common = { ...face, meter: 'cost', capacity: 100, ...overrides } as const
  return [
    { ...common, algorithm: 'token-bucket', refillPerSecond: 0.001 },
    { ...common, algorithm: 'leaky-bucket', refillPerSecond: 0.001, maxDelayMs: 0 },
    { ...common, algorithm: 'fixed-window', window: { months: 12 } },
    { ...common, algorithm: 'sliding-window', windowMs: 2e12 },
    { ...common, algorithm: 'sliding-log', windowMs: 2e12 },
  ]
}

export function seats(capacity: number, overrides: Partial<Pick<Budget, 'name' | 'mode'>> = {}): Budget {
  return { ...face, name: 'parallel', meter: 'concurrency', algorithm: 'semaphore', capacity, ...overrides }
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
    /** What is left of each budget; below 0 where there is debt. */
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
          delayMs: 0,
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

      test('settles and cancels once what is taken under an id that is never asked for again', async () => {
        const store = await open()
        const settledOnce = takeOf([[burst, 40]], { isOnly: true })
        const cancelled = takeOf([[burst, 30]], { isOnly: true })
        const kept = takeOf([[burst, 7]], { isOnly: true })
        const first = reservation(await store.take(settledOnce))
        const second = reservation(await store.take(cancelled))
        expect(await store.take(kept)).toMatchObject({ admitted: true })
        expect(await store.take(takeOf([[burst, 24]], { isOnly: true }))).toMatchObject({ reason: 'exhausted' })
        expect(await left(store, burst)).toEqual([23])
        await store.settle(first, [10])
        await store.settle(first, [0])
        await store.cancel(second)
        await store.cancel(second)
        expect(await left(store, burst)).toEqual([83])
      })

      test('remembers nothing of a take that can never be settled, but the cancel that came before it', async () => {
        const store = await open()
        const request = takeOf([[burst, 30]], { ttlMs: 0 })
        await store.take(request)
        await store.settle(reservationOf(request), [0])
        expect(await store.take(request)).toMatchObject({ admitted: true, states: [{ remaining: 40 }] })
        const late = takeOf([[burst, 30]], { ttlMs: 0 })
        await store.cancel(reservationOf(late))
        expect(await store.take(late)).toEqual({ admitted: false, reason: 'cancelled' })
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

      test.each<{ apart: string; other: Partial<TakeRequest>; budget: Partial<TokenBucketBudget> }>([
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

    describe.each(meteredBudgets().map((budget) => ({ algorithm: budget.algorithm, budget })))(
      'a budget of the algorithm $algorithm',
      ({ budget }) => {
        test('admits to the last point, denies the next one, and never what is more than it holds', async () => {
          const store = await open()
          await store.take(takeOf([[budget, 99]]))
          expect(await store.take(takeOf([[budget, 2]]))).toMatchObject({ denials: [{ amount: 2, remaining: 1 }] })
          expect(await store.take(takeOf([[budget, 1]]))).toMatchObject({ admitted: true, states: [{ remaining: 0 }] })
          expect(await store.take(takeOf([[budget, 1]]))).toMatchObject({
            denials: [{ retryAfterMs: expect.any(Number) }],
          })
          expect(await store.take(takeOf([[budget, 101]]))).toMatchObject({ denials: [{ retryAfterMs: 'never' }] })
        })

        test('has back at once what was not used, in any order and once', async () => {
          const store = await open()
          const requests = [20, 30, 50].map((amount) => takeOf([[budget, amount]]))
          for (const request of requests) await store.take(request)
          for (const request of requests.toReversed()) {
            for (const actual of [[1], [0], [77]]) await store.settle(reservationOf(request), actual)
            await store.cancel(reservationOf(request))
          }
          expect(await left(store, budget)).toEqual([97])
        })

        test('has everything back after a cancel', async () => {
          const store = await open()
          const request = takeOf([[budget, 60]])
          await store.take(request)
          await store.take(takeOf([[budget, 3]]))
          await store.cancel(reservationOf(request))
          expect(await left(store, budget)).toEqual([97])
        })

        test('books what was used beyond the charge as debt, up to one more capacity', async () => {
          const store = await open()
          const small = takeOf([[budget, 80]])
          await store.take(small)
          await store.settle(reservationOf(small), [130])
          expect(await left(store, budget)).toEqual([-30])
          const [shadow] = meteredBudgets({ mode: 'shadow' }).filter(({ algorithm }) => algorithm === budget.algorithm)
          if (shadow === undefined) throw new Error('every algorithm has a shadow')
          const large = takeOf([[shadow, 80]])
          await store.take(large)
          await store.settle(reservationOf(large), [1_000_000])
          expect(await left(store, shadow)).toEqual([-100])
        })
      },
    )

    test('charges budgets of all algorithms together, or none', async () => {
      const store = await open()
      const budgets = [...meteredBudgets(), seats(2)]
      const amounts = (amount: number) =>
        budgets.map((budget) => [budget, budget.algorithm === 'semaphore' ? 1 : amount] as const)
      const first = takeOf(amounts(60))
      await store.take(first)
      expect(await left(store, ...budgets)).toEqual([40, 40, 40, 40, 40, 1])
      const denied = await store.take(takeOf(amounts(41)))
      expect(denied).toMatchObject({ denials: meteredBudgets().map(({ algorithm }) => ({ budget: { algorithm } })) })
      expect(await left(store, ...budgets)).toEqual([40, 40, 40, 40, 40, 1])
      await store.take(takeOf([[seats(2), 1]]))
      expect(await store.take(takeOf(amounts(1)))).toMatchObject({ denials: [{ budget: { algorithm: 'semaphore' } }] })
      await store.settle(reservationOf(first), [0, 10, 20, 30, 40, 1])
      expect(await left(store, ...budgets)).toEqual([100, 90, 80, 70, 60, 1])
    })

    describe('a leaky bucket', () => {
      const leaky: Budget = { ...testBudget(), algorithm: 'leaky-bucket', refillPerSecond: 0.1, maxDelayMs: 200_000 }

      test('admits what fits later, says how long it has to wait, and denies what would wait too long', async () => {
        const store = await open()
        expect(await store.take(takeOf([[leaky, 95]]))).toMatchObject({ admitted: true, delayMs: 0 })
        const [second, third] = [await store.take(takeOf([[leaky, 15]])), await store.take(takeOf([[leaky, 10]]))]
        expect(second).toMatchObject({ admitted: true, delayMs: expect.closeTo(100_000, -4) })
        expect(third).toMatchObject({ admitted: true, delayMs: expect.closeTo(200_000, -4) })
        expect(await store.take(takeOf([[leaky, 10]]))).toMatchObject({ admitted: false })
        expect(await store.take(takeOf([[leaky, 0]]))).toMatchObject({ admitted: true, delayMs: 0 })
      })

      test('lets nobody begin before who waits already, whatever is given back', async () => {
        const store = await open()
        const patient: Budget = { ...leaky, maxDelayMs: 400_000 }
        const first = takeOf([[patient, 10]])
        await store.take(takeOf([[patient, 100]]))
        await store.take(first)
        await store.take(takeOf([[patient, 10]]))
        await store.cancel(reservationOf(first))
        const next = await store.take(takeOf([[patient, 10]]))
        expect(next).toMatchObject({ admitted: true, delayMs: expect.closeTo(200_000, -4) })
      })

      test('lets nobody wait for what is back', async () => {
        const store = await open()
        const first = takeOf([[leaky, 100]])
        await store.take(first)
        await store.settle(reservationOf(first), [10])
        expect(await store.take(takeOf([[leaky, 90]]))).toMatchObject({ admitted: true, delayMs: 0 })
      })
    })

    describe('a semaphore', () => {
      test('admits as many at once as it has seats, and a seat is free again when its operation is settled', async () => {
        const store = await open()
        const parallel = seats(2)
        const requests = [1, 2, 3].map((amount) => takeOf([[parallel, Math.min(amount, 1)]]))
        const [first, second, third] = requests
        if (first === undefined || second === undefined || third === undefined) throw new Error('three were made')
        expect(await store.take(first)).toMatchObject({ admitted: true, states: [{ remaining: 1 }] })
        expect(await store.take(second)).toMatchObject({ admitted: true, states: [{ remaining: 0 }] })
        expect(await store.take(third)).toMatchObject({ denials: [{ retryAfterMs: expect.closeTo(10_000, -3) }] })
        for (const _ of [1, 2, 3]) await store.settle(reservationOf(first), [1])
        expect(await left(store, parallel)).toEqual([1])
        expect(await store.take(third)).toMatchObject({ admitted: true })
        await store.cancel(reservationOf(second))
        expect(await left(store, parallel)).toEqual([1])
      })

      test('takes no second seat for a repeated take, and none for a peek', async () => {
        const store = await open()
        const request = takeOf([[seats(2), 1]])
        for (const _ of [1, 2, 3]) await store.take(request)
        const peek = takeOf([
          [seats(2), 0],
          [burst, 1],
        ])
        await store.take(peek)
        await store.settle(reservationOf(peek), [1, 1])
        expect(await left(store, seats(2))).toEqual([1])
      })

      test('has a seat back when its time is over, although nobody settled it', async () => {
        const store = await open()
        await store.take(takeOf([[seats(1), 1]], { heldMs: 0 }))
        expect(await store.take(takeOf([[seats(1), 1]], { heldMs: 0 }))).toMatchObject({ admitted: true })
      })

      test('has no more than one seat for an operation', async () => {
        const store = await open()
        await expect(store.take(takeOf([[seats(9), 2]]))).rejects.toBeInstanceOf(RangeError)
      })
    })

    describe('a global budget', () => {
      const everybody = testBudget({ level: 'global' })

      test('is one for all tenants', async () => {
        const store = await open()
        const charges = [{ budget: everybody, subject: 'all', amount: 60 }]
        const first = takeOf([], { charges, tenant: 'acme' })
        await store.take(first)
        expect(await store.take(takeOf([], { charges, tenant: 'globex' }))).toMatchObject({ admitted: false })
        await store.settle(reservationOf(first), [10])
        expect(await store.take(takeOf([], { charges, tenant: 'globex' }))).toMatchObject({
          admitted: true,
          states: [{ remaining: 30 }],
        })
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
