import { randomUUID } from 'node:crypto'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { refusal } from '../../errors/refusal.ts'
import type { Logger } from '../../telemetry/logger.ts'

/**
 * Makes the function that decides what a client sees of an error. Refusals and mistakes of the client pass. Anything
 * else is a bug or an outage: it is logged under an id, and the client gets the id and nothing of the error itself.
 */
export function maskError(logger: Logger) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const code = formatted.extensions?.['code']
    // Whoever gives an error a code means it to be seen. Apollo gives that of a bug to all that have none.
    const expected = typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR'
    if (expected) return { ...formatted, message: excerpt(formatted.message), ...withoutHttp(formatted) }
    const errorId = randomUUID()
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
    logger.error({ err: cause, errorId, path: formatted.path }, 'an operation failed')
    const masked = refusal('INTERNAL_SERVER_ERROR', { errorId })
    return { ...formatted, message: masked.message, extensions: { code: masked.code, ...masked.extensions } }
  }
}

/** Apollo has made the status and the headers of it; a socket has neither. */
function withoutHttp({ extensions }: GraphQLFormattedError): Pick<GraphQLFormattedError, 'extensions'> {
  if (extensions === undefined) return {}
  const { http, ...others } = extensions
  return { extensions: others }
}

/** Names in a document may be as long as the document, and messages repeat them. */
const MAX_MESSAGE_CHARACTERS = 1_000

function excerpt(message: string): string {
  return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message
}
