import type { FastifyInstance } from 'fastify'
import { answerClientErrors } from './answer-client-errors.ts'
import { type ConnectionLimits, defaultConnectionLimits } from './connection-limits.ts'
import { dropSlowReaders } from './drop-slow-readers.ts'
import { type GuardRequestsOptions, guardRequests } from './guard-requests.ts'
import { limitConnections, type RefusedConnection } from './limit-connections.ts'
import { limitWebSockets } from './limit-web-sockets.ts'
import { createOpenAnswers } from './open-answers.ts'

export interface ConnectionGuardOptions {
  /** @default each that of `defaultConnectionLimits` */
  readonly connectionLimits?: Partial<ConnectionLimits> | undefined
  /** Told of connections that are refused. */
  readonly onConnectionRefused?: ((reason: RefusedConnection) => void) | undefined
  /** Told with 1 when a connection begins and with -1 when it ends. */
  readonly onConnections?: ((change: 1 | -1) => void) | undefined
}

/** How often Node looks for requests that take too long. */
const LOOK_MS = 1_000

/** What keeps connections in bounds: options for the server, and what is put around it when its routes are there. */
export function guardConnections(
  {
    connectionLimits,
    onConnectionRefused: onRefused = () => undefined,
    onConnections = () => undefined,
  }: ConnectionGuardOptions,
  alwaysSaid: Readonly<Record<string, string>>,
) {
  const limits = { ...defaultConnectionLimits, ...connectionLimits }
  const openAnswers = createOpenAnswers()
  return {
    /** For Node's server, of HTTP and of HTTPS. */
    nodeOptions: {
      maxHeaderSize: limits.maxHeaderBytes,
      // The whole includes the headers.
      headersTimeout: Math.min(limits.headersTimeoutMs, limits.requestTimeoutMs),
      connectionsCheckingInterval: LOOK_MS,
      // Node's own answer to a request without one is empty.
      requireHostHeader: false,
    },
    /** For Fastify. */
    fastifyOptions: {
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      clientErrorHandler: answerClientErrors(openAnswers, limits, alwaysSaid),
    },
    /**
     * @param isTrustedProxy whether an address is that of a peer that speaks for many clients
     * @param turnAway asked of each request whose head is in order
     */
    attach(
      app: FastifyInstance,
      isTrustedProxy: (address: string) => boolean,
      turnAway: GuardRequestsOptions['turnAway'],
    ): void {
      const { server, websocketServer } = app
      const { isReserve } = limitConnections(server, { ...limits, isTrustedProxy, onRefused, onConnections })
      const stops = [dropSlowReaders(server, limits.responseTimeoutMs), limitWebSockets(websocketServer, limits)]
      guardRequests(server, { openAnswers, isReserve, alwaysSaid, turnAway })
      app.addHook('onClose', async () => {
        for (const stop of stops) stop()
      })
    },
  }
}
