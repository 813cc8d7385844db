import type { Client } from './client.ts'

/** The client of a request without a key: its IP address, in the tier `anonymous`. */
export function anonymousClient(ip: string): Client {
  return { id: `ip:${ip}`, tenant: 'anonymous', tier: 'anonymous', role: 'client', anonymous: true }
}
