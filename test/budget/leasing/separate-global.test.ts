import { describe, expect, test } from 'vitest'
import type { Budget } from '../../../src/budget/budget.ts'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import { separateGlobal } from '../../../src/budget/leasing/separate-global.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { createResilientBudgetStore } from '../../../src/budget/resilient-budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'
import { createGatedStore } from '../../support/gated-store.ts'

const now = () => 1_700_000_000_000
const memory = () => createMemoryBudgetStore({ now })

describeBudgetStore('separating', async () => {
  const store = memory()
  return { ...separateGlobal(store, now), close: store.close }
})

describe('global budgets, mixed with others', () => {
  const burst = testBudget()
  const daily = testBudget({ name: 'daily', capacity: 1_000 })
  const everybody = testBudget({ name: 'everybody', level: 'global', capacity: 500 })

  function open(store: BudgetStore = memory()) {
    const verbs = separateGlobal(store, now)
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
      now,
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
})
