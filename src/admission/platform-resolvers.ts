import type { AdmissionContext } from './admission-context.ts'
import type { Resolvers } from './generated/platform-resolvers.ts'
import { tightest } from './report/operation-report.ts'

/** `Query.rateLimit` and `Query.viewer`: what a client may ask about itself. `now` is in epoch milliseconds. */
export function platformResolvers(now: () => number = Date.now): Resolvers<AdmissionContext> {
  return {
    Query: {
      rateLimit(_root, _args, { client, admission: { report } }) {
        const states = report?.states ?? []
        // A tier need not enforce a budget of cost, but it has one of some kind.
        const state = tightest(states) ?? states.find(({ budget }) => budget.level !== 'global')
        if (state === undefined) throw new Error(`The tier ${client.tier} has no budget to tell about`)
        const limit = Math.min(state.budget.capacity, MAX_INT)
        const remaining = Math.min(state.remaining, MAX_INT)
        return {
          limit,
          remaining,
          used: limit - remaining,
          cost: Math.min(report?.estimate?.cost ?? 0, MAX_INT),
          resetAt: new Date(now() + state.fullInMs),
        }
      },
      viewer: (_root, _args, { client: { id, tenant, tier, role, anonymous } }) => ({
        id,
        tenant,
        tier,
        anonymous,
        role: role === 'staff' ? 'STAFF' : 'CLIENT',
      }),
    },
  }
}

/** GraphQL's Int has 32 bits. */
const MAX_INT = 2 ** 31 - 1
