import { GraphQLError } from 'graphql'

/** Whatever was thrown, as the error that a result can hold. */
export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown))
  return new GraphQLError('An operation failed', { originalError })
}
