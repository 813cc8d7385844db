import { describe, expect, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetStore, Charge } from '../../../src/budget/budget-store.ts'
import { separateGlobal } from '../../../src/budget/leasing/separate-global.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { createResilientBudgetStore } from '../../../src/budget/resilient-budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  seats,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'
import { createGatedStore } from '../../support/gated-store.ts'

const now = () => 1_700_000_000_000
const options = { now, deadlineMs: 50, maxEntries: 1_000 }
const memory = () => createMemoryBudgetStore({ now })

describeBudgetStore('separating', async () => {
  const store = memory()
  return { ...separateGlobal(store, options), close: store.close }
})

describe('global budgets, mixed with others', () => {
  const burst = testBudget()
  const daily = testBudget({ name: 'daily', capacity: 1_000 })
  const everybody = testBudget({ name: 'everybody', level: 'global', capacity: 500 })

  function open(store: BudgetStore = memory()) {
    const verbs = separateGlobal(store, options)
    async function used(budget: Budget, tenant = 'acme') {
      const result = await store.take(takeOf([[budget, 0]], { tenant }))
      return 'states' in result ? budget.capacity - (result.states[0]?.remaining ?? 0) : undefined
    }
    return { ...verbs, store, used }
  }

  test('are charged with them, for all tenants, and told in the order of the charges', async () => {
    const { take, used } = open()
    const request = takeOf([
      [burst, 60],
      [everybody, 70],
      [daily, 80],
    ])
    expect(await take(request)).toEqual({
      admitted: true,
      reservation: reservationOf(request),
      states: [
        { budget: burst, remaining: 40, debt: 0, fullInMs: 60_000_000 },
        { budget: everybody, remaining: 430, debt: 0, fullInMs: 70_000_000 },
        { budget: daily, remaining: 920, debt: 0, fullInMs: 80_000_000 },
      ],
      delayMs: 0,
    })
    expect(await used(everybody, 'globex')).toBe(70)
  })

  test('are not charged where others deny', async () => {
    const { take, used } = open()
    const denied = takeOf([
      [everybody, 70],
      [burst, 101],
      [daily, 80],
    ])
    expect(await take(denied)).toMatchObject({
      admitted: false,
      denials: [{ budget: burst, retryAfterMs: 'never' }],
      states: [
        { budget: everybody, remaining: 500, fullInMs: 0 },
        { budget: burst, remaining: 100 },
        { budget: daily, remaining: 1_000 },
      ],
    })
    expect([await used(everybody), await used(daily)]).toEqual([0, 0])
  })

  test('deny, and others are not charged but shown', async () => {
    const { take, used } = open()
    await take(takeOf([[everybody, 480]]))
    const denied = takeOf([
      [burst, 30],
      [everybody, 30],
    ])
    expect(await take(denied)).toMatchObject({
      admitted: false,
      denials: [{ budget: everybody, remaining: 20 }],
      states: [
        { budget: burst, remaining: 100 },
        { budget: everybody, remaining: 20 },
      ],
    })
    expect([await used(everybody), await used(burst)]).toEqual([480, 0])
  })

  test('are charged when a denied take comes again and fits', async () => {
    const { take, settle, cancel, used } = open()
    const other = reservation(await take(takeOf([[burst, 90]])))
    const again = takeOf([
      [burst, 20],
      [everybody, 20],
    ])
    for (const _ of [1, 2]) expect(await take(again)).toMatchObject({ admitted: false })
    await cancel(other)
    for (const _ of [1, 2]) expect(await take(again)).toMatchObject({ admitted: true })
    expect(await used(everybody)).toBe(20)
    for (const actual of [
      [4, 5],
      [0, 0],
    ])
      await settle(reservationOf(again), actual)
    expect([await used(burst), await used(everybody)]).toEqual([4, 5])
  })

  test('are settled and cancelled with them, once', async () => {
    const { take, settle, cancel, used } = open()
    const amounts = [
      [everybody, 50],
      [burst, 60],
    ] as const
    const [first, second] = [reservation(await take(takeOf(amounts))), reservation(await take(takeOf([[daily, 1]])))]
    for (const actual of [
      [5, 6],
      [0, 0],
    ])
      await settle(first, actual)
    await cancel(second)
    expect([await used(everybody), await used(burst), await used(daily)]).toEqual([5, 6, 0])
    const third = reservation(await take(takeOf(amounts)))
    for (const _ of [1, 2]) await cancel(third)
    expect([await used(everybody), await used(burst)]).toEqual([5, 6])
    await expect(settle(third, [1])).rejects.toBeInstanceOf(RangeError)
  })

  test('are charged nothing when the cancel came before', async () => {
    const { take, cancel, used } = open()
    const late = takeOf([
      [everybody, 50],
      [burst, 60],
    ])
    await cancel(reservationOf(late))
    expect(await take(late)).toEqual({ admitted: false, reason: 'cancelled' })
    expect([await used(everybody), await used(burst)]).toEqual([0, 0])
  })

  test('are given back where others have no answer', async () => {
    const shared = memory()
    const gated = createGatedStore(shared)
    const { take } = separateGlobal(
      {
        ...gated,
        async take(request) {
          const result = await gated.take(request)
          gated.gate = gated.calls === 1 ? 'refusing' : 'open'
          return result
        },
        async cancel(reservation) {
          gated.gate = 'open'
          await gated.cancel(reservation)
        },
      },
      options,
    )
    const request = takeOf([
      [everybody, 50],
      [burst, 60],
    ])
    await expect(take(request)).rejects.toThrow('connection refused')
    expect(await shared.take(takeOf([[everybody, 0]]))).toMatchObject({ states: [{ remaining: 500 }] })
  })

  test('are given back where a budget fails closed', async () => {
    const [down, local] = [createGatedStore(memory()), memory()]
    down.gate = 'refusing'
    const { take } = open(createResilientBudgetStore({ store: down, local }))
    const closed = testBudget({ onStoreFailure: 'closed' })
    const refused = await take(
      takeOf([
        [everybody, 50],
        [closed, 60],
      ]),
    )
    expect(refused).toMatchObject({ admitted: false, reason: 'store-unavailable' })
    expect(await local.take(takeOf([[everybody, 0]]))).toMatchObject({ states: [{ remaining: 500 }] })
  })

  test('are settled where they were taken, also where a node decided on the others by itself', async () => {
    const shared = memory()
    const parallel: Budget = { ...seats(10), level: 'global' }
    const others = createGatedStore(shared)
    others.gate = 'refusing'
    const at = (charges: readonly Charge[]) => (charges[0]?.budget === parallel ? shared : others)
    const store = createResilientBudgetStore({
      store: {
        ...shared,
        take: (request) => at(request.charges).take(request),
        settle: (taken, actual) => at(taken.charges).settle(taken, actual),
      },
      local: memory(),
    })
    const { take, settle } = open(store)
    const request = takeOf([
      [burst, 60],
      [parallel, 1],
    ])
    const taken = reservation(await take(request))
    expect(taken.source).toBe('local')
    await settle(taken, [5, 0])
    expect(await shared.take(takeOf([[parallel, 0]]))).toMatchObject({ states: [{ remaining: 10 }] })
    expect(await store.take(takeOf([[burst, 0]]))).toMatchObject({ states: [{ remaining: 95 }] })
  })

  test('stay charged for an operation that is admitted, whatever its other takes are answered', async () => {
    const shared = memory()
    const gated = createGatedStore(shared)
    const { take, cancel, used } = open(gated)
    const other = reservation(await take(takeOf([[burst, 90]])))
    const again = takeOf([
      [burst, 20],
      [everybody, 20],
    ])
    // It is denied, and told so when the next take is on its way already.
    let answer = () => {}
    const denied = new Promise<void>((resolveDenied) => {
      gated.take = async (request) => {
        const result = await shared.take(request)
        if (result.admitted) return result
        return new Promise((resolve) => {
          answer = () => resolve(result)
          resolveDenied()
        })
      }
    })
    const first = take(again)
    await denied
    await cancel(other)
    const second = await take(again)
    answer()
    expect([(await first).admitted, second.admitted]).toEqual([false, true])
    expect([await used(everybody), await used(burst)]).toEqual([20, 20])

    gated.take = async (request) => {
      if (request.charges.some(({ budget }) => budget === burst)) throw new Error('connection refused')
      return shared.take(request)
    }
    await expect(take(again)).rejects.toThrow('connection refused')
    gated.take = shared.take
    expect([await used(everybody), await used(burst)]).toEqual([20, 20])
  })

  test('are given back where others deny what leaves no reservation', async () => {
    const { take, used } = open()
    const unsettled = takeOf(
      [
        [everybody, 70],
        [burst, 101],
      ],
      { ttlMs: 0 },
    )
    for (const _ of [1, 2]) expect(await take(unsettled)).toMatchObject({ admitted: false })
    expect(await used(everybody)).toBe(0)
  })
})
