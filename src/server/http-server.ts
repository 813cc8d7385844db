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
import { createSubscriptionSlots } from '../admission/subscriptions/subscription-slots.ts'
import { createSubscriptions, type SubscriptionsOptions } from '../admission/subscriptions/subscriptions.ts'
import { refusal } from '../errors/refusal.ts'
import type { Logger } from '../telemetry/logger.ts'
import { connectionEvent } from './connection-event.ts'
import { type ConnectionGuardOptions, guardConnections } from './connections/guard-connections.ts'
import { trustedProxies } from './connections/trusted-proxies.ts'
import { type HealthRoutesOptions, healthRoutes } from './health-routes.ts'
import { type GraphQLRouteOptions, graphqlRoute } from './http/graphql-route.ts'
import { replyWithRefusal } from './http/reply-with-refusal.ts'
import { createStreamHandler, type StreamHandler } from './http/stream-handler.ts'
import { createTurnAway } from './http/turn-away.ts'
import { shownResult } from './operations/shown-result.ts'
import { readTls, type TlsFiles } from './read-tls.ts'
import { schemaRoute } from './schema-route.ts'
import { securityHeaders } from './security-headers.ts'
import { spreadOver } from './spread-over.ts'
import { comeBack } from './websocket/come-back.ts'
import { createWebSocketHandler, type WebSocketHandlerOptions } from './websocket/websocket-handler.ts'
import { websocketUpgradesOnly } from './websocket/websocket-upgrades-only.ts'

export interface HttpServerOptions
  extends Omit<GraphQLRouteOptions, Made>,
    Omit<WebSocketHandlerOptions, 'directory' | 'extendContext' | Made>,
    Pick<SubscriptionsOptions, 'log' | 'maxQueuedEvents' | 'maxQueuedBytes'>,
    ConnectionGuardOptions {
  /** What a client sees of an error. */
  readonly formatError: Parameters<typeof shownResult>[0]
  /** Calls back when keys may have been taken away or clients changed; answers how to stop that. */
  readonly onClientsChanged: (listener: () => void) => () => void
  /** Over what time subscribers are sent elsewhere when the server closes. @default 5000 */
  readonly drainSpreadMs?: number | undefined
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
type Made = 'subscriptions' | 'show' | 'slots' | 'handleSocket' | 'handleStream' | 'isTrustedProxy' | 'said'

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
  const said = saidByAll(app, alwaysSaid)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(said())
    done()
  })
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler(notFound)
  app.setErrorHandler<FastifyError>(failed)
  // Without compression, which could make very many bytes of a few. The types of ws do not know all of its options.
  const webSocketOptions = {
    maxPayload: options.maxBodyBytes,
    perMessageDeflate: false,
    // What comes in one packet is handled frame by frame, and others have their turn between them.
    allowSynchronousEvents: false,
    closeTimeout: CLOSE_HANDSHAKE_MS,
  }
  // Its own way would be to close all sockets at once; `drain` closes them one after the other.
  await app.register(websocket, { options: webSocketOptions, preClose: async () => undefined })
  websocketUpgradesOnly(app.server)
  // Routes that have no use for a socket would open it and close it again.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.ws && !SOCKET_ROUTES.has(request.routeOptions.url)) notFound(request, reply)
    else done()
  })
  const { admission, directory, conclude } = options
  const turnAway = createTurnAway({ admission, directory, observe: conclude.observe })
  const isTrustedProxy = trustedProxies(options.trustedProxies)
  connections.attach(app, isTrustedProxy, turnAway)
  await app.register(healthRoutes, options.health)
  if (options.introspection) await app.register(schemaRoute, options)
  const show = shownResult(options.formatError)
  const subscriptions = createSubscriptions({ ...options, show, observe: options.onSubscriptionEvent })
  const made = { ...options, show, subscriptions, isTrustedProxy, slots: createSubscriptionSlots() }
  const sockets = createWebSocketHandler(made)
  const streams = createStreamHandler(made)
  const stopListening = options.onClientsChanged(() => {
    sockets.identifyAgain()
    streams.identifyAgain()
  })
  app.addHook('preClose', () => drain(app.websocketServer, streams, options.drainSpreadMs))
  app.addHook('onClose', async () => stopListening())
  closeSilentConnections(app)
  const handlers = { handleSocket: sockets.handle, handleStream: streams.handle }
  await app.register(graphqlRoute, { ...made, ...handlers, said, prefix: '/graphql' })
  return app

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

const SOCKET_ROUTES: ReadonlySet<string | undefined> = new Set(['/graphql', '/graphql/'])

function notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { ws, method, url } = request
  const path = url.split('?', 1)[0] ?? url
  return replyWithRefusal(request, reply, refusal('NOT_FOUND', { method: ws ? 'WebSocket' : method, path }))
}

/** How long a client may take to agree on TLS. A server that closes waits for it. */
const HANDSHAKE_TIMEOUT_MS = 5_000

/** How long a client may take to answer that it has seen its socket close. */
const CLOSE_HANDSHAKE_MS = 2_000

/** Sends subscribers elsewhere, those on sockets and on streams within the same time. */
async function drain(
  server: FastifyInstance['websocketServer'],
  streams: Pick<StreamHandler, 'drain'>,
  spreadMs = 5_000,
): Promise<void> {
  const sendElsewhere = (socket: WebSocket) => comeBack(socket, 'This server goes away; connect again')
  // Those that are about to open come later.
  server.on('connection', sendElsewhere)
  await Promise.all([spreadOver(server.clients, spreadMs, sendElsewhere), streams.drain(spreadMs)])
}

/**
 * What every answer says: what it always does, and once the server closes, to come on another connection, since this one
 * would hold it up.
 */
function saidByAll(app: FastifyInstance, always: Readonly<Record<string, string>>): () => Record<string, string> {
  let said = { ...always }
  app.addHook('preClose', async () => {
    said = { ...always, connection: 'close' }
  })
  return () => said
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
