import { GraphQLError } from 'graphql'
import type { Refusal } from './refusal.ts'

/**
 * A refusal as the error that GraphQL answers carry. Apollo takes the HTTP status and `Retry-After` (whole seconds,
 * rounded up) from `extensions.http` and removes it.
 */
export function toGraphQLError({ code, status, message, extensions, retryAfterMs }: Refusal): GraphQLError {
  const headers = new Map<string, string>()
  if (retryAfterMs !== undefined) headers.set('retry-after', retryAfterHeader(retryAfterMs))
  return new GraphQLError(message, { extensions: { code, ...extensions, http: { status, headers } } })
}

export function retryAfterHeader(retryAfterMs: number): string {
  return String(Math.max(1, Math.ceil(retryAfterMs / 1000)))
}
