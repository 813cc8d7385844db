import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Budget } from '../../src/budget/budget.ts'
import { createDenialMemory } from '../../src/budget/denial-memory.ts'
import { createLeasingBudgetStore } from '../../src/budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import {
  describeBudgetStore,
  reservation,
  reservationOf,
  seats,
  takeOf,
  testBudget,
} from '../support/describe-budget-store.ts'
import { createGatedStore } from '../support/gated-store.ts'

describeBudgetStore('denial-remembering', async () =>
  createDenialMemory({ store: createMemoryBudgetStore({ now: () => 1_700_000_000_000 }) }),
)

describe('the denial memory', () => {
  const burst = testBudget({ refillPerSecond: 2 })
  const daily = testBudget({ name: 'daily', capacity: 1_000 })

  /** 90 of 100 are used. */
  async function open(options: { maxMs?: number; maxEntries?: number } = {}) {
    const clock = { ms: 1_000 }
    const now = () => clock.ms
    const gated = createGatedStore(createMemoryBudgetStore({ now }))
    const store = createDenialMemory({ store: gated, now, ...options })
    const first = reservation(await store.take(takeOf([[burst, 90]])))
    /** What the store is asked, and how often. */
    async function calls(work: () => Promise<unknown>) {
      const before = gated.calls
      await work()
      return gated.calls - before
    }
    return { clock, gated, store, first, calls }
  }

  test('remembers denials of takes that charge what all clients share, too', async () => {
    const inner = createLeasingBudgetStore({ store: createMemoryBudgetStore(), newId: randomUUID })
    const store = createDenialMemory({ store: inner })
    const mixed = () =>
      takeOf([
        [testBudget({ name: 'everybody', level: 'global' }), 40],
        [burst, 40],
      ])
    for (const _ of [1, 2]) expect(await store.take(mixed())).toMatchObject({ admitted: true })
    for (const _ of [1, 2, 3]) expect(await store.take(mixed())).toMatchObject({ reason: 'exhausted' })
    await store.close()
  })

  test('denies again what was denied, with the wait that is left, without a call', async () => {
    const { clock, store, gated } = await open()
    const amounts = [
      [daily, 20],
      [burst, 20],
    ] as const
    const denied = await store.take(takeOf(amounts))
    expect(denied).toMatchObject({ denials: [{ budget: burst, amount: 20, remaining: 10, retryAfterMs: 5_000 }] })
    const { calls } = gated
    clock.ms += 400
    expect(await store.take(takeOf(amounts))).toEqual({
      admitted: false,
      reason: 'exhausted',
      denials: [{ budget: burst, amount: 20, remaining: 10, retryAfterMs: 4_600 }],
      states: [
        { budget: daily, remaining: 1_000, debt: 0, fullInMs: 0 },
        { budget: burst, remaining: 10, debt: 0, fullInMs: 44_600 },
      ],
    })
    expect(gated.calls).toBe(calls)
    expect(store.hits()).toBe(1)
  })

  test('tells what asks for more to wait for the rest as well, or never to come again', async () => {
    const { store } = await open()
    await store.take(takeOf([[burst, 20]]))
    expect(await store.take(takeOf([[burst, 30]]))).toMatchObject({ denials: [{ amount: 30, retryAfterMs: 10_000 }] })
    expect(await store.take(takeOf([[burst, 101]]))).toMatchObject({ denials: [{ retryAfterMs: 'never' }] })
    expect(store.hits()).toBe(2)
  })

  test('never blocks what asks for less', async () => {
    const { store } = await open()
    await store.take(takeOf([[burst, 101]]))
    await store.take(takeOf([[burst, 50]]))
    expect(await store.take(takeOf([[burst, 10]]))).toMatchObject({ admitted: true })
    expect(store.hits()).toBe(0)
  })

  test('remembers the smallest amount that was denied', async () => {
    const { store } = await open()
    for (const amount of [50, 20, 30, 20, 19]) await store.take(takeOf([[burst, amount]]))
    expect(store.hits()).toBe(2)
  })

  test('asks again when the wait is over, and after a second at the latest', async () => {
    const { clock, store, calls } = await open()
    await store.take(takeOf([[burst, 11]]))
    clock.ms += 499
    expect(await calls(() => store.take(takeOf([[burst, 11]])))).toBe(0)
    clock.ms += 1
    expect(await store.take(takeOf([[burst, 11]]))).toMatchObject({ admitted: true })
    await store.take(takeOf([[burst, 90]]))
    clock.ms += 999
    expect(await calls(() => store.take(takeOf([[burst, 90]])))).toBe(0)
    clock.ms += 1
    expect(await calls(() => store.take(takeOf([[burst, 90]])))).toBe(1)
  })

  test.each([
    { verb: 'settle' as const, amount: 80 },
    { verb: 'cancel' as const, amount: 0 },
  ])('forgets a bucket to which a $verb has given something back', async ({ verb, amount }) => {
    const { store, first } = await open()
    await store.take(takeOf([[burst, 20]]))
    if (verb === 'settle') await store.settle(first, [amount])
    else await store.cancel(first)
    expect(await store.take(takeOf([[burst, 20]]))).toMatchObject({ admitted: true })
  })

  test('remembers on where a settle gives nothing back', async () => {
    const { store, first, calls } = await open()
    await store.take(takeOf([[burst, 20]]))
    await store.settle(first, [90])
    expect(await calls(() => store.take(takeOf([[burst, 20]])))).toBe(0)
  })

  test('knows nothing of budgets whose limits were loaded anew, of other subjects and other tenants', async () => {
    const { store, calls } = await open()
    await store.take(takeOf([[burst, 20]]))
    const charges = [{ budget: burst, subject: 'bob', amount: 20 }]
    for (const request of [
      takeOf([[{ ...burst }, 20]]),
      takeOf([], { charges }),
      takeOf([[burst, 20]], { tenant: 'globex' }),
    ]) {
      expect(await calls(() => store.take(request))).toBe(1)
    }
  })

  test('leaves a take to the store in which it has not seen every budget', async () => {
    const { store, calls } = await open()
    await store.take(takeOf([[burst, 20]]))
    const both = takeOf([
      [burst, 20],
      [daily, 1],
    ])
    expect(await calls(() => store.take(both))).toBe(1)
    expect(await calls(() => store.take({ ...both, id: 'another' }))).toBe(0)
  })

  test('leaves a repeated take to the store: it is admitted, whatever was denied since', async () => {
    const { store, first } = await open()
    await store.take(takeOf([[burst, 20]]))
    expect(await store.take({ ...first, charges: first.charges })).toMatchObject({ admitted: true })
  })

  test('lets pass what charges nothing', async () => {
    const { store } = await open()
    await store.take(takeOf([[burst, 20]]))
    expect(await store.take(takeOf([[burst, 0]]))).toMatchObject({ admitted: true })
  })

  test('remembers no seat that was taken: it may be free at any moment', async () => {
    const { store, calls } = await open()
    await store.take(takeOf([[seats(1), 1]]))
    const parallel: Budget = seats(1)
    await store.take(takeOf([[parallel, 1]]))
    expect(await calls(() => store.take(takeOf([[parallel, 1]])))).toBe(1)
  })

  test('remembers the bucket that was denied, not another one of the same budget', async () => {
    const { store } = await open()
    const charges = (...subjects: readonly string[]) =>
      subjects.map((subject) => ({ budget: burst, subject, amount: 20 }))
    await store.take(takeOf([], { charges: charges('bob', 'ada') }))
    expect(await store.take(takeOf([], { charges: charges('bob') }))).toMatchObject({ admitted: true })
    expect(await store.take(takeOf([], { charges: charges('ada') }))).toMatchObject({ admitted: false })
    expect(store.hits()).toBe(1)
  })

  test('throws for a bug of the caller, as the store does', async () => {
    const { store } = await open()
    await store.take(takeOf([[burst, 20]]))
    await expect(store.take(takeOf([[burst, 20.5]]))).rejects.toBeInstanceOf(RangeError)
    await expect(store.settle(reservationOf(takeOf([[burst, 1]])), [])).rejects.toBeInstanceOf(RangeError)
  })
})
