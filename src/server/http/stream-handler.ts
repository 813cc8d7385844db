import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ExecutionResult, type GraphQLError, getOperationAST, OperationTypeNode } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { asGraphQLError } from '../operations/as-graphql-error.ts'
import { type BeginOperationOptions, beginOperation, refuseOperation } from '../operations/begin-operation.ts'
import { createOperationRunner, type OperationRunnerOptions } from '../operations/operation-runner.ts'
import { abortWithClient } from './abort-with-client.ts'
import { eventStream } from './event-stream.ts'
import { operationPayload } from './operation-payload.ts'
import { errorsAnswer } from './refused-answer.ts'
import { replyWith } from './reply-with-refusal.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

export interface StreamHandlerOptions extends BeginOperationOptions, OperationRunnerOptions {
  /** After so long without a result a comment is sent. @default 12000 */
  readonly heartbeatMs?: number
  /** @default 'audits' */
  readonly statusProfile?: StatusProfile
}

/**
 * `/graphql/stream`: one operation, its results as server-sent events. What is refused is answered as at `/graphql`,
 * with its status and as JSON. When the server closes, streams end without `complete`: clients connect again.
 */
export function createStreamHandler(app: FastifyInstance, options: StreamHandlerOptions) {
  const { conclude, statusProfile = 'audits' } = options
  const runner = createOperationRunner(options)
  const open = new Set<AbortController>()
  let closes = false
  const show = {
    result: runner.shown,
    error: (thrown: unknown) => runner.shown({ errors: [asGraphQLError(thrown)] }),
  }
  const events = { heartbeatMs: options.heartbeatMs ?? 12_000, goesOn: () => closes }
  app.addHook('preClose', async () => {
    closes = true
    for (const controller of open) controller.abort(GOES_AWAY)
  })

  async function handle(
    request: FastifyRequest,
    reply: FastifyReply,
    context: AdmissionContext,
  ): Promise<FastifyReply> {
    const { controller, signal } = context
    abortWithClient(request, reply, [controller])
    const payload = operationPayload(request)
    if ('code' in payload) {
      return refused(request, reply, context, await refuseOperation(options, context, {}, [toGraphQLError(payload)]))
    }
    const args = await beginOperation(options, context, { ...payload, readOnly: request.method === 'GET' })
    if (!('contextValue' in args)) return refused(request, reply, context, args)
    const subscribes = getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.SUBSCRIPTION
    const results = subscribes ? await runner.subscribe(args) : await runner.execute(args)
    if (subscribes) endWithServer(controller)
    setReport(reply, context.admission.report)
    const stream = Readable.from(eventStream(asIterable(results), { ...events, signal, show }))
    stream.once('close', () => controller.abort(new DOMException('The stream has ended', 'AbortError')))
    // Its head was sent when nobody knew that its connection would not be kept.
    reply.raw.once('finish', () => closes && request.raw.socket.end())
    // Nothing on the way may hold events back until there are enough of them.
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
  }

  function endWithServer(controller: AbortController): void {
    open.add(controller)
    controller.signal.addEventListener('abort', () => open.delete(controller), { once: true })
    if (closes) controller.abort(GOES_AWAY)
  }

  function refused(
    { headers }: FastifyRequest,
    reply: FastifyReply,
    { admission: { report } }: AdmissionContext,
    errors: readonly GraphQLError[],
  ): FastifyReply {
    setReport(reply, report)
    const answer = errorsAnswer(headers.accept, errors, runner.shown({ errors }))
    const { status } = answer
    const code = errors[0]?.extensions['code']
    const profiled = profiledStatus(statusProfile, headers.accept, { status, code, hasData: false })
    return replyWith(reply, { ...answer, status: profiled })
  }

  function setReport(reply: FastifyReply, report: OperationReport | undefined): void {
    if (report === undefined) return
    for (const [name, value] of reportHeaders(report, Date.now(), conclude.headers?.())) reply.header(name, value)
  }

  return handle
}

const GOES_AWAY = new DOMException('The server goes away', 'AbortError')

/** Not within another generator, which could not be ended while it waits. */
function asIterable(results: AsyncIterable<ExecutionResult> | ExecutionResult): AsyncIterable<ExecutionResult> {
  return Symbol.asyncIterator in results ? results : one(results)
}

async function* one<Value>(value: Value) {
  yield value
}
