import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { closingAnswer } from './closing-answer.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import { malformedRequest } from './malformed-request.ts'
import type { OpenAnswers } from './open-answers.ts'

/** How long a client has to read why its connection ends: what it is still sending would tear down the answer. */
const LINGER_MS = 1_000

/**
 * Answers bytes that Node's parser has given up on, once for each connection, and ends it. Requests that came before
 * them get their own answers first: the client matches answers to requests by their order.
 */
export function answerClientErrors(
  openAnswers: OpenAnswers,
  limits: ConnectionLimits,
  alwaysSaid: Readonly<Record<string, string>>,
) {
  const failed = new WeakSet<Duplex>()
  return (error: Readonly<NodeJS.ErrnoException>, socket: Socket): void => {
    if (failed.has(socket)) return
    failed.add(socket)
    const refusal = malformedRequest(error.code, limits)
    const earlier = [...openAnswers.on(socket)]
    const last = earlier.at(-1)
    if (refusal === undefined || (last?.req.complete === false && last.headersSent)) return void socket.destroy()
    const answer = () => {
      if (!socket.writable) return void socket.destroy()
      socket.end(closingAnswer(refusal, alwaysSaid))
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    }
    // The last one may be what could not be read to its end.
    const before = last?.req.complete === false ? earlier.at(-2) : last
    if (before === undefined) answer()
    else before.once('close', answer)
  }
}
