import { LRUCache } from 'lru-cache'
import type { Client } from '../../accounts/client.ts'
import { later } from '../../budget/budget-state.ts'
import type { TakeResult } from '../../budget/budget-store.ts'
import type { Tier } from '../tier.ts'

type Denied = Extract<TakeResult, { reason: 'exhausted' }>

/** Which clients have no request left, for a moment: whatever they send takes one, so nothing of it has to be read. */
export interface RequestDenials {
  /** To be told of what became of each take of a client. */
  note(client: Client, tier: Tier, result: TakeResult): void
  /** The denial as it would be now; undefined where it is not known that there would be one. */
  recall(client: Client, tier: Tier | undefined): Denied | undefined
}

interface Noted {
  readonly result: Denied
  readonly tier: Tier
  readonly atMs: number
  readonly untilMs: number
}

const MAX_CLIENTS = 10_000

/** Then it is asked again: limits may be others by now, or a store that was away be back. */
const MAX_MEMORY_MS = 1_000

/** @param now a clock that never goes back, in milliseconds */
export function createRequestDenials(now: () => number): RequestDenials {
  const denials = new LRUCache<string, Noted>({ max: MAX_CLIENTS })
  return {
    note(client, tier, result) {
      if (result.admitted || result.reason !== 'exhausted') return
      const forMs = longestWaitMs(result)
      if (forMs === 0) return
      const atMs = now()
      denials.set(client.id, { result, tier, atMs, untilMs: atMs + Math.min(forMs, MAX_MEMORY_MS) })
    },
    recall(client, tier) {
      const noted = denials.get(client.id)
      if (noted === undefined) return undefined
      const nowMs = now()
      if (nowMs < noted.untilMs && noted.tier === tier) return aged(noted.result, nowMs - noted.atMs)
      denials.delete(client.id)
      return undefined
    },
  }
}

/** How long the client has not even one request. */
function longestWaitMs({ denials }: Denied): number {
  const waits = denials.map(({ budget: { meter, level }, amount, retryAfterMs }) =>
    meter === 'requests' && amount === 1 && (level === 'client' || level === 'tenant') && retryAfterMs !== 'never'
      ? retryAfterMs
      : 0,
  )
  return Math.max(0, ...waits)
}

function aged(result: Denied, ms: number): Denied {
  return {
    ...result,
    denials: result.denials.map((denial) => ({
      ...denial,
      retryAfterMs: denial.retryAfterMs === 'never' ? 'never' : Math.max(0, denial.retryAfterMs - ms),
    })),
    states: result.states.map((state) => later(state, ms)),
  }
}
