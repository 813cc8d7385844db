import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLeasingBudgetStore } from '../../src/budget/leasing/leasing-budget-store.ts'
import { createMemoryBudgetStore } from '../../src/budget/memory/memory-budget-store.ts'
import {
  createResilientBudgetStore,
  type ResilientBudgetStoreOptions,
} from '../../src/budget/resilient-budget-store.ts'
import { describeBudgetStore, reservation, takeOf, testBudget } from '../support/describe-budget-store.ts'
import { createGatedStore } from '../support/gated-store.ts'

describeBudgetStore('resilient', async () =>
  createResilientBudgetStore({ store: createMemoryBudgetStore(), local: createMemoryBudgetStore() }),
)

describe('the resilient budget store', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function open(options: Partial<ResilientBudgetStoreOptions> = {}) {
    const shared = createMemoryBudgetStore()
    const gated = createGatedStore(shared)
    const states: string[] = []
    const store = createResilientBudgetStore({
      store: gated,
      local: createMemoryBudgetStore(),
      onStateChange: (state, cause) => states.push(cause === undefined ? state : `${state}: ${cause.message}`),
      ...options,
    })
    const left = async () => {
      const result = await shared.take(takeOf([[local, 0]]))
      return 'states' in result ? result.states[0]?.remaining : undefined
    }
    /** Takes until the store is given up. */
    async function degrade() {
      gated.gate = 'refusing'
      while (store.state === 'ok') await store.take(takeOf([[openly, 1]]))
    }
    async function recover() {
      gated.gate = 'open'
      await vi.advanceTimersByTimeAsync(1_000)
    }
    return { store, shared, gated, states, left, degrade, recover }
  }

  const local = testBudget({ onStoreFailure: 'local' })
  const openly = testBudget({ name: 'openly', onStoreFailure: 'open' })
  const closed = testBudget({ name: 'closed', onStoreFailure: 'closed' })

  test.each(['silent', 'deaf', 'late'] as const)(
    'answers by policy at the deadline when the store is %s',
    async (gate) => {
      const { store, gated } = open({ deadlineMs: 50 })
      gated.gate = gate
      let answer: unknown
      void store.take(takeOf([[local, 30]])).then((result) => {
        answer = result
      })
      await vi.advanceTimersByTimeAsync(49)
      expect(answer).toBeUndefined()
      await vi.advanceTimersByTimeAsync(2)
      expect(answer).toMatchObject({ admitted: true, reservation: { source: 'local' }, states: [{ remaining: 70 }] })
    },
  )

  test('waits no longer for a take than is left of its time, and asks nobody where nothing is left', async () => {
    const { store, gated } = open({ deadlineMs: 50 })
    gated.gate = 'deaf'
    let answers = 0
    for (const waitMs of [10, 1_000]) void store.take(takeOf([[local, 1]], { waitMs })).then(() => (answers += 1))
    await vi.advanceTimersByTimeAsync(11)
    expect(answers).toBe(1)
    await vi.advanceTimersByTimeAsync(40)
    expect(answers).toBe(2)
    gated.calls = 0
    expect(await store.take(takeOf([[local, 1]], { waitMs: -3 }))).toMatchObject({ reservation: { source: 'local' } })
    expect([gated.calls, store.state]).toEqual([0, 'ok'])
  })

  describe('while the store is down', () => {
    test('local serves from this node share of capacity and refill, and speaks of the whole budget', async () => {
      const { store, degrade } = open({ expectedNodes: 4 })
      await degrade()
      expect(await store.take(takeOf([[local, 20]]))).toMatchObject({
        admitted: true,
        reservation: { source: 'local' },
        states: [{ budget: local, remaining: 5, fullInMs: 80_000_000 }],
      })
      expect(await store.take(takeOf([[local, 6]]))).toMatchObject({
        admitted: false,
        reason: 'exhausted',
        denials: [{ budget: local, amount: 6, remaining: 5 }],
      })
    })

    test('local asks an operation that fits the budget but not the share to wait for the store', async () => {
      const { store, degrade } = open({ expectedNodes: 4, probeIntervalMs: 1_000 })
      await degrade()
      expect(await store.take(takeOf([[local, 26]]))).toMatchObject({
        denials: [{ budget: local, retryAfterMs: 1_000 }],
      })
      expect(await store.take(takeOf([[local, 101]]))).toMatchObject({ denials: [{ retryAfterMs: 'never' }] })
    })

    test('open admits whatever is asked and counts it', async () => {
      const { store, degrade } = open({ failuresToDegrade: 1 })
      await degrade()
      const before = store.counts().open
      for (const _ of [1, 2, 3]) {
        expect(await store.take(takeOf([[openly, 90]]))).toMatchObject({
          admitted: true,
          reservation: { source: 'open' },
          states: [{ budget: openly, remaining: 100 }],
        })
      }
      expect(store.counts().open - before).toBe(3)
    })

    test('closed refuses and names the budget, and charges no other', async () => {
      const { store, degrade } = open()
      await degrade()
      const refused = await store.take(
        takeOf([
          [local, 30],
          [closed, 1],
        ]),
      )
      expect(refused).toEqual({ admitted: false, reason: 'store-unavailable', budget: closed })
      expect(await store.take(takeOf([[local, 0]]))).toMatchObject({ states: [{ remaining: 100 }] })
    })

    test('closed lets pass what charges it nothing, and what is only counted in shadow', async () => {
      const { store, degrade } = open()
      await degrade()
      const shadow = testBudget({ mode: 'shadow', onStoreFailure: 'closed' })
      expect(
        await store.take(
          takeOf([
            [closed, 0],
            [shadow, 9],
          ]),
        ),
      ).toMatchObject({ admitted: true })
    })

    test('budgets of different policies are each served by theirs', async () => {
      const { store, degrade } = open()
      await degrade()
      const result = await store.take(
        takeOf([
          [openly, 30],
          [local, 40],
        ]),
      )
      expect(result).toMatchObject({
        admitted: true,
        reservation: { source: 'local' },
        states: [
          { budget: openly, remaining: 100 },
          { budget: local, remaining: 60 },
        ],
      })
      await store.settle(reservation(result), [99, 10])
      expect(await store.take(takeOf([[local, 0]]))).toMatchObject({ states: [{ remaining: 90 }] })
    })

    test('no take waits, and the store is tried once a second by nobody’s request', async () => {
      const { store, gated, degrade } = open({ probeIntervalMs: 1_000 })
      await degrade()
      gated.gate = 'deaf'
      gated.calls = 0
      for (let take = 0; take < 100; take++) await store.take(takeOf([[openly, 1]]))
      expect(gated.calls).toBe(0)
      await vi.advanceTimersByTimeAsync(5_000)
      expect(gated.calls).toBe(4)
    })

    test('a bug of the caller is still a bug and says nothing about the store', async () => {
      const { store } = open({ failuresToDegrade: 1 })
      await expect(store.take(takeOf([[local, -1]]))).rejects.toBeInstanceOf(RangeError)
      expect(store.state).toBe('ok')
    })
  })

  describe('on recovery', () => {
    test.each(['silent', 'late'] as const)(
      'gives back a take whose answer was %s: it was charged and is not owed',
      async (gate) => {
        const { store, gated, left, recover } = open()
        gated.gate = gate
        const takes = [1, 2, 3].map(() => store.take(takeOf([[local, 30]])))
        await vi.advanceTimersByTimeAsync(200)
        expect((await Promise.all(takes)).map((result) => result.admitted)).toEqual([true, true, true])
        await recover()
        expect(await left()).toBe(100)
        expect(store.counts()).toEqual({ failed: 3, local: 3, open: 0, closed: 0, dropped: 0 })
      },
    )

    test('makes up for settles that did not get through', async () => {
      const { store, left, degrade, recover } = open()
      const held = reservation(await store.take(takeOf([[local, 57]])))
      const lost = reservation(await store.take(takeOf([[local, 40]])))
      await degrade()
      await store.settle(held, [31])
      await store.cancel(lost)
      expect(await left()).toBe(3)
      await recover()
      expect(await left()).toBe(69)
    })

    test('settles what was taken locally with this node, not with the store', async () => {
      const { store, left, degrade, recover } = open()
      await degrade()
      const held = reservation(await store.take(takeOf([[local, 57]])))
      await recover()
      await store.settle(held, [0])
      await store.cancel(held)
      expect(await left()).toBe(100)
    })

    test('tells both changes of state, once', async () => {
      const { store, gated, states, degrade, recover } = open()
      await degrade()
      await store.take(takeOf([[local, 1]]))
      await vi.advanceTimersByTimeAsync(3_000)
      await recover()
      expect(store.state).toBe('ok')
      expect(states).toEqual(['degraded: connection refused', 'ok'])
      gated.calls = 0
      expect(await store.take(takeOf([[local, 1]]))).toMatchObject({ reservation: { source: 'store' } })
      expect(gated.calls).toBe(1)
    })
  })

  test('one failure alone degrades nothing, and its loss is made up for by the next success', async () => {
    const { store, gated, left } = open({ failuresToDegrade: 3 })
    const held = reservation(await store.take(takeOf([[local, 57]])))
    gated.gate = 'refusing'
    await store.settle(held, [31])
    gated.gate = 'open'
    await store.take(takeOf([[local, 9]]))
    await vi.advanceTimersByTimeAsync(1)
    expect(await left()).toBe(60)
    expect(store.state).toBe('ok')
  })

  test('keeps a settle that fails as long as its reservation, however often others get through', async () => {
    const { store, gated, left } = open({ failuresToDegrade: 100 })
    const held = reservation(await store.take(takeOf([[local, 57]], { ttlMs: 10_000 })))
    gated.gate = 'refusing'
    await store.settle(held, [31])
    for (let round = 0; round < 20; round++) {
      gated.gate = 'open'
      const take = store.take(takeOf([[local, 0]]))
      gated.gate = 'refusing'
      await take
      await vi.advanceTimersByTimeAsync(100)
    }
    gated.gate = 'open'
    await store.take(takeOf([[local, 0]]))
    await vi.advanceTimersByTimeAsync(1)
    expect(await left()).toBe(69)
    expect(store.counts().dropped).toBe(0)
  })

  test('gives a settle up when its reservation is over, counts it, and leaves the charge', async () => {
    const { store, left, degrade, recover } = open()
    const held = reservation(await store.take(takeOf([[local, 57]], { ttlMs: 5_000 })))
    await degrade()
    await store.settle(held, [31])
    await vi.advanceTimersByTimeAsync(5_000)
    await recover()
    expect(await left()).toBe(43)
    expect(store.counts().dropped).toBe(1)
  })

  test('counts a take that fails, and whose cancel fails, as one failure', async () => {
    const { store, gated } = open({ failuresToDegrade: 3 })
    gated.gate = 'deaf'
    const states = []
    for (const _ of [1, 2, 3]) {
      void store.take(takeOf([[local, 1]]))
      await vi.advanceTimersByTimeAsync(200)
      states.push(store.state)
    }
    expect(states).toEqual(['ok', 'ok', 'degraded'])
  })

  test('takes nothing back that has left no reservation', async () => {
    const { store, gated } = open()
    gated.gate = 'refusing'
    await store.take(takeOf([[local, 1]], { ttlMs: 0 }))
    await vi.advanceTimersByTimeAsync(1)
    expect([gated.calls, store.counts().dropped]).toEqual([1, 0])
  })

  test('leaves to the store behind it what a lease of that one has served', async () => {
    const shared = createMemoryBudgetStore()
    const leasing = createLeasingBudgetStore({ store: shared, newId: () => `slice-${performance.now()}` })
    const store = createResilientBudgetStore({ store: leasing, local: createMemoryBudgetStore() })
    const roomy = testBudget({ capacity: 10_000 })
    const sources = new Set()
    for (let take = 0; take < 60; take++) {
      const taken = reservation(await store.take(takeOf([[roomy, 20]])))
      sources.add(taken.source)
      await store.settle(taken, [0])
      await vi.advanceTimersByTimeAsync(10)
    }
    await store.close()
    expect(sources).toContain('lease')
    const left = await shared.take(takeOf([[roomy, 0]]))
    expect('states' in left && left.states[0]?.remaining).toBeGreaterThan(9_990)
  })

  test('answers, and tries the store, also where whoever is told of it throws', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { store, degrade, recover, gated, left } = open({
      onStateChange: () => {
        throw new Error('the log is full')
      },
    })
    const held = reservation(await store.take(takeOf([[local, 57]])))
    await degrade()
    expect(await store.take(takeOf([[local, 1]]))).toMatchObject({ reservation: { source: 'local' } })
    await store.settle(held, [31])
    await recover()
    expect([store.state, gated.gate, await left()]).toEqual(['ok', 'open', 69])
    expect(warn).toHaveBeenCalledTimes(2)
    warn.mockRestore()
  })

  test('does not take a store that can only be read for one that answers', async () => {
    const { store, gated, states } = open()
    gated.gate = 'read-only'
    while (store.state === 'ok') await store.take(takeOf([[local, 1]]))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(store.state).toBe('degraded')
    gated.gate = 'open'
    await vi.advanceTimersByTimeAsync(1_000)
    expect(states).toEqual(['degraded: it is read-only', 'ok'])
  })

  test('tries nothing more once it is closed', async () => {
    const { store, gated, degrade } = open()
    await degrade()
    await store.close()
    gated.calls = 0
    await vi.advanceTimersByTimeAsync(10_000)
    expect(gated.calls).toBe(0)
  })
})
