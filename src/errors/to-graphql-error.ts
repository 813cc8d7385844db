import { GraphQLError } from 'graphql'
import type { Refusal } from './refusal.ts'

/** A refusal as the error that GraphQL answers carry. Apollo takes the HTTP status from `extensions.http`. */
export function toGraphQLError({ code, status, message, extensions }: Refusal): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, code, http: { status } } })
}
