import type { ApolloServer } from '@apollo/server'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import type { WebsocketHandler } from '@fastify/websocket'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../accounts/client.ts'
import { clientAddress } from '../accounts/client-address.ts'
import type { ClientDirectory } from '../accounts/client-directory.ts'
import type { Admission } from '../admission/admission.ts'
import { type AdmissionContext, admissionContext } from '../admission/admission-context.ts'
import type { ConcludeOptions } from '../admission/conclude-operation.ts'
import type { OperationReport } from '../admission/report/operation-report.ts'
import { reportHeaders } from '../admission/report/report-headers.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import { acceptsJson } from './accepts-json.ts'
import { type Cors, registerCors } from './cors.ts'
import { identify } from './identify.ts'
import { replyWithRefusal } from './reply-with-refusal.ts'
import { reportMode } from './report-mode.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

export interface GraphQLRouteOptions {
  readonly apollo: ApolloServer<AdmissionContext>
  readonly admission: Admission
  readonly conclude: ConcludeOptions
  readonly directory: ClientDirectory
  /** Adds what resolvers need to the context of an operation. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  readonly maxBodyBytes: number
  readonly handleSocket: WebsocketHandler
  /** @default no page of another origin reads answers */
  readonly cors?: Cors
  /** That of Apollo. @default 'audits' */
  readonly statusProfile?: StatusProfile
}

/**
 * `/graphql` over HTTP, and where it becomes a WebSocket. Before Apollo sees a request it has been counted for its
 * address, its client is known, and its document has passed the guard; nothing of that needs a parser.
 */
export async function graphqlRoute(app: FastifyInstance, options: GraphQLRouteOptions): Promise<void> {
  const { apollo, admission, directory, statusProfile = 'audits' } = options
  const clients = new WeakMap<FastifyRequest, Client>()
  const contexts = new WeakMap<FastifyRequest, AdmissionContext>()

  /** Answers a request that stops here. Where its client is known, it is charged one request. */
  async function stop(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    const client = clients.get(request)
    const charge = client === undefined ? undefined : await admission.chargeRequest(client)
    return answerWith(request, reply, charge?.denied ?? refusal, charge?.report)
  }

  function answerWith(
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal,
    report: OperationReport | undefined,
  ): FastifyReply {
    options.conclude.observe?.({
      tier: clients.get(request)?.tier ?? 'none',
      outcome: refusal.code,
      estimatedCost: 0,
      actualCost: 0,
      durationMs: reply.elapsedTime,
    })
    return replyWithRefusal(request, reply, refusal, report && headersOf(report))
  }

  function headersOf(report: OperationReport): ReadonlyMap<string, string> {
    return reportHeaders(report, Date.now(), options.conclude.headers?.())
  }

  if (options.cors !== undefined) await registerCors(app, options.cors)

  app.addHook('onRequest', async (request, reply) => {
    const address = clientAddress(request.ip)
    const refused = await admission.arrive(address)
    if (refused !== undefined) return answerWith(request, reply, refused.refusal, refused.report)
    const client = identify(directory, request.headers, address)
    if ('code' in client) return answerWith(request, reply, client, undefined)
    clients.set(request, client)
  })

  app.addHook('preHandler', async (request, reply) => {
    const client = clients.get(request)
    if (client === undefined) throw new Error('A request got past its identification without a client')
    // Apollo's integration makes a URL of it.
    if (!URL.canParse(`http://${request.hostname}/`)) return stop(request, reply, UNREADABLE_HOST)
    // Apollo looks at it when the operation has run.
    if (request.method === 'POST' && !acceptsJson(request.headers.accept)) {
      return stop(request, reply, refusal('NOT_ACCEPTABLE', { found: request.headers.accept ?? '' }))
    }
    const mode = reportMode(request.headers)
    if (typeof mode !== 'string') return stop(request, reply, mode)
    const source = sourceOf(request)
    const verdict = source === undefined ? undefined : admission.inspect(source)
    if (verdict !== undefined) return stop(request, reply, verdict)
    contexts.set(request, options.extendContext(admissionContext(client, mode, Date.now())))
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

  const answer = fastifyApolloHandler(apollo, { context: async (request) => contextOf(request) })

  function contextOf(request: FastifyRequest): AdmissionContext {
    const context = contexts.get(request)
    if (context === undefined) throw new Error('A request reached Apollo without its admission context')
    return context
  }

  async function handler(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { admission: record, client, controller } = contextOf(request)
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) controller.abort(new DOMException('The client went away', 'AbortError'))
    })
    const body = await answer.call(app, request, reply)
    if (record.report !== undefined) return body
    // Apollo refused it before it was an operation.
    const { report, denied } = await admission.chargeRequest(client)
    if (denied !== undefined) return answerWith(request, reply, denied, report)
    for (const [name, value] of headersOf(report)) reply.header(name, value)
    const refused = { status: reply.statusCode, code: 'BAD_REQUEST', hasData: false }
    reply.code(profiledStatus(statusProfile, request.headers.accept, refused))
    return body
  }
  app.route({ url: '/', method: 'GET', exposeHeadRoute: false, handler, wsHandler: options.handleSocket })
  // Apollo answers methods that it does not know with 405 and those that it does.
  app.route({ url: '/', method: ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], handler })
}

const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8'

const UNREADABLE_HOST = refusal('BAD_REQUEST', {
  reason: 'The Host header holds no host name. Send the name or address that the request is made to.',
})

/** The document of a request, read where Apollo reads it; undefined where there is none, which Apollo will say. */
function sourceOf({ method, body, url }: FastifyRequest): string | undefined {
  if (method === 'GET') return new URL(url, 'http://localhost').searchParams.get('query') ?? undefined
  if (typeof body !== 'object' || body === null || !('query' in body)) return undefined
  return typeof body.query === 'string' ? body.query : undefined
}

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
