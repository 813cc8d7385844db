import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { refusedAnswer } from '../http/refused-answer.ts'
import { closingAnswer } from './closing-answer.ts'
import { MAX_HEADERS, malformedHead } from './malformed-head.ts'
import type { OpenAnswers } from './open-answers.ts'

export interface GuardRequestsOptions {
  readonly openAnswers: OpenAnswers
  /** Whether a connection is there for health checks alone. */
  readonly isReserve: (socket: Socket) => boolean
  readonly alwaysSaid: Readonly<Record<string, string>>
  /** Why a request is not served now. Its connection stays. */
  readonly turnAway: (request: IncomingMessage) => Refusal | undefined
}

/** How many requests may wait for their answers on one connection. Few clients send a second one at all. */
const MAX_PIPELINED = 100

const NOT_KEPT = { 'cache-control': 'no-store' }

const HEALTH = /^\/(livez|readyz)(\?|$)/

/**
 * Refuses requests whose head can be read in two ways, that are pipelined without end, or that come when the server is
 * full. Called once, when those who serve requests and upgrades have been added.
 */
export function guardRequests(
  server: Server,
  { openAnswers, isReserve, alwaysSaid, turnAway }: GuardRequestsOptions,
): void {
  // Node drops headers past its limit without a word. This one lets it be seen that there are more.
  server.maxHeadersCount = MAX_HEADERS + 1

  function verdict({ httpVersion, rawHeaders, url = '', socket }: IncomingMessage): Refusal | undefined {
    if (isReserve(socket) && !HEALTH.test(url)) return refusal('OVERLOADED', { retryAfterMs: 1_000 })
    return malformedHead(httpVersion, rawHeaders)
  }

  /** Nothing that comes after a refused request is read as one. */
  const over = new WeakSet<Socket>()

  function reply(response: ServerResponse, refused: Refusal): void {
    over.add(response.req.socket)
    send(response, refused, { connection: 'close' })
  }

  function send(response: ServerResponse, refused: Refusal, more: Readonly<Record<string, string>>): void {
    const { status, headers, body } = refusedAnswer(response.req.headers.accept, refused)
    const fields = { ...alwaysSaid, ...Object.fromEntries(headers), ...more }
    response.writeHead(status, { ...fields, 'content-length': Buffer.byteLength(body) }).end(body)
  }

  function end(socket: Socket, refused: Refusal): void {
    socket.on('error', () => socket.destroy())
    socket.end(closingAnswer(refused, alwaysSaid), () => socket.destroySoon())
  }

  around(server, 'request', (request, response, serve) => {
    const { socket } = request
    if (socket.destroyed || over.has(socket) || !(response instanceof ServerResponse)) return
    openAnswers.add(socket, response)
    if (openAnswers.on(socket).size > MAX_PIPELINED) return void socket.destroy()
    const refused = verdict(request)
    if (refused !== undefined) return reply(response, refused)
    const later = turnAway(request)
    if (later === undefined) serve()
    else send(response, later, NOT_KEPT)
  })
  around(server, 'upgrade', (request, _socket, serve) => {
    const { socket } = request
    const last = [...openAnswers.on(socket)].at(-1)
    if (over.has(socket)) return
    // Node lets go of a connection that asks for an upgrade, and nothing would keep the answers in their order.
    if (last !== undefined) return void last.once('close', () => socket.destroySoon())
    const refused = verdict(request)
    if (refused === undefined) serve()
    else end(socket, refused)
  })
  server.on('connect', (request: IncomingMessage) => {
    const { socket, url = '' } = request
    if (openAnswers.on(socket).size > 0) socket.destroy()
    else end(socket, refusal('NOT_FOUND', { method: 'CONNECT', path: url }))
  })
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const reason = `Nothing is known of the expectation "${request.headers.expect}". Send the request without it.`
    openAnswers.add(request.socket, response)
    reply(response, { ...refusal('BAD_REQUEST', { reason }), status: 417 })
  })
}

/** Puts a listener between an event and those who listen for it already. */
function around(
  server: Server,
  event: 'request' | 'upgrade',
  guard: (request: IncomingMessage, second: unknown, serve: () => void) => void,
): void {
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  server.on(event, (request: IncomingMessage, ...rest: readonly unknown[]) => {
    guard(request, rest[0], () => {
      for (const listener of listeners) Reflect.apply(listener, server, [request, ...rest])
    })
  })
}
