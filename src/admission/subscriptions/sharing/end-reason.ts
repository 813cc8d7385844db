import type { GraphQLError } from 'graphql'
import { asGraphQLError } from '../../../errors/as-graphql-error.ts'
import { refusal } from '../../../errors/refusal.ts'
import { toGraphQLError } from '../../../errors/to-graphql-error.ts'

/**
 * Why a shared execution ends, or the part that somebody has in it. `expired`: events were lost.
 * `unavailable`: the log cannot be read, to resume somebody. `failed`: a bug.
 */
export type EndReason = 'expired' | 'closed' | 'unavailable' | 'failed'

/** What a subscriber is told. Undefined where there would be more elsewhere. */
export function endError(reason: EndReason): GraphQLError | undefined {
  switch (reason) {
    case 'expired':
      return toGraphQLError(refusal('RESUME_EXPIRED', {}))
    case 'unavailable':
      return toGraphQLError(refusal('EVENT_LOG_UNAVAILABLE', {}))
    case 'failed':
      return asGraphQLError(new Error('An event could not be executed, or told to its subscribers'))
    case 'closed':
      return undefined
  }
}
