import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ExecutionResult, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { type BeginOperationOptions, beginOperation, refuseOperation } from '../operations/begin-operation.ts'
import { createOperationRunner, type OperationRunnerOptions } from '../operations/operation-runner.ts'
import { eventStream } from './event-stream.ts'
import { operationPayload } from './operation-payload.ts'
import { errorsAnswer } from './refused-answer.ts'
import { replyWith } from './reply-with-refusal.ts'

export interface StreamHandlerOptions extends BeginOperationOptions, OperationRunnerOptions {
  /** After so long without a result a comment is sent. @default 12000 */
  readonly heartbeatMs?: number
}

/**
 * `/graphql/stream`: one operation, its results as server-sent events. What is refused is answered as at `/graphql`,
 * with its status and as JSON. When the server closes, streams end without `complete`: clients connect again.
 */
export function createStreamHandler(app: FastifyInstance, options: StreamHandlerOptions) {
  const { conclude } = options
  const runner = createOperationRunner(options)
  const open = new Set<AbortController>()
  let closes = false
  const events = { heartbeatMs: options.heartbeatMs ?? 12_000, goesOn: () => closes }
  app.addHook('preClose', async () => {
    closes = true
    for (const controller of open) controller.abort(new DOMException('The server goes away', 'AbortError'))
  })

  async function handle(
    request: FastifyRequest,
    reply: FastifyReply,
    context: AdmissionContext,
  ): Promise<FastifyReply> {
    const { controller } = context
    reply.raw.once('close', () => controller.abort(new DOMException('The client went away', 'AbortError')))
    const payload = operationPayload(request)
    if ('code' in payload) {
      return refused(request, reply, context, await refuseOperation(options, context, {}, [toGraphQLError(payload)]))
    }
    const args = await beginOperation(options, context, { ...payload, readOnly: request.method === 'GET' })
    if (!('contextValue' in args)) return refused(request, reply, context, args)
    const subscribes = getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.SUBSCRIPTION
    const results = subscribes ? await runner.subscribe(args) : await runner.execute(args)
    setReport(reply, context.admission.report)
    const stream = Readable.from(eventStream(shown(results), events))
    open.add(controller)
    stream.once('close', () => {
      open.delete(controller)
      controller.abort(new DOMException('The stream has ended', 'AbortError'))
    })
    // Nothing on the way may hold events back until there are enough of them.
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream)
  }

  async function* shown(results: AsyncIterable<ExecutionResult> | ExecutionResult) {
    if (!(Symbol.asyncIterator in results)) {
      yield runner.shown(results)
      return
    }
    try {
      for await (const result of results) yield runner.shown(result)
    } catch (error) {
      yield runner.shown({ errors: [asGraphQLError(error)] })
    }
  }

  function refused(
    { headers }: FastifyRequest,
    reply: FastifyReply,
    { admission: { report } }: AdmissionContext,
    errors: readonly GraphQLError[],
  ): FastifyReply {
    setReport(reply, report)
    return replyWith(reply, errorsAnswer(headers.accept, errors, runner.shown({ errors })))
  }

  function setReport(reply: FastifyReply, report: OperationReport | undefined): void {
    if (report === undefined) return
    for (const [name, value] of reportHeaders(report, Date.now(), conclude.headers?.())) reply.header(name, value)
  }

  return handle
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  return new GraphQLError('A stream failed', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  })
}
