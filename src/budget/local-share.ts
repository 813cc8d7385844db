import type { Budget } from './budget.ts'
import type { BudgetState, BudgetStore, Charge, Reservation, TakeRequest, TakeResult } from './budget-store.ts'

export interface LocalShare {
  take(request: TakeRequest): Promise<TakeResult>
  settle(reservation: Reservation, actual: readonly number[]): Promise<void>
  cancel(reservation: Reservation): Promise<void>
}

export interface LocalShareOptions {
  /** Holds this node's share. */
  readonly store: BudgetStore
  /** Among how many nodes capacity and refill are divided. */
  readonly expectedNodes: number
  /** The wait told to an operation that fits its budget but not this node's share of it. */
  readonly retryAfterMs: number
}

/**
 * Budgets as one node keeps them alone: those with the policy `local` at this node's share of capacity and refill, the
 * others not at all. Answers speak of the budgets as they are configured.
 */
export function createLocalShare({ store, expectedNodes, retryAfterMs }: LocalShareOptions): LocalShare {
  const shares = new WeakMap<Budget, Budget>()

  function shareOf(budget: Budget): Budget {
    let share = shares.get(budget)
    if (share === undefined) {
      share = partOf(budget, expectedNodes)
      shares.set(budget, share)
    }
    return share
  }

  function shared<Request extends { readonly charges: readonly Charge[] }>(request: Request): Request {
    const charges = request.charges.filter(isLocal).map((charge) => ({ ...charge, budget: shareOf(charge.budget) }))
    return { ...request, charges }
  }

  return {
    async take(request) {
      const local = request.charges.filter(isLocal)
      const result = await store.take(shared(request))
      if (!('states' in result)) return result
      // The store answers for the local charges, in their order; an open budget has nobody to count it.
      const states = request.charges.map((charge) => {
        const state = result.states[local.indexOf(charge)]
        return state === undefined ? untouched(charge.budget) : { ...state, budget: charge.budget }
      })
      if (result.admitted) {
        const { id, tenant, charges, ttlMs } = request
        const source = local.length > 0 ? 'local' : 'open'
        return { ...result, reservation: { id, tenant, charges, ttlMs, source }, states }
      }
      const denials = result.denials.map((denial) => {
        const { budget } = local.find((charge) => shareOf(charge.budget) === denial.budget) ?? denial
        // More than this node's share, yet not more than the budget: it fits when the store is back.
        const waits = denial.retryAfterMs === 'never' && denial.amount <= budget.capacity
        return { ...denial, budget, ...(waits && { retryAfterMs }) }
      })
      return { ...result, denials, states }
    },
    async settle(reservation, actual) {
      const used = actual.filter((_, index) => {
        const charge = reservation.charges[index]
        return charge !== undefined && isLocal(charge)
      })
      await store.settle(shared(reservation), used)
    },
    cancel: (reservation) => store.cancel(shared(reservation)),
  }
}

/** A window keeps its length and a seat its life; all that is counted is divided. */
function partOf(budget: Budget, nodes: number): Budget {
  const capacity = Math.max(1, Math.floor(budget.capacity / nodes))
  if (budget.algorithm !== 'token-bucket' && budget.algorithm !== 'leaky-bucket') return { ...budget, capacity }
  return { ...budget, capacity, refillPerSecond: budget.refillPerSecond / nodes }
}

function isLocal({ budget }: Charge): boolean {
  return budget.onStoreFailure === 'local'
}

function untouched(budget: Budget): BudgetState {
  return { budget, remaining: budget.capacity, debt: 0, fullInMs: 0 }
}
