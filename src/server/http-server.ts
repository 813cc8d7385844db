import { randomUUID } from 'node:crypto'
import websocket from '@fastify/websocket'
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify'
import { refusal } from '../errors/refusal.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type GraphQLRouteOptions, graphqlRoute } from './graphql-route.ts'
import { type HealthRoutesOptions, healthRoutes } from './health-routes.ts'
import { replyWithRefusal } from './reply-with-refusal.ts'
import { schemaRoute } from './schema-route.ts'
import { createWebSocketHandler, type WebSocketHandlerOptions } from './websocket-handler.ts'

export interface HttpServerOptions
  extends Omit<GraphQLRouteOptions, 'handleSocket'>,
    Omit<WebSocketHandlerOptions, 'directory' | 'extendContext'> {
  readonly logger: Logger
  /** The schema as it was written. */
  readonly sdl: string
  readonly health: HealthRoutesOptions
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
}

/**
 * The edge: `/graphql` over HTTP and WebSocket, health and metrics. It listens when its `listen` is called. `close`
 * answers what has been accepted, tells sockets to go elsewhere, and accepts nothing more.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  // Fastify's own type of logger; with pino's the server would have a type that no plugin takes.
  const loggerInstance: FastifyBaseLogger = options.logger
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBodyBytes,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    forceCloseConnections: 'idle',
    // While the server closes, a request on a connection that is still open is answered, and the connection closed.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 100 },
  })
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler((request, reply) => {
    const { method, url } = request
    return replyWithRefusal(
      request,
      reply,
      refusal('NOT_FOUND', { method, path: url.split('?', 1)[0] ?? url }),
      undefined,
    )
  })
  app.setErrorHandler((err, request, reply) => {
    const errorId = randomUUID()
    options.logger.error({ err, errorId }, 'a request failed')
    return replyWithRefusal(request, reply, refusal('INTERNAL_SERVER_ERROR', { errorId }), undefined)
  })
  await app.register(websocket, {
    options: { maxPayload: options.maxBodyBytes },
    async preClose() {
      for (const socket of app.websocketServer.clients) socket.close(GOING_AWAY, 'This server goes away; connect again')
    },
  })
  await app.register(healthRoutes, options.health)
  if (options.introspection) await app.register(schemaRoute, options)
  const handleSocket = createWebSocketHandler(options)
  await app.register(graphqlRoute, { ...options, handleSocket, prefix: '/graphql' })
  return app
}

/** How long a client may take to send a request whole. */
const REQUEST_TIMEOUT_MS = 30_000

const GOING_AWAY = 1001
