import type { Client } from '../../accounts/client.ts'
import type { BudgetState, Denial, TakeResult } from '../../budget/budget-store.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import type { Affordable } from './affordable.ts'
import { queueRoom } from './queue-room.ts'

type Denied = Extract<TakeResult, { admitted: false }>

/**
 * The refusal for a take that was denied: of several budgets without room, the one with the longest wait. A place among
 * the operations that run may come free at any moment, so a budget of another meter has always the longer one.
 *
 * @param affordableAt with what the operation would come down to a cost
 * @param what what was to be taken; the operation that the client has sent where it is not said
 */
export function denialRefusal(
  result: Denied,
  affordableAt?: (maxCost: number) => Affordable | undefined,
  what?: 'The next event',
): Refusal {
  if (result.reason === 'store-unavailable') {
    return refusal('BUDGET_STORE_UNAVAILABLE', { budget: result.budget.name })
  }
  // A cancel can only come before its take where somebody else knows the reservation's id.
  if (result.reason === 'cancelled') throw new Error('A take was cancelled before it was made')
  const { denials, states } = result
  const metered = longest(denials.filter(({ budget }) => budget.meter !== 'concurrency'))
  if (metered === undefined) return concurrencyLimited(longest(denials))
  const maxAffordableCost = denials.every(({ budget }) => budget.meter === 'cost') ? acceptedCost(states) : 0
  const { budget, amount, remaining, retryAfterMs } = metered
  return refusal('RATE_LIMITED', {
    budget: budget.name,
    level: budget.level,
    meter: budget.meter,
    field: fieldOf(metered),
    cost: amount,
    capacity: budget.capacity,
    remaining,
    retryAfterMs: retryAfterMs === 'never' ? null : retryAfterMs,
    maxAffordableCost,
    what,
    affordable: maxAffordableCost > 0 ? affordableAt?.(maxAffordableCost) : undefined,
  })
}

/**
 * The refusal for a client whose tier is not there any more. Its key is looked up anew for every operation, so that the
 * next one is likely to meet a tier that is.
 */
export function noTier({ tier }: Client): Refusal {
  return refusal('FORBIDDEN', {
    reason:
      `The tier "${tier}" of this client is not configured any more. Send the operation again, and if that is answered ` +
      'in the same way, ask those who run this server for another tier.',
  })
}

function concurrencyLimited(denial: Denial | undefined): Refusal {
  if (denial === undefined) throw new Error('A take was denied without a budget that denied it')
  const { budget } = denial
  return refusal('CONCURRENCY_LIMITED', {
    budget: budget.name,
    level: budget.level,
    field: fieldOf(denial),
    limit: budget.capacity,
    retryAfterMs: Math.min(MAX_RETRY_MS, waitMs(denial)),
  })
}

/** How long a client that has too many operations running is told to wait at most. */
const MAX_RETRY_MS = 1000

/** The dearest operation that would be accepted now. */
function acceptedCost(states: readonly BudgetState[]): number {
  const accepted = states
    .filter(({ budget }) => budget.mode === 'enforce' && budget.meter === 'cost')
    .map((state) => Math.min(state.budget.capacity, state.remaining - state.debt + queueRoom(state)))
  return Math.max(0, Math.min(...accepted))
}

function longest([first, ...others]: readonly Denial[]): Denial | undefined {
  return others.reduce((a, b) => (a !== undefined && waitMs(b) > waitMs(a) ? b : a), first)
}

function waitMs({ retryAfterMs }: Denial): number {
  return retryAfterMs === 'never' ? Number.POSITIVE_INFINITY : retryAfterMs
}

/** The root field of a budget of the level `operation`. */
function fieldOf({ budget }: Denial): string | undefined {
  return 'field' in budget && typeof budget.field === 'string' ? budget.field : undefined
}
