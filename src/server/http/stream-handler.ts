import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type GraphQLError, getOperationAST, OperationTypeNode } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import type { AdmittedArgs } from '../../admission/execute-admitted.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import type { Subscriber } from '../../admission/subscriptions/subscriber.ts'
import type { Refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { isSameClient } from '../is-same-client.ts'
import { type BeginOperationOptions, beginOperation, refuseOperation } from '../operations/begin-operation.ts'
import { createOperationRunner, type OperationRunnerOptions } from '../operations/operation-runner.ts'
import { resumeFrom } from '../operations/resume-from.ts'
import { spreadOver } from '../spread-over.ts'
import { abortWithClient } from './abort-with-client.ts'
import { createEventStream, type EventStream } from './event-stream.ts'
import { operationPayload } from './operation-payload.ts'
import { errorsAnswer } from './refused-answer.ts'
import { replyWith } from './reply-with-refusal.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

export interface StreamHandlerOptions extends BeginOperationOptions, OperationRunnerOptions {
  /** After so long without a result a comment is sent. @default 12000 */
  readonly pingIntervalMs?: number | undefined
  /** @default 'audits' */
  readonly statusProfile?: StatusProfile
}

/** How long a client of a server that closes may take to read the end of its subscription. */
const LAST_READ_MS = 2_000

/** A subscription that is answered by a stream. */
interface OpenStream {
  readonly subscriber: Subscriber
  readonly stream: EventStream
  readonly identify: () => AdmissionContext['client'] | Refusal
}

/** What serves `/graphql/stream`. */
export interface StreamHandler {
  /** @param identify says who the client is now */
  handle(
    request: FastifyRequest,
    reply: FastifyReply,
    context: AdmissionContext,
    identify: OpenStream['identify'],
  ): Promise<FastifyReply>
  /**
   * Looks up the keys of all clients again. Those that are not known any more are told so, and the subscriptions of those
   * that are others now end without `complete`: they connect again.
   */
  identifyAgain(): void
  /** Sends all clients elsewhere, over a time, and from now on all that come. */
  drain(spreadMs: number): Promise<void>
}

/**
 * `/graphql/stream`: one operation, its results as server-sent events. What is refused is answered as at `/graphql`,
 * with its status and as JSON. When the server closes, streams end without `complete`: clients connect again.
 */
export function createStreamHandler(options: StreamHandlerOptions): StreamHandler {
  const { conclude, show, pingIntervalMs = 12_000, statusProfile = 'audits' } = options
  const runner = createOperationRunner(options)
  const open = new Set<OpenStream>()
  /** Those of subscriptions that have not been read to their end. */
  const unread = new Set<Readable>()
  let closes = false

  function interrupt({ subscriber, stream }: OpenStream): void {
    stream.end('interrupted')
    subscriber.end()
  }

  async function handle(
    request: FastifyRequest,
    reply: FastifyReply,
    context: AdmissionContext,
    identify: OpenStream['identify'],
  ): Promise<FastifyReply> {
    abortWithClient(request, reply, [context.controller])
    const payload = operationPayload(request)
    if ('code' in payload) return refuse(request, reply, context, payload)
    const lastEventId = request.headers['last-event-id']
    // A browser that reconnects sends this anew, and the URL as it was.
    const cursor = typeof lastEventId === 'string' ? lastEventId : resumeFrom(payload.extensions)
    if (typeof cursor === 'object') return refuse(request, reply, context, cursor)
    const args = await beginOperation(options, context, { ...payload, readOnly: request.method === 'GET' })
    if (!('contextValue' in args)) return refused(request, reply, context, args)
    const stream = createEventStream(pingIntervalMs)
    await begin(args, stream, cursor, identify)
    setReport(reply, context.admission.report)
    stream.body.once('close', () => context.controller.abort(new DOMException('The stream has ended', 'AbortError')))
    // Its head was sent when nobody knew that its connection would not be kept.
    reply.raw.once('finish', () => closes && request.raw.socket.end())
    // Nothing on the way may hold events back until there are enough of them.
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream.body)
  }

  /** Has the results of an operation written to a stream. */
  async function begin(
    args: AdmittedArgs,
    stream: EventStream,
    cursor: string | undefined,
    identify: OpenStream['identify'],
  ): Promise<void> {
    const type = getOperationAST(args.document, args.operationName)?.operation
    const begun =
      type === OperationTypeNode.SUBSCRIPTION
        ? await runner.subscribe(args, stream.sink, cursor)
        : await runner.execute(args)
    if (!('ended' in begun)) {
      stream.sink.write(JSON.stringify(show(begun)), undefined)
      return stream.end('complete')
    }
    const one = { subscriber: begun, stream, identify }
    open.add(one)
    unread.add(stream.body)
    stream.body.once('close', () => unread.delete(stream.body))
    void begun.ended.then((error) => {
      open.delete(one)
      if (error !== undefined) stream.sink.write(JSON.stringify(show({ errors: [error] })), undefined)
      stream.end('complete')
    })
    // While it began, its key may have been taken away.
    identifyAgain(one)
    if (closes) interrupt(one)
  }

  function identifyAgain(one: OpenStream): void {
    const client = one.identify()
    if ('code' in client) one.subscriber.end(toGraphQLError(client))
    else if (!isSameClient(client, one.subscriber.client)) interrupt(one)
  }

  async function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    context: AdmissionContext,
    refusal: Refusal,
  ): Promise<FastifyReply> {
    return refused(request, reply, context, await refuseOperation(options, context, {}, [toGraphQLError(refusal)]))
  }

  function refused(
    { headers }: FastifyRequest,
    reply: FastifyReply,
    { admission: { report } }: AdmissionContext,
    errors: readonly GraphQLError[],
  ): FastifyReply {
    setReport(reply, report)
    const answer = errorsAnswer(headers.accept, errors, show({ errors }))
    const { status } = answer
    const code = errors[0]?.extensions['code']
    const profiled = profiledStatus(statusProfile, headers.accept, { status, code, hasData: false })
    return replyWith(reply, { ...answer, status: profiled })
  }

  function setReport(reply: FastifyReply, report: OperationReport | undefined): void {
    if (report === undefined) return
    for (const [name, value] of reportHeaders(report, Date.now(), conclude.headers?.())) reply.header(name, value)
  }

  return {
    handle,
    identifyAgain() {
      for (const one of open) identifyAgain(one)
    },
    async drain(spreadMs) {
      closes = true
      await spreadOver(open, spreadMs, interrupt)
      setTimeout(() => {
        for (const body of unread) body.destroy()
      }, LAST_READ_MS).unref()
    },
  }
}
