import type { Client } from '../accounts/client.ts'
import type { Budget } from '../budget/budget.ts'
import type { Tier } from './tier.ts'

/** Who may do what. A reload replaces it whole; what is used in a budget of the same name goes on. */
export interface Policy {
  /** Counts requests by IP address, before anything is known of them. */
  readonly ipBudget: Budget
  /** What all clients share, of the level `global`. */
  readonly globalBudgets: readonly Budget[]
  readonly tiers: ReadonlyMap<string, Tier>
  /** By client id: what this client may do in place of what its tier may. */
  readonly clientTiers: ReadonlyMap<string, Tier>
}

/** What a client may do. Undefined where its tier is not in the policy. */
export function tierOf({ tiers, clientTiers }: Policy, { id, tier }: Client): Tier | undefined {
  return clientTiers.get(id) ?? tiers.get(tier)
}
