import { createHash } from 'node:crypto'
import type { ShippedConfig } from '../../support/test-config.ts'
import { HOSTILE_KEY } from './corpus/hostile-request.ts'

export const GOOD_KEY = 'the-key-of-a-good-client'

const WIDE = [
  { name: 'burst', capacity: 1e8, window: '60s' },
  { name: 'requests', meter: 'requests', capacity: 1e8, window: '60s' },
]

/**
 * Two clients with tiers of their own, whose budgets do not end: what is tried is everything else. The hostile one has
 * the limits of an anonymous client. They have their keys in production too, where there are no demo keys.
 */
export function twoClients(file: ShippedConfig): void {
  const { anonymous, premium } = file.tiers
  if (anonymous === undefined || premium === undefined) throw new Error('The shipped configuration has other tiers')
  file.tiers['hostile'] = { ...anonymous, budgets: WIDE }
  file.tiers['good'] = { ...premium, budgets: WIDE }
  file.clients = [client('hostile', HOSTILE_KEY), client('good', GOOD_KEY)]
}

/** No address runs out of requests. */
export function wideIpBudget(file: ShippedConfig): void {
  Object.assign(file, { ipBudget: { capacity: 1e7, window: '30s' } })
}

function client(name: string, key: string) {
  return { id: name, tenant: name, tier: name, keySha256: createHash('sha256').update(key).digest('hex') }
}
