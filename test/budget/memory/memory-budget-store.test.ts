import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  takeOf,
  testBudget,
} from '../../support/describe-budget-store.ts'

describeBudgetStore('memory', async () => createMemoryBudgetStore({ now: () => 1_700_000_000_000 }))

describeBudgetStore('memory (asked for what it knows at once)', async () => {
  const store = createMemoryBudgetStore({ now: () => 1_700_000_000_000 })
  const { takeNow, settleNow } = store
  if (takeNow === undefined || settleNow === undefined) throw new Error('It knows everything at once')
  return {
    ...store,
    take: async (request) => takeNow(request) ?? Promise.reject(new Error('It asked somebody')),
    async settle(reservation, actual) {
      if (!settleNow(reservation, actual)) throw new Error('It asked somebody')
    },
  }
})

test('a copy of the memory budget store has no verb that would pass by what is put into it', () => {
  expect(Object.keys({ ...createMemoryBudgetStore() })).not.toContain('takeNow')
})

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

describe('the memory budget store, left alone', () => {
  afterEach(() => void vi.useRealTimers())

  test('forgets all that is over, and has nothing to do then', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    const budget = testBudget({ refillPerSecond: 10 })
    const store = createMemoryBudgetStore()
    for (let client = 0; client < 500; client++) {
      await store.take(takeOf([[budget, 50]], { tenant: `tenant-${client}`, ttlMs: 3_000 }))
    }
    await vi.advanceTimersByTimeAsync(2_000)
    expect(vi.getTimerCount()).toBe(1)
    // Buckets have drained after five seconds, reservations are over after four.
    await vi.advanceTimersByTimeAsync(18_000)
    expect(vi.getTimerCount()).toBe(0)
    await store.take(takeOf([[budget, 50]]))
    expect(vi.getTimerCount()).toBe(1)
    await store.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
