import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../errors/refusal.ts'
import { refusalHeaders } from '../errors/to-graphql-error.ts'

/**
 * Answers a request that did not get as far as Apollo, in the form in which Apollo answers. `report` holds the headers
 * that tell of its budgets.
 */
export function replyWithRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, status, message, extensions, retryAfterMs }: Refusal,
  report: ReadonlyMap<string, string> = NO_REPORT,
): FastifyReply {
  for (const [name, value] of report) reply.header(name, value)
  for (const [name, value] of refusalHeaders({ status, retryAfterMs })) reply.header(name, value)
  return reply
    .code(status)
    .type(mediaType(request.headers.accept))
    .send(`${JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] })}\n`)
}

const NO_REPORT: ReadonlyMap<string, string> = new Map()

function mediaType(accept: string | undefined): string {
  const type = accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json'
  return `${type}; charset=utf-8`
}
