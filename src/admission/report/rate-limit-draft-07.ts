import { policies } from './rate-limit-draft-06.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

/** draft-ietf-httpapi-ratelimit-headers-07: one budget in full, the one that is met first, and the policies of all. */
export const draft07Fields: RateLimitFields = (states, least) =>
  least === undefined
    ? {}
    : {
        'ratelimit-policy': policies(states, least),
        ratelimit: `limit=${least.budget.capacity}, remaining=${least.remaining}, reset=${Math.ceil(least.fullInMs / 1000)}`,
      }
