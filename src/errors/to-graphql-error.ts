import { GraphQLError } from 'graphql'
import type { Refusal } from './refusal.ts'

/**
 * A refusal as the error that GraphQL answers carry. Apollo takes the HTTP status and headers from `extensions.http` and
 * removes it.
 */
export function toGraphQLError({ code, status, message, extensions, retryAfterMs }: Refusal): GraphQLError {
  const headers = refusalHeaders({ status, retryAfterMs })
  return new GraphQLError(message, { extensions: { code, ...extensions, http: { status, headers } } })
}

/** The headers that go with a refusal: `Retry-After` in whole seconds, rounded up; how to authenticate. */
export function refusalHeaders({
  status,
  retryAfterMs,
}: Pick<Refusal, 'status' | 'retryAfterMs'>): Map<string, string> {
  const headers = new Map<string, string>()
  if (retryAfterMs !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
  if (status === 405) headers.set('allow', 'POST')
  if (status === 401) headers.set('www-authenticate', 'Bearer')
  return headers
}
