import type { WebsocketHandler } from '@fastify/websocket'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../../accounts/client.ts'
import { clientAddress } from '../../accounts/client-address.ts'
import type { ClientDirectory } from '../../accounts/client-directory.ts'
import type { Refused } from '../../admission/admission.ts'
import {
  type AdmissionContext,
  admissionContext,
  admissionRecord,
  BriefContext,
} from '../../admission/admission-context.ts'
import { type BatchMember, createBatch } from '../../admission/batch.ts'
import { refusedUnpriced } from '../../admission/operation-observer.ts'
import type { OperationReport, ReportMode } from '../../admission/report/operation-report.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { type ConnectionLimits, defaultConnectionLimits } from '../connections/connection-limits.ts'
import { identify } from '../identify.ts'
import type { OperationRunnerOptions } from '../operations/operation-runner.ts'
import { createSocketsByAddress } from '../websocket/sockets-by-address.ts'
import { abortWithClient } from './abort-with-client.ts'
import { acceptsJson } from './accepts-json.ts'
import { answerBatch } from './answer-batch.ts'
import { type AskedOperation, askedOperations } from './asked-operation.ts'
import { type Cors, registerCors } from './cors.ts'
import { endTogether } from './end-together.ts'
import { createHttpOperations, type HttpOperationsOptions } from './http-operations.ts'
import type { Answer } from './refused-answer.ts'
import { replyWith, replyWithRefusal } from './reply-with-refusal.ts'
import { reportMode } from './report-mode.ts'
import type { StatusProfile } from './status-profile.ts'
import type { StreamHandler } from './stream-handler.ts'
import { NOT_KEPT, writeAnswer } from './write-answer.ts'

export interface GraphQLRouteOptions
  extends Omit<HttpOperationsOptions, 'statusProfile'>,
    Pick<OperationRunnerOptions, 'extendContext'> {
  readonly directory: ClientDirectory
  readonly maxBodyBytes: number
  /** How many operations one request may have, as a list. 1 for none but those alone in it. */
  readonly maxBatchSize: number
  readonly handleSocket: WebsocketHandler
  readonly handleStream: StreamHandler['handle']
  readonly connectionLimits?: Partial<ConnectionLimits> | undefined
  /** Whether an address is that of a peer that speaks for many clients. */
  readonly isTrustedProxy: (address: string) => boolean
  /** @default no page of another origin reads answers */
  readonly cors?: Cors
  /** Headers that all answers have. */
  readonly said: () => Readonly<Record<string, string>>
  /** That of Apollo. @default 'audits' */
  readonly statusProfile?: StatusProfile
}

// On the request itself: of what a map holds weakly, one entry for each request is much work for the garbage collector.
declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it, once that is known. */
    asker: Client | undefined
    /** How much it wants to be told of its cost, once that is known. */
    reportMode: ReportMode | undefined
  }
}

/**
 * `/graphql` over HTTP, and where it becomes a WebSocket. Before Apollo sees an operation its request has been counted
 * for its address, its client is known, and its document has passed the guard; nothing of that needs a parser.
 */
export async function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): Promise<void> {
  const { admission, directory, extendContext, isTrustedProxy, maxBatchSize, statusProfile = 'audits' } = options
  const maxSocketsPerAddress =
    options.connectionLimits?.maxSocketsPerAddress ?? defaultConnectionLimits.maxSocketsPerAddress
  const operations = createHttpOperations({ ...options, statusProfile })
  const responses = endTogether()
  app.decorateRequest('asker', undefined)
  app.decorateRequest('reportMode', undefined)

  /** Answers a request that stops here. Where its client is known, it is charged one request. */
  async function stop(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    const client = request.asker
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
    const tier = request.asker?.tier ?? 'none'
    options.conclude.observe?.(refusedUnpriced(tier, refusal.code, reply.elapsedTime))
    return replyWithRefusal(request, reply, refusal, report && operations.headersOf(report))
  }

  function contextOf(client: Client, mode: ReportMode, batch?: BatchMember): AdmissionContext {
    return new BriefContext(client, admissionRecord(mode, Date.now(), batch))
  }

  const hasCors = options.cors !== undefined && options.cors.origins.length > 0
  const sockets = createSocketsByAddress(maxSocketsPerAddress)

  if (options.cors !== undefined) await registerCors(app, options.cors)

  app.addHook('onRequest', (request, reply, done) => {
    responses.endOverdue()
    const address = clientAddress(request.ip)
    const refused = admission.arrive(address)
    if (refused instanceof Promise) refused.then((later) => arrived(request, reply, address, later, done)).catch(done)
    else arrived(request, reply, address, refused, done)
  })

  /** Lets a request pass that has been counted, or answers why not. */
  function arrived(
    request: FastifyRequest,
    reply: FastifyReply,
    address: string,
    refused: Refused | undefined,
    pass: () => void,
  ): unknown {
    if (refused !== undefined) return stopForFree(request, reply, refused.refusal, refused.report)
    const client = identify(directory, request.headers, address)
    if ('code' in client) return stopForFree(request, reply, client)
    request.asker = client
    // A proxy that does not say for whom it speaks may speak for many.
    if (request.ws && !isTrustedProxy(request.ip) && !sockets.enter(address, request.raw.socket)) {
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
    return pass()
  }

  // Nearly all requests name the same one.
  let lastReadable: string | undefined
  function isReadableHost(request: FastifyRequest): boolean {
    const { host } = request
    if (host === lastReadable) return true
    if (!URL.canParse(`http://${request.hostname}/`)) return false
    lastReadable = host
    return true
  }

  app.addHook('preHandler', (request, reply, done) => {
    const mode = isReadableHost(request) ? reportMode(request.headers) : UNREADABLE_HOST
    if (typeof mode !== 'string') {
      stop(request, reply, mode).catch(done)
      return
    }
    request.reportMode = mode
    done()
  })

  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('cache-control', NOT_KEPT)
    // By the specification this type tells clients that an error is not from a proxy, whatever types they name.
    if (statusProfile === 'spec-2026' && reply.statusCode >= 400) reply.type(RESPONSE_TYPE)
    done()
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

  function handler(request: FastifyRequest, reply: FastifyReply): unknown {
    const client = request.asker
    const mode = request.reportMode
    if (client === undefined || mode === undefined) throw UNCHECKED
    const { one, batch } = askedOperations(request)
    // Apollo looks at it when the operation has run. Where none is named, it may have a page to show.
    const asks = request.method === 'POST' || (request.method === 'GET' && one?.document !== undefined)
    if (asks && !acceptsJson(request.headers.accept)) {
      return stop(request, reply, refusal('NOT_ACCEPTABLE', { found: request.headers.accept ?? '' }))
    }
    if (one === undefined) return handleBatch(request, reply, batch, (member) => contextOf(client, mode, member))
    const context = extendContext(contextOf(client, mode))
    const isGone = request.raw.socket.destroyed
    if (isGone) abortWithClient(request, reply, [context.controller])
    const answer = operations.answer(one, request, context)
    if (!(answer instanceof Promise)) return void send(request, reply, answer)
    if (!isGone) abortWithClient(request, reply, [context.controller])
    return answer.then((later) => send(request, reply, later))
  }

  function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
    // Hooks have nothing to say of it.
    const isPlain = answer.hasOwnHeadersOnly === true && request.method === 'POST' && answer.status === 200 && !hasCors
    if (!isPlain) return replyWith(reply, answer)
    writeAnswer(reply, answer, options.said(), responses)
    return reply
  }

  async function handleBatch(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: readonly AskedOperation[],
    context: (member: BatchMember | undefined) => AdmissionContext,
  ): Promise<FastifyReply> {
    const refused = await refuseBatch(request, asked.length)
    if (refused !== undefined) return stop(request, reply, refused)
    const members = createBatch(admission, asked.length)
    const batch = asked.map((operation, index) => ({ operation, context: extendContext(context(members[index])) }))
    abortWithClient(
      request,
      reply,
      batch.map(({ context: { controller } }) => controller),
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

  app.route({
    url: '/stream',
    method: ['GET', 'POST'],
    async handler(request, reply) {
      const client = request.asker
      const mode = request.reportMode
      if (client === undefined || mode === undefined) throw UNCHECKED
      const { headers } = request
      const address = clientAddress(request.ip)
      const again = () => identify(directory, headers, address)
      return options.handleStream(request, reply, admissionContext(client, mode, Date.now()), again)
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
