import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../../errors/refusal.ts'
import { type Answer, refusedAnswer } from './refused-answer.ts'

/** Answers a request that is refused as a whole. `report` holds the headers that tell of its budgets. */
export function replyWithRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  report?: ReadonlyMap<string, string>,
): FastifyReply {
  return replyWith(reply, refusedAnswer(request.headers.accept, refusal, report))
}

export function replyWith(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  for (const [name, value] of headers) reply.header(name, value)
  return reply.code(status).send(body)
}
