import type { Client } from '../../accounts/client.ts'
import type { Budget } from '../../budget/budget.ts'
import type { Charge } from '../../budget/budget-store.ts'
import type { Policy } from '../policy.ts'
import type { Tier, TierBudget } from '../tier.ts'

/** An operation that is about to run, as its charges see it. */
interface Charged {
  /** The estimate. */
  readonly cost: number
  /** How often it selects a field of a root type, by coordinate. */
  selections(field: string): number
}

/** What an operation has used, once that is known. */
export interface Used {
  readonly cost: number
  /** The length of its answer as JSON. Undefined where none was sent, or nobody counts it. */
  readonly responseBytes: number | undefined
}

/** What an operation takes from the budgets of its client, in the order of the tier, and from those that all share. */
export function operationCharges(
  { globalBudgets }: Policy,
  tier: Tier,
  client: Client,
  operation: Charged,
): readonly Charge[] {
  const charges: Charge[] = []
  for (const budget of tier.budgets) {
    const times = budget.level === 'operation' ? operation.selections(fieldOf(budget)) : 1
    if (times > 0) charges.push({ budget, subject: subject(budget, client), amount: amount(budget, operation, times) })
  }
  for (const budget of globalBudgets) charges.push({ budget, subject: ALL, amount: amount(budget, operation, 1) })
  return charges
}

/** What something takes that is refused or not executed: a request, and no more. */
export function requestCharges({ globalBudgets }: Policy, tier: Tier, client: Client): readonly Charge[] {
  const charges: Charge[] = []
  for (const budget of tier.budgets) {
    if (budget.level === 'operation') continue
    charges.push({ budget, subject: subject(budget, client), amount: budget.meter === 'requests' ? 1 : 0 })
  }
  // Nobody is told what is left of the others: they lie in a place of their own, and a look at them is a journey.
  for (const budget of globalBudgets) if (budget.meter === 'requests') charges.push({ budget, subject: ALL, amount: 1 })
  return charges
}

/**
 * What some events of a subscription take from the budgets of its client, at their actual cost and each like the others.
 * The subscription was counted as a request when it began, and has no place among what runs.
 */
export function eventCharges(
  policy: Policy,
  tier: Tier,
  client: Client,
  { cost, responseBytes, selections }: EventUse,
  events: number,
): readonly Charge[] {
  const charges: Charge[] = []
  for (const charge of operationCharges(policy, tier, client, { cost, selections })) {
    const { meter } = charge.budget
    const amount = meter === 'cost' ? cost : meter === 'responseBytes' ? responseBytes : 0
    if (amount > 0) charges.push({ ...charge, amount: amount * events })
  }
  return charges
}

/** What one event of a subscription has used. */
export interface EventUse extends Charged {
  /** The length of its result as JSON, without extensions. */
  readonly responseBytes: number
}

/** What operations of one client take together that run one after another: sums, and one place among what runs. */
export function joinedCharges(operations: readonly (readonly Charge[])[]): readonly Charge[] {
  const joined = new Map<string, Charge>()
  for (const charge of operations.flat()) {
    const { budget, subject, amount } = charge
    const key = `${budget.level} ${budget.name} ${subject}`
    const before = budget.meter === 'concurrency' ? 0 : (joined.get(key)?.amount ?? 0)
    joined.set(key, { ...charge, amount: before + amount })
  }
  return [...joined.values()]
}

/** What a charge becomes when its operation has ended. */
export function settledAmount({ budget, amount }: Charge, { cost, responseBytes = amount }: Used): number {
  switch (budget.meter) {
    case 'cost':
      return cost
    case 'requests':
      return amount
    case 'responseBytes':
      return responseBytes
    case 'concurrency':
      return 0
  }
}

/** The one subject of a budget that all clients share. */
const ALL = 'all'

function amount({ meter }: Budget, { cost }: Charged, times: number): number {
  switch (meter) {
    case 'cost':
      return cost
    case 'requests':
      return times
    // The length of an answer is not known before: with nothing left there is none, and settling books the rest.
    case 'responseBytes':
    case 'concurrency':
      return 1
  }
}

function subject(budget: TierBudget, client: Client): string {
  switch (budget.level) {
    case 'client':
      return client.id
    case 'tenant':
      return client.tenant
    case 'operation':
      return `${client.id} ${fieldOf(budget)}`
    default:
      throw new Error(`The budget ${budget.name} has the level ${budget.level}, which a tier cannot hold`)
  }
}

/** The root field of a budget of the level `operation`. */
function fieldOf(budget: Budget & Pick<TierBudget, 'field'>): string {
  if (budget.field !== undefined) return budget.field
  throw new Error(`The budget ${budget.name} has the level operation and no field`)
}
