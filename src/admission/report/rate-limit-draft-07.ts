import { policies } from './rate-limit-draft-06.ts'
import type { RateLimitFields } from './rate-limit-fields.ts'

/** draft-ietf-httpapi-ratelimit-headers-07: one budget in full, the one that is met first, and the policies of all. */
export const draft07Fields: RateLimitFields = (headers, states, least) => {
  if (least === undefined) return
  const { budget, remaining, fullInMs } = least
  headers.set('ratelimit-policy', policies(states, least))
  headers.set('ratelimit', `limit=${budget.capacity}, remaining=${remaining}, reset=${Math.ceil(fullInMs / 1000)}`)
}
