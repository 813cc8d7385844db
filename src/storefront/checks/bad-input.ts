import type { GraphQLError } from 'graphql'
import { refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'

/** The error for input that the schema's types let through. The mistake says where, what was found, what is allowed. */
export function badInput(mistake: string): GraphQLError {
  return toGraphQLError(refusal('BAD_USER_INPUT', { mistakes: [mistake] }))
}

/** Client text for an error message, quoted and not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
