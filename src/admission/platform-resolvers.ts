import { setTimeout } from 'node:timers/promises'
import type { Client } from '../accounts/client.ts'
import type { BudgetState } from '../budget/budget-store.ts'
import type { AdmissionContext } from './admission-context.ts'
import type { RateLimit, Resolvers } from './generated/platform-resolvers.ts'
import { type OperationReport, tightest } from './report/operation-report.ts'
import { budgetChanges } from './subscriptions/budget-changes.ts'

export interface PlatformResolversOptions {
  /** The budgets of a client as they are, as `Admission.look` tells. */
  readonly look: (client: Client) => Promise<OperationReport['states']>
  /**
   * How often the budget of a client is looked at that has subscribed to it.
   * @default 1000
   */
  readonly lookEveryMs?: number
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number
}

/** `Query.rateLimit`, `Query.viewer` and `Subscription.budgetChanged`: what a client may ask about itself. */
export function platformResolvers(options: PlatformResolversOptions): Resolvers<AdmissionContext> {
  const { look, lookEveryMs = 1_000, now = Date.now } = options

  function rateLimit({ budget, remaining: left, fullInMs }: BudgetState, cost: number): RateLimit {
    const limit = Math.min(budget.capacity, MAX_INT)
    const remaining = Math.min(left, MAX_INT)
    return {
      limit,
      remaining,
      used: limit - remaining,
      cost: Math.min(cost, MAX_INT),
      resetAt: new Date(now() + fullInMs),
    }
  }

  async function* changes({ client, signal, admission: { report } }: AdmissionContext) {
    const states = budgetChanges({
      look: async () => toldBudget(await look(client)),
      wait: () => setTimeout(lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined),
      signal,
    })
    for await (const state of states) yield { budgetChanged: rateLimit(state, report?.estimate?.cost ?? 0) }
  }

  return {
    Query: {
      rateLimit(_root, _args, { client, admission: { report } }) {
        const state = toldBudget(report?.states ?? [])
        if (state === undefined) throw new Error(`The tier ${client.tier} has no budget to tell about`)
        return rateLimit(state, report?.estimate?.cost ?? 0)
      },
      viewer: (_root, _args, { client: { id, tenant, tier, role, anonymous } }) => ({
        id,
        tenant,
        tier,
        anonymous,
        role: role === 'staff' ? 'STAFF' : 'CLIENT',
      }),
    },
    Subscription: { budgetChanged: { subscribe: (_root, _args, context) => changes(context) } },
  }
}

/** A tier need not enforce a budget of cost, but it has one of some kind. */
function toldBudget(states: OperationReport['states']): BudgetState | undefined {
  return tightest(states) ?? states.find(({ budget }) => budget.level !== 'global')
}

/** GraphQL's Int has 32 bits. */
const MAX_INT = 2 ** 31 - 1
