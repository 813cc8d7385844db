import { type ClientEntry, sha256 } from './client-directory.ts'

/** An API key that everybody knows: for trying the server out, never for production. */
export interface DemoKey {
  readonly key: string
  readonly tier: string
  readonly role: 'client' | 'staff'
}

/** One key for each tier, and one for the staff who run the shop. */
export const demoKeys: readonly DemoKey[] = [
  { key: 'demo-free', tier: 'free', role: 'client' },
  { key: 'demo-basic', tier: 'basic', role: 'client' },
  { key: 'demo-premium', tier: 'premium', role: 'client' },
  { key: 'demo-enterprise', tier: 'enterprise', role: 'client' },
  { key: 'demo-staff', tier: 'enterprise', role: 'staff' },
]

/** The demo keys as clients, each named like its key and a tenant of its own. */
export function demoClients(): readonly ClientEntry[] {
  return demoKeys.map(({ key, tier, role }) => ({
    client: { id: key, tenant: key, tier, role, anonymous: false },
    keySha256: sha256(key),
  }))
}
