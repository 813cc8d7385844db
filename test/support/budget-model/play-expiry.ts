import { expect } from 'vitest'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import type { BudgetHistory } from './budget-history.ts'
import { plannedBudget } from './planned-budget.ts'

export const EXPIRING_TTL_MS = 5_000

/** Charges every budget, lets the reservation's life end, and holds that nothing gives the charge back any more. */
export async function playExpiry(
  { budgets: plans }: BudgetHistory,
  store: BudgetStore,
  expire: () => Promise<unknown>,
): Promise<void> {
  const charges = plans.map((plan, index) => {
    return { budget: plannedBudget(`b${index}`, { ...plan, level: 'client' }), subject: 'ada', amount: 1 }
  })
  const request = { id: 'late', tenant: 'acme', charges, ttlMs: EXPIRING_TTL_MS, heldMs: 60_000 }
  const nothing = charges.map((charge) => ({ ...charge, amount: 0 }))
  const look = () => store.take({ ...request, id: 'peek', charges: nothing })
  const taken = await store.take(request)
  if (!taken.admitted) throw new Error('An empty budget has room for 1')
  await expire()
  const before = await look()
  await store.settle(
    taken.reservation,
    charges.map(() => 0),
  )
  await store.cancel(taken.reservation)
  expect(await look()).toEqual(before)
}
