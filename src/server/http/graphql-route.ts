import type { WebsocketHandler } from '@fastify/websocket'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../../accounts/client.ts'
import { clientAddress } from '../../accounts/client-address.ts'
import type { ClientDirectory } from '../../accounts/client-directory.ts'
import { type AdmissionContext, admissionContext, admissionRecord } from '../../admission/admission-context.ts'
import { type BatchMember, createBatch } from '../../admission/batch.ts'
import { refusedUnpriced } from '../../admission/operation-observer.ts'
import type { OperationReport, ReportMode } from '../../admission/report/operation-report.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { type ConnectionLimits, defaultConnectionLimits } from '../connections/connection-limits.ts'
import { identify } from '../identify.ts'
import { createSocketsByAddress } from '../websocket/sockets-by-address.ts'
import { abortWithClient } from './abort-with-client.ts'
import { acceptsJson } from './accepts-json.ts'
import { answerBatch } from './answer-batch.ts'
import { askedOperations } from './asked-operation.ts'
import { type Cors, registerCors } from './cors.ts'
import { createHttpOperations, type HttpOperationsOptions } from './http-operations.ts'
import { replyWith, replyWithRefusal } from './reply-with-refusal.ts'
import { reportMode } from './report-mode.ts'
import type { StatusProfile } from './status-profile.ts'
import { createStreamHandler, type StreamHandlerOptions } from './stream-handler.ts'

export interface GraphQLRouteOptions extends Omit<HttpOperationsOptions, 'statusProfile'>, StreamHandlerOptions {
  readonly directory: ClientDirectory
  readonly maxBodyBytes: number
  /** How many operations one request may have, as a list. 1 for none but those alone in it. */
  readonly maxBatchSize: number
  readonly handleSocket: WebsocketHandler
  readonly connectionLimits?: Partial<ConnectionLimits> | undefined
  /** Calls back when keys may have been taken away or clients changed; answers how to stop that. */
  readonly onClientsChanged: (listener: () => void) => () => void
  /** @default no page of another origin reads answers */
  readonly cors?: Cors
  /** That of Apollo. @default 'audits' */
  readonly statusProfile?: StatusProfile
}

/**
 * `/graphql` over HTTP, and where it becomes a WebSocket. Before Apollo sees an operation its request has been counted
 * for its address, its client is known, and its document has passed the guard; nothing of that needs a parser.
 */
export async function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): Promise<void> {
  const { admission, directory, extendContext, maxBatchSize, statusProfile = 'audits' } = options
  const maxSocketsPerAddress =
    options.connectionLimits?.maxSocketsPerAddress ?? defaultConnectionLimits.maxSocketsPerAddress
  const operations = createHttpOperations({ ...options, statusProfile })
  const clients = new WeakMap<FastifyRequest, Client>()
  const modes = new WeakMap<FastifyRequest, ReportMode>()

  /** Answers a request that stops here. Where its client is known, it is charged one request. */
  async function stop(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    const client = clients.get(request)
    if (client === undefined) return stopForFree(request, reply, refusal)
    return replyWith(
      reply,
      await operations.refuse(refusal, request, { client, admission: admissionRecord('headers', Date.now()) }),
    )
  }

  /** The same where nothing more is charged than its address has been. */
  function stopForFree(
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal,
    report?: OperationReport,
  ): FastifyReply {
    const tier = clients.get(request)?.tier ?? 'none'
    options.conclude.observe?.(refusedUnpriced(tier, refusal.code, reply.elapsedTime))
    return replyWithRefusal(request, reply, refusal, report && operations.headersOf(report))
  }

  function contextOf(client: Client, mode: ReportMode, batch?: BatchMember): AdmissionContext {
    return admissionContext(client, mode, Date.now(), batch)
  }

  const sockets = createSocketsByAddress(maxSocketsPerAddress)

  if (options.cors !== undefined) await registerCors(app, options.cors)

  app.addHook('onRequest', async (request, reply) => {
    const address = clientAddress(request.ip)
    const refused = await admission.arrive(address)
    if (refused !== undefined) return stopForFree(request, reply, refused.refusal, refused.report)
    const client = identify(directory, request.headers, address)
    if ('code' in client) return stopForFree(request, reply, client)
    clients.set(request, client)
    if (request.ws && !sockets.enter(address, request.raw.socket)) {
      return stopForFree(
        request,
        reply,
        refusal('SUBSCRIPTION_LIMIT_EXCEEDED', { limit: 'address', allowed: maxSocketsPerAddress }),
      )
    }
    const denied = admission.deny(client)
    if (denied !== undefined) return stopForFree(request, reply, denied.refusal, denied.report)
    // All others have been asked about before they came here; createTurnAway says why these are left to the route.
    const fromPage = request.headers.origin !== undefined
    if (fromPage && request.routeOptions.url !== `${app.prefix}/stream` && !request.ws) {
      const away = admission.turnAway(client)
      if (away !== undefined) return stopForFree(request, reply, away)
    }
  })

  app.addHook('preHandler', async (request, reply) => {
    if (!URL.canParse(`http://${request.hostname}/`)) return stop(request, reply, UNREADABLE_HOST)
    const mode = reportMode(request.headers)
    if (typeof mode !== 'string') return stop(request, reply, mode)
    modes.set(request, mode)
  })

  app.addHook('onSend', async (_request, reply) => {
    // What it cost and what is left is true once, and for one client.
    reply.header('cache-control', 'no-store')
    // By the specification this type tells clients that an error is not from a proxy, whatever types they name.
    if (statusProfile === 'spec-2026' && reply.statusCode >= 400) reply.type(RESPONSE_TYPE)
  })

  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const refused = bodyRefusal(error, request, options.maxBodyBytes)
    // What is no mistake of the client goes to the server's own handler.
    if (refused === undefined) throw error
    // Fastify would close the connection on a client that is still sending, which then may not see the answer. Without
    // that, Node reads the rest away, for as long as a request may take.
    reply.removeHeader('connection')
    return stop(request, reply, refused)
  })

  async function handler(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const client = clients.get(request)
    const mode = modes.get(request)
    if (client === undefined || mode === undefined) throw UNCHECKED
    const { one, batch: asked } = askedOperations(request)
    // Apollo looks at it when the operation has run. Where none is named, it may have a page to show.
    const asks = request.method === 'POST' || (request.method === 'GET' && one?.document !== undefined)
    if (asks && !acceptsJson(request.headers.accept)) {
      return stop(request, reply, refusal('NOT_ACCEPTABLE', { found: request.headers.accept ?? '' }))
    }
    if (one !== undefined) {
      const context = extendContext(contextOf(client, mode))
      abortWithClient(request, reply, [context.controller])
      return replyWith(reply, await operations.answer(one, request, context))
    }
    const refused = await refuseBatch(request, asked.length)
    if (refused !== undefined) return stop(request, reply, refused)
    const members = createBatch(admission, asked.length)
    const batch = asked.map((operation, index) => ({
      operation,
      context: extendContext(contextOf(client, mode, members[index])),
    }))
    abortWithClient(
      request,
      reply,
      batch.map(({ context }) => context.controller),
    )
    return replyWith(reply, await answerBatch(operations, batch, request))
  }

  /** A batch may be so long, and each of its operations counts as a request of its address. */
  async function refuseBatch(request: FastifyRequest, size: number): Promise<Refusal | undefined> {
    if (size === 0) return EMPTY_BATCH
    if (size > maxBatchSize) return refusal('BATCH_LIMIT_EXCEEDED', { found: size, allowed: maxBatchSize })
    const refused = size === 1 ? undefined : await admission.arrive(clientAddress(request.ip), size - 1)
    return refused?.refusal
  }

  const streams = createStreamHandler(app, options)
  const stopListening = options.onClientsChanged(streams.identifyAgain)
  app.addHook('onClose', async () => stopListening())

  app.route({
    url: '/stream',
    method: ['GET', 'POST'],
    async handler(request, reply) {
      const client = clients.get(request)
      const mode = modes.get(request)
      if (client === undefined || mode === undefined) throw UNCHECKED
      const { headers } = request
      const address = clientAddress(request.ip)
      const again = () => identify(directory, headers, address)
      return streams.handle(request, reply, contextOf(client, mode), again)
    },
  })

  app.route({ url: '/', method: 'GET', exposeHeadRoute: false, handler, wsHandler: options.handleSocket })
  // Apollo answers methods that it does not know with 405 and those that it does.
  app.route({ url: '/', method: ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], handler })
}

const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8'

const UNCHECKED = new Error('A request got past its checks without a client')

const UNREADABLE_HOST = refusal('BAD_REQUEST', {
  reason: 'The Host header holds no host name. Send the name or address that the request is made to.',
})

const EMPTY_BATCH = refusal('BAD_REQUEST', {
  reason: 'The request body is an empty list. Send an object with a "query", or a list of them.',
})

function bodyRefusal(error: FastifyError, { headers }: FastifyRequest, maxBodyBytes: number): Refusal | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refusal('BODY_TOO_LARGE', { maxBodyBytes })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return refusal('UNSUPPORTED_MEDIA_TYPE', { found: headers['content-type'] ?? 'nothing' })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return refusal('BAD_REQUEST', { reason: 'The request body is empty. Send a JSON object with a "query".' })
  }
  if (error.statusCode !== 400) return undefined
  return refusal('BAD_REQUEST', { reason: 'The request body is no JSON. Send a JSON object with a "query".' })
}
