import type { Client } from '../../accounts/client.ts'
import { refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'

/**
 * Lets clients with an API key pass.
 *
 * @param what the subject of the error's sentence, such as `Query.orders`
 * @throws GraphQLError UNAUTHENTICATED for anonymous clients
 */
export function requireKey(client: Client, what: string): void {
  if (!client.anonymous) return
  const reason = `${what} needs an API key, and this request has none. Send one as "Authorization: Bearer <key>".`
  throw toGraphQLError(refusal('UNAUTHENTICATED', { reason }))
}

/** Lets staff pass. Throws as `requireKey` does, and FORBIDDEN for clients that are not staff. */
export function requireStaff(client: Client, what: string): void {
  requireKey(client, what)
  if (client.role === 'staff') return
  const reason = `${what} is for staff, and this API key is not. Use a key with the role staff.`
  throw toGraphQLError(refusal('FORBIDDEN', { reason }))
}
