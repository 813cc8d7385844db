import type { Budget } from '../../../src/budget/budget.ts'
import type { Reservation, TakeRequest } from '../../../src/budget/budget-store.ts'
import type { BudgetAction, BudgetHistory, Caller, TakePlan, Use } from './budget-history.ts'
import { type CheckedStore, createCheckedStore, type Stage } from './checked-store.ts'
import { windowStart } from './counted-charges.ts'
import { plannedBudget } from './planned-budget.ts'

/** Some time in November 2023. */
export const START_MS = 1_700_000_000_000

/** Plays a history on a store that is checked with every step. */
export async function playHistory({ budgets: plans, actions }: BudgetHistory, stage: Stage): Promise<void> {
  const store = createCheckedStore(stage)
  const budgets = plans.map((plan, index) => plannedBudget(`b${index}`, plan))
  const requests: TakeRequest[] = []

  function requestOf({ caller, amounts, heldMs }: TakePlan): TakeRequest {
    const charges = budgets.flatMap((budget, index) => {
      if ((budget.level === 'global') !== caller.isGlobal) return []
      return [{ budget, subject: subjectOf(budget, caller), amount: payable(budget, amounts[index] ?? 0) }]
    })
    const request = { id: `take-${requests.length}`, tenant: caller.tenant, charges, ttlMs: TTL_MS, heldMs }
    requests.push(request)
    return request
  }

  async function takeAll(caller: Caller, heldMs: number): Promise<void> {
    const [peek] = await store.take(requestOf({ caller, amounts: [], heldMs }))
    const states = peek !== undefined && 'states' in peek ? peek.states : []
    const amounts = budgets.map((budget) => states.find((state) => state.budget === budget)?.remaining ?? 0)
    await store.take(requestOf({ caller, amounts, heldMs }))
  }

  function changeLimits({ which, limits, keepsWindow }: Extract<BudgetAction, { do: 'changeLimits' }>): void {
    const index = which % budgets.length
    const plan = plans[index]
    if (plan === undefined) return
    const { windowMs, windowMonths } = keepsWindow ? plan : limits
    budgets[index] = plannedBudget(`b${index}`, { ...plan, ...limits, windowMs, windowMonths })
  }

  for (const action of actions) {
    if (action.do === 'wait') await store.moveClock(action.ms)
    if (action.do === 'stepBack') await store.moveClock(-action.ms)
    if (action.do === 'waitForWindow') {
      await store.moveClock(untilNextWindow(budgets[action.which % budgets.length], stage.clock.ms) + action.offsetMs)
    }
    if (action.do === 'flushScripts') await store.flushScripts()
    if (action.do === 'changeLimits') changeLimits(action)
    if (action.do === 'take') await store.take(...action.takes.map(requestOf))
    if (action.do === 'takeAll') await takeAll(action.caller, action.heldMs)
    if (action.do === 'takeAfterCancel') {
      const late = requestOf(action.take)
      await store.cancel(reservationOf(late))
      await store.take(late)
    }
    const earlier = 'which' in action ? requests[action.which % requests.length] : undefined
    if (earlier !== undefined) await repeat(store, action, earlier)
  }
}

/** Longer than any history: the model knows no reservation that expires. */
const TTL_MS = 1e12

/** What happens once more to a take, whatever became of it. */
async function repeat(store: CheckedStore, action: BudgetAction, request: TakeRequest): Promise<void> {
  const reservation = reservationOf(request)
  if (action.do === 'takeAgain') await store.take(request)
  if (action.do === 'cancel') for (let time = 0; time < action.times; time++) await store.cancel(reservation)
  if (action.do === 'settle') {
    for (let time = 0; time < action.times; time++) await store.settle(reservation, used(request, action.uses, time))
  }
}

/** What an operation used; told again, it is something else. */
function used({ charges }: TakeRequest, uses: readonly Use[], time: number): readonly number[] {
  return charges.map(({ budget, amount }, index) => {
    const { part, beyond } = uses[index] ?? { part: 0, beyond: 0 }
    // A bucket that no reservation stands on is forgotten once it is empty, so its debt is never seen again by a clock
    // that goes back. Only charges go beyond.
    return amount === 0 ? 0 : payable(budget, Math.floor(amount * part) + beyond + time)
  })
}

function payable({ algorithm }: Budget, amount: number): number {
  return algorithm === 'semaphore' ? Math.min(1, amount) : amount
}

/** Clients share what is their tenant's, and tenants what is global. */
function subjectOf({ level }: Budget, { tenant, client }: Caller): string {
  if (level === 'global') return 'all'
  return level === 'tenant' ? tenant : client
}

function reservationOf({ id, tenant, charges, ttlMs }: TakeRequest): Reservation {
  return { id, tenant, charges, ttlMs, source: 'store' }
}

/** Until the budget's next window; where it has none, for a while. */
function untilNextWindow(budget: Budget | undefined, nowMs: number): number {
  switch (budget?.algorithm) {
    case 'fixed-window': {
      const start = windowStart(budget.window, nowMs)
      if (budget.window.ms !== undefined) return start + budget.window.ms - nowMs
      return windowStart(budget.window, start + budget.window.months * 31 * DAY_MS) - nowMs
    }
    case 'sliding-window':
      return windowStart({ ms: budget.windowMs }, nowMs) + budget.windowMs - nowMs
    case 'sliding-log':
      return budget.windowMs
    default:
      return 500
  }
}

const DAY_MS = 86_400_000
