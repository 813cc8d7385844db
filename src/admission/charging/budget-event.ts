import type { Budget, Level } from '../../budget/budget.ts'
import { isOverSoftThreshold, refunded } from '../../budget/budget-state.ts'
import type { BudgetState, Charge, TakeResult } from '../../budget/budget-store.ts'

/** Something that happened to a budget, as telemetry sees it: no client, no address. */
export interface BudgetEvent {
  /**
   * `denied`: an operation, or a request, found no room. `shadow-denied`: it would have found none if the budget were
   * enforced. `over-soft-threshold`: its charge took the budget over its soft threshold, be it until it was settled.
   */
  readonly kind: 'denied' | 'shadow-denied' | 'over-soft-threshold'
  /** `none` where it is not known who sent it. */
  readonly tier: string
  readonly budget: string
  readonly level: Level
}

/** Told of what happens to budgets. Must not throw. */
export type BudgetObserver = (event: BudgetEvent) => void

/** What a take did. */
export function takeEvents(tier: string, charges: readonly Charge[], result: TakeResult): readonly BudgetEvent[] {
  if (!('states' in result)) return []
  if (!result.admitted) return result.denials.map(({ budget }) => event('denied', tier, budget))
  const events: BudgetEvent[] = []
  for (let index = 0; index < result.states.length; index++) {
    const state = result.states[index]
    const amount = charges[index]?.amount ?? 0
    if (state === undefined || amount === 0) continue
    const { budget } = state
    if (budget.mode === 'shadow' && state.debt > 0) events.push(event('shadow-denied', tier, budget))
    // Most takes pass nothing, and most budgets have no threshold.
    if (isOverSoftThreshold(state)) events.push(...crossings(tier, refunded(state, amount), state))
  }
  return events
}

/** What settling did: what is used beyond the estimate can take a budget over its threshold too. */
export function settleEvents(
  tier: string,
  before: readonly BudgetState[],
  after: readonly BudgetState[],
): readonly BudgetEvent[] {
  const events: BudgetEvent[] = []
  for (let index = 0; index < before.length; index++) {
    const [then, now] = [before[index], after[index]]
    if (then === undefined || now === undefined || !isOverSoftThreshold(now)) continue
    events.push(...crossings(tier, then, now))
  }
  return events
}

const NONE: readonly BudgetEvent[] = []

/** @param after over its threshold */
function crossings(tier: string, before: BudgetState, after: BudgetState): readonly BudgetEvent[] {
  if (isOverSoftThreshold(before)) return NONE
  return [event('over-soft-threshold', tier, after.budget)]
}

function event(kind: BudgetEvent['kind'], tier: string, { name, level }: Budget): BudgetEvent {
  return { kind, tier, budget: name, level }
}
