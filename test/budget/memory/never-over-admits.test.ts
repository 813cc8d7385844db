import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BudgetStore, Reservation, TakeResult } from '../../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { MAX_USED_CAPACITIES } from '../../../src/budget/token-bucket.ts'
import { reservationOf, takeOf, testBudget } from '../../support/describe-budget-store.ts'

const wide = testBudget({ name: 'wide', capacity: 100, refillPerSecond: 10 })
const fast = testBudget({ name: 'fast', capacity: 40, refillPerSecond: 7.3 })
const budgets = [wide, fast]

type Action =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'take'; readonly amounts: readonly number[] }
  | { readonly do: 'fill' }
  | { readonly do: 'settle'; readonly which: number; readonly shares: readonly number[]; readonly times: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'repeat'; readonly which: number }
  | { readonly do: 'cancelledTake'; readonly amounts: readonly number[] }

const which = fc.nat(1_000)
const amounts = fc.tuple(fc.nat(110), fc.nat(45))
const ms = fc.oneof(fc.nat(50), fc.nat(2_000), fc.nat(12_000))

/**
 * Any history of one client. Settles use up to `most` times what was charged. `fill` takes all there is: whatever a
 * refund minted is spent at once.
 */
function histories(most: number): fc.Arbitrary<Action[]> {
  const share = fc.oneof(fc.constant(0), fc.double({ min: 0, max: most, noNaN: true }))
  const action: fc.Arbitrary<Action> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('take' as const), amounts }) },
    { weight: 3, arbitrary: fc.constant({ do: 'fill' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        which,
        shares: fc.tuple(share, share),
        times: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('repeat' as const), which }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancelledTake' as const), amounts }) },
  )
  return fc.array(action, { maxLength: 40, size: 'max' })
}

/** One admitted take, as the model knows it: when, and what it came to. */
interface Admitted {
  readonly at: number
  readonly reservation: Reservation
  amounts: readonly number[]
  closed: boolean
}

/** The model: a list of what was admitted. It knows no buckets and no refunds. */
async function play(history: readonly Action[], check: (store: BudgetStore) => Promise<void> = async () => undefined) {
  const clock = { ms: 1_700_000_000_000 }
  const store = createMemoryBudgetStore({ now: () => clock.ms })
  const admitted: Admitted[] = []
  const pick = (index: number) => admitted[index % Math.max(1, admitted.length)]

  async function take(amounts: readonly number[]): Promise<void> {
    const before = await peek(store)
    const result = await store.take(
      takeOf(
        budgets.map((budget, index) => [budget, amounts[index] ?? 0]),
        { ttlMs: 1e9 },
      ),
    )
    if (result.admitted) admitted.push({ at: clock.ms, reservation: result.reservation, amounts, closed: false })
    else expect(await peek(store)).toEqual(before)
  }

  async function settle(one: Admitted, shares: readonly number[], times: number): Promise<void> {
    const actual = one.reservation.charges.map(({ amount }, index) => Math.floor(amount * (shares[index] ?? 0)))
    await store.settle(one.reservation, actual)
    const settled = await peek(store)
    for (let again = 1; again < times; again++)
      await store.settle(
        one.reservation,
        actual.map(() => 0),
      )
    expect(await peek(store)).toEqual(settled)
    if (!one.closed) one.amounts = actual
    one.closed = true
  }

  for (const action of history) {
    const one = 'which' in action ? pick(action.which) : undefined
    if (action.do === 'wait') clock.ms += action.ms
    if (action.do === 'take') await take(action.amounts)
    if (action.do === 'fill') await take((await peek(store)).map(({ remaining }) => remaining))
    if (action.do === 'settle' && one !== undefined) await settle(one, action.shares, action.times)
    if (action.do === 'cancel' && one !== undefined) {
      await store.cancel(one.reservation)
      if (!one.closed) one.amounts = [0, 0]
      one.closed = true
    }
    if (action.do === 'repeat' && one !== undefined) {
      const before = await peek(store)
      await store.take(one.reservation)
      expect(await peek(store)).toEqual(before)
    }
    if (action.do === 'cancelledTake') {
      const late = takeOf(budgets.map((budget, index) => [budget, action.amounts[index] ?? 0]))
      const before = await peek(store)
      await store.cancel(reservationOf(late))
      expect(await store.take(late)).toEqual({ admitted: false, reason: 'cancelled' })
      expect(await peek(store)).toEqual(before)
    }
    await check(store)
  }
  return { admitted, remaining: await peek(store) }
}

function peek(store: BudgetStore): Promise<Extract<TakeResult, { admitted: true }>['states']> {
  return store
    .take(takeOf(budgets.map((budget) => [budget, 0])))
    .then((result) => (result.admitted ? result.states : []))
}

describe('the memory budget store, for any history', () => {
  test('admits at most capacity plus refill over every stretch of time, whatever is refunded', async () => {
    await fc.assert(
      fc.asyncProperty(histories(1), async (history) => {
        const { admitted } = await play(history)
        budgets.forEach(({ capacity, refillPerSecond }, budget) => {
          admitted.forEach((first, from) => {
            let sum = 0
            for (const last of admitted.slice(from)) {
              sum += last.amounts[budget] ?? 0
              expect(sum).toBeLessThanOrEqual(capacity + ((last.at - first.at) * refillPerSecond) / 1000)
            }
          })
        })
      }),
      { numRuns: 1_000 },
    )
  })

  test('keeps remaining and debt within their bounds, also where operations cost more than was charged', async () => {
    await fc.assert(
      fc.asyncProperty(histories(5), async (history) => {
        await play(history, async (store) => {
          for (const { budget, remaining, debt } of await peek(store)) {
            expect(remaining).toBeGreaterThanOrEqual(0)
            expect(remaining).toBeLessThanOrEqual(budget.capacity)
            expect(debt).toBeGreaterThanOrEqual(0)
            expect(debt).toBeLessThanOrEqual((MAX_USED_CAPACITIES - 1) * budget.capacity)
          }
        })
      }),
      { numRuns: 300 },
    )
  })

  test('loses nothing where no time passes: what is left is the capacity less what was admitted', async () => {
    const instant = histories(1).map((history) => history.filter((action) => action.do !== 'wait'))
    await fc.assert(
      fc.asyncProperty(instant, async (history) => {
        const { admitted, remaining } = await play(history)
        const sums = budgets.map((_, index) => admitted.reduce((sum, { amounts }) => sum + (amounts[index] ?? 0), 0))
        expect(remaining.map(({ remaining }) => remaining)).toEqual(
          budgets.map(({ capacity }, index) => capacity - (sums[index] ?? 0)),
        )
      }),
      { numRuns: 300 },
    )
  })
})
