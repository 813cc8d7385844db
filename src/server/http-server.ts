import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import websocket from '@fastify/websocket'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { WebSocket } from 'ws'
import type { SubscriptionObserver } from '../admission/subscriptions/subscription-observer.ts'
import { createSubscriptionPlaces } from '../admission/subscriptions/subscription-places.ts'
import { createSubscriptions, type SubscriptionsOptions } from '../admission/subscriptions/subscriptions.ts'
import { refusal } from '../errors/refusal.ts'
import type { Logger } from '../telemetry/logger.ts'
import { connectionEvent } from './connection-event.ts'
import { type ConnectionGuardOptions, guardConnections } from './connections/guard-connections.ts'
import { trustedProxies } from './connections/trusted-proxies.ts'
import { type HealthRoutesOptions, healthRoutes } from './health-routes.ts'
import { type GraphQLRouteOptions, graphqlRoute } from './http/graphql-route.ts'
import { replyWithRefusal } from './http/reply-with-refusal.ts'
import { createTurnAway } from './http/turn-away.ts'
import { shownResult } from './operations/shown-result.ts'
import { readTls, type TlsFiles } from './read-tls.ts'
import { schemaRoute } from './schema-route.ts'
import { securityHeaders } from './security-headers.ts'
import { spreadOver } from './spread-over.ts'
import { createWebSocketHandler, type WebSocketHandlerOptions } from './websocket/websocket-handler.ts'
import { websocketUpgradesOnly } from './websocket/websocket-upgrades-only.ts'

export interface HttpServerOptions
  extends Omit<GraphQLRouteOptions, 'handleSocket' | Made>,
    Omit<WebSocketHandlerOptions, 'directory' | 'extendContext' | Made>,
    Pick<SubscriptionsOptions, 'log' | 'maxQueuedEvents'>,
    ConnectionGuardOptions {
  /** What a client sees of an error. */
  readonly formatError: Parameters<typeof shownResult>[0]
  readonly onSubscriptionEvent?: SubscriptionObserver | undefined
  readonly logger: Logger
  /** The schema as it was written. */
  readonly sdl: string
  readonly health: HealthRoutesOptions
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** Without it, the server speaks plain HTTP. */
  readonly tls?: TlsFiles | undefined
}

/** What is made here of the other options. */
type Made = 'subscriptions' | 'show' | 'places'

/**
 * The edge: `/graphql` over HTTP and WebSocket, health and metrics. It listens when its `listen` is called. `close`
 * answers what has been accepted, tells sockets to go elsewhere, and accepts nothing more.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  // Fastify's own type of logger; with pino's the server would have a type that no plugin takes.
  const loggerInstance: FastifyBaseLogger = options.logger
  const alwaysSaid = securityHeaders(options.tls !== undefined)
  const connections = guardConnections(options, alwaysSaid)
  const app = fastify({
    ...connections.fastifyOptions,
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBodyBytes,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    forceCloseConnections: 'idle',
    // While the server closes, a request on a connection that is still open is answered, and the connection closed.
    return503OnClosing: false,
    // They pass no hooks.
    frameworkErrors: (err, request, reply) => failed(err, request, reply.headers(alwaysSaid)),
    // HTTP/1.1 over TLS; its server is one of plain HTTP in all that is used here.
    ...(options.tls === undefined
      ? { http: connections.nodeOptions }
      : { https: { ...connections.nodeOptions, ...readTls(options.tls), handshakeTimeout: HANDSHAKE_TIMEOUT_MS } }),
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(alwaysSaid)
  })
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request
    return replyWithRefusal(request, reply, refusal('NOT_FOUND', { method, path: url.split('?', 1)[0] ?? url }))
  })
  app.setErrorHandler<FastifyError>(failed)
  // Without compression, which could make very many bytes of a few. The types of ws do not know all of its options.
  const webSocketOptions = {
    maxPayload: options.maxBodyBytes,
    perMessageDeflate: false,
    // What comes in one packet is handled frame by frame, and others have their turn between them.
    allowSynchronousEvents: false,
    closeTimeout: CLOSE_HANDSHAKE_MS,
  }
  await app.register(websocket, {
    options: webSocketOptions,
    async preClose() {
      // Those that are about to open come later.
      app.websocketServer.on('connection', sendAway)
      await spreadOver(app.websocketServer.clients, options.drainSpreadMs ?? 5_000, sendAway)
    },
  })
  websocketUpgradesOnly(app.server)
  const { admission, directory, conclude } = options
  const turnAway = createTurnAway({ admission, directory, observe: conclude.observe })
  connections.attach(app, trustedProxies(options.trustedProxies), turnAway)
  closeSilentConnections(app)
  closeAfterLastAnswer(app)
  await app.register(healthRoutes, options.health)
  if (options.introspection) await app.register(schemaRoute, options)
  const show = shownResult(options.formatError)
  const subscriptions = createSubscriptions({ ...options, show, observe: options.onSubscriptionEvent })
  const made = { ...options, show, subscriptions, places: createSubscriptionPlaces() }
  const sockets = createWebSocketHandler(made)
  const stopListening = options.onClientsChanged(sockets.identifyAgain)
  app.addHook('onClose', async () => stopListening())
  await app.register(graphqlRoute, { ...made, handleSocket: sockets.handle, prefix: '/graphql' })
  return app

  function sendAway(socket: WebSocket): void {
    socket.close(SERVICE_RESTART, 'This server goes away; connect again')
    setTimeout(() => socket.terminate(), CLOSE_HANDSHAKE_MS).unref()
  }

  function failed(err: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (err.statusCode !== undefined && err.statusCode >= 400 && err.statusCode < 500) {
      const reason = `This request cannot be read: ${err.message}. Operations go to POST /graphql, as JSON.`
      return replyWithRefusal(request, reply, refusal('BAD_REQUEST', { reason }))
    }
    const errorId = randomUUID()
    options.logger.error({ err, errorId }, 'a request failed')
    return replyWithRefusal(request, reply, refusal('INTERNAL_SERVER_ERROR', { errorId }))
  }
}

/** How long a client may take to agree on TLS. A server that closes waits for it. */
const HANDSHAKE_TIMEOUT_MS = 5_000

/** The registered close code that says: come back, after a moment. */
const SERVICE_RESTART = 1012

/** How long a client may take to answer that it has seen its socket close. */
const CLOSE_HANDSHAKE_MS = 2_000

/** Tells, once the server closes, whoever is still answered to come on another connection: this one would hold it up. */
function closeAfterLastAnswer(app: FastifyInstance): void {
  let closes = false
  app.addHook('preClose', async () => {
    closes = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closes) reply.header('connection', 'close')
  })
}

/** Ends, when the server closes, the connections on which no request has come: browsers and health checks keep some ready. */
function closeSilentConnections(app: FastifyInstance): void {
  const silent = new Set<Socket>()
  const known = new WeakSet<Socket>()
  app.server.on(connectionEvent(app.server), (socket: Socket) => {
    if (known.has(socket)) return
    known.add(socket)
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  for (const event of ['request', 'upgrade'] as const) {
    app.server.prependListener(event, ({ socket }: IncomingMessage) => silent.delete(socket))
  }
  app.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy()
  })
}
