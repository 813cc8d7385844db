import type { GraphQLFormattedError } from 'graphql'

/** What a client has sent, and so knows. */
export interface Sent {
  readonly source: string
  readonly variables: Readonly<Record<string, unknown>>
}

/**
 * The message of an error for a client that may not read the schema: names that the client has not written itself, of
 * types, fields and arguments, are left out, and so is what it might have meant. graphql-js puts all names in quotes.
 */
export function concealNames(message: string, { source, variables }: Sent): string {
  const written = new Set(`${source} ${JSON.stringify(variables)}`.match(NAME))
  return message
    .slice(0, MAX_CHARACTERS)
    .replaceAll(SUGGESTION, '')
    .replaceAll(QUOTED, (quoted) => quoted.replaceAll(NAME, (name) => (written.has(name) ? name : '…')))
}

/** The same for the errors of an answer. */
export function concealErrors(errors: readonly GraphQLFormattedError[], sent: Sent): readonly GraphQLFormattedError[] {
  return errors.map((error) =>
    mayNameSchema(error) ? { ...error, message: concealNames(error.message, sent) } : error,
  )
}

/** Whether an error was made from the schema and the request alone. Those of resolvers have a path, and mean what they say. */
export function mayNameSchema(error: { readonly path?: unknown; readonly extensions?: { readonly code?: unknown } }) {
  return error.path === undefined && CODES.has(error.extensions?.code)
}

/** More of a message is never shown. */
const MAX_CHARACTERS = 2_000

const CODES: ReadonlySet<unknown> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT'])

const NAME = /[_A-Za-z][_0-9A-Za-z]*/g

/** Bounded, so that it takes linear time on what clients wrote themselves. Names in a longer one are in quotes. */
const SUGGESTION = / ?Did you mean [^?]{0,500}\?/g

/** The last quote is missing where a message was cut. */
const QUOTED = /"(?:\\.?|[^"\\])*(?:"|$)/gs
