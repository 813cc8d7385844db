import { describe, expect, test } from 'vitest'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'

describeBudgetStore('memory', async () => createMemoryBudgetStore({ now: () => 1_700_000_000_000 }))

describe('the memory budget store, in time', () => {
  const budget = testBudget({ refillPerSecond: 3 })

  function open() {
    const clock = { ms: 1_700_000_000_000 }
    return { clock, store: createMemoryBudgetStore({ now: () => clock.ms }) }
  }

  test('admits a denied take after exactly the wait it was told', async () => {
    const { clock, store } = open()
    await store.take(takeOf([[budget, 100]]))
    clock.ms += 17
    const denied = await store.take(takeOf([[budget, 7]]))
    expect(denied).toMatchObject({ denials: [{ retryAfterMs: 2_317 }], states: [{ fullInMs: 33_317 }] })
    clock.ms += 2_316
    expect(await store.take(takeOf([[budget, 7]]))).toMatchObject({ admitted: false })
    clock.ms += 1
    expect(await store.take(takeOf([[budget, 7]]))).toMatchObject({ admitted: true })
  })

  test('refills nothing while the clock runs behind, and counts that in the wait', async () => {
    const { clock, store } = open()
    await store.take(takeOf([[budget, 100]]))
    clock.ms -= 60_000
    const denied = await store.take(takeOf([[budget, 3]]))
    expect(denied).toMatchObject({ denials: [{ retryAfterMs: 61_000 }] })
    clock.ms += 61_000
    expect(await store.take(takeOf([[budget, 3]]))).toMatchObject({ admitted: true })
  })

  test('keeps the charge of a reservation that nobody settled in time', async () => {
    const { clock, store } = open()
    const held = reservation(await store.take(takeOf([[budget, 100]], { ttlMs: 5_000 })))
    clock.ms += 6_000
    await store.settle(held, [0])
    expect(await store.take(takeOf([[budget, 0]]))).toMatchObject({ states: [{ remaining: 18 }] })
  })

  test('remembers a cancel as long as the reservation would have lived', async () => {
    const { clock, store } = open()
    const late = takeOf([[budget, 100]], { ttlMs: 5_000 })
    await store.cancel(reservationOf(late))
    clock.ms += 5_000
    expect(await store.take(late)).toEqual({ admitted: false, reason: 'cancelled' })
  })

  test('gives back nothing for a charge that drained while others kept the budget full', async () => {
    const { clock, store } = open()
    const held = reservation(await store.take(takeOf([[budget, 30]], { ttlMs: 60_000 })))
    clock.ms += 10_000
    await store.take(takeOf([[budget, 100]]))
    await store.settle(held, [0])
    expect(await store.take(takeOf([[budget, 0]]))).toMatchObject({ states: [{ remaining: 0 }] })
  })
})
