import type { FastifyInstance } from 'fastify'
import type { ConnectionLimits } from './connection-limits.ts'

type WebSocketServer = FastifyInstance['websocketServer']
type WebSocket = WebSocketServer['clients'] extends Set<infer Client> ? Client : never

/** A close code for what a protocol allows and a server does not bear (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1008

/** How long a client that is closed for its flood has to read why. */
const LINGER_MS = 200

/**
 * Closes WebSockets that send more than they may, garbage, pings and pongs included, and those that do not read what
 * they have asked for. Answers how to stop looking.
 */
export function limitWebSockets(
  server: WebSocketServer,
  { maxSocketBufferBytes, maxSocketMessagesPerSecond }: ConnectionLimits,
): () => void {
  let sent = new WeakMap<WebSocket, number>()

  function count(socket: WebSocket): void {
    const messages = (sent.get(socket) ?? 0) + 1
    sent.set(socket, messages)
    if (messages !== maxSocketMessagesPerSecond + 1) return
    socket.close(POLICY_VIOLATION, `More than ${maxSocketMessagesPerSecond} messages came within a second`)
    setTimeout(() => socket.terminate(), LINGER_MS).unref()
  }

  server.on('connection', (socket: WebSocket) => {
    // What is wrong with a client's frames is told to it by its close code. Those who serve the socket, who are about to
    // come, would print it with a stack trace: anybody could fill the log.
    queueMicrotask(() => socket.removeAllListeners('error').on('error', () => undefined))
    failSilently(socket)
    for (const event of ['message', 'ping', 'pong'] as const) socket.on(event, () => count(socket))
  })
  const timer = setInterval(() => {
    sent = new WeakMap()
    for (const socket of server.clients) if (socket.bufferedAmount > maxSocketBufferBytes) socket.terminate()
  }, 1_000).unref()
  return () => clearInterval(timer)
}

/** What cannot be sent any more is missed by nobody. graphql-ws would print each of them with a stack trace, too. */
function failSilently(socket: WebSocket): void {
  const send: (data: string, sent: () => void) => void = socket.send.bind(socket)
  Object.assign(socket, { send: (data: string, sent?: () => void) => send(data, () => sent?.()) })
}
