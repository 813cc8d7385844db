import type { Client } from '../../accounts/client.ts'

/** Where in the store a client's budgets lie. Anonymous clients share a tenant but nothing else, so each has its own. */
export function tenantOf(client: Client): string {
  return client.anonymous ? client.id : client.tenant
}
