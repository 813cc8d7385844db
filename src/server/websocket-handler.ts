import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { makeHandler } from 'graphql-ws/use/@fastify/websocket'
import type { Client } from '../accounts/client.ts'
import { clientAddress } from '../accounts/client-address.ts'
import type { ClientDirectory } from '../accounts/client-directory.ts'
import type { CredentialHeaders } from '../accounts/credential.ts'
import { type AdmissionContext, isAdmissionContext } from '../admission/admission-context.ts'
import { concludeOperation } from '../admission/conclude-operation.ts'
import { executeAdmitted } from '../admission/execute-admitted.ts'
import { costExtension } from '../admission/report/cost-extension.ts'
import type { ReportMode } from '../admission/report/operation-report.ts'
import { subscribeAdmitted } from '../admission/subscribe-admitted.ts'
import type { Refusal } from '../errors/refusal.ts'
import { identify } from './identify.ts'
import { reportMode } from './report-mode.ts'
import { beginWebSocketOperation, type WebSocketOperationOptions } from './websocket-operation.ts'

export interface WebSocketHandlerOptions extends WebSocketOperationOptions {
  readonly directory: ClientDirectory
  /** Adds what resolvers need to the context of an operation. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  /** What a client sees of an error. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError
  /** Told with 1 when a subscription begins and with -1 when it ends. */
  readonly onSubscriptions: (change: 1 | -1) => void
}

/** How many operations one socket may have open at once. */
export const MAX_OPERATIONS_PER_SOCKET = 100

/** Close codes of our own, after graphql-transport-ws's 4400 to 4499. The reason says what to mend. */
const CLOSE = { unauthenticated: 4401, badRequest: 4400 } as const

interface Connection {
  readonly client: Client
  readonly ip: string
  readonly mode: ReportMode
  /** What is open on this socket, by the id that the client gave it. */
  readonly open: Map<string, AbortController>
}

/**
 * `/graphql` over WebSocket, in the protocol `graphql-transport-ws`. The key comes in the headers of the upgrade or,
 * from browsers, in the payload of `connection_init` as `authorization` or `x-api-key`.
 */
export function createWebSocketHandler(options: WebSocketHandlerOptions) {
  const { conclude, directory, extendContext, formatError, onSubscriptions } = options
  const connections = new WeakMap<object, Connection>()

  async function execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const context = contextOf(args)
    const { mode, admitted } = context.admission
    const validated = mode === 'validate' || admitted === undefined
    const result = validated ? { data: null } : await executeAdmitted({ ...args, contextValue: context })
    const report = await concludeOperation(conclude, context, result)
    const cost = costExtension(report, mode)
    return cost === undefined ? result : { ...result, extensions: { ...result.extensions, cost } }
  }

  async function subscribe(args: ExecutionArgs) {
    const context = contextOf(args)
    if (context.admission.mode === 'validate') return execute(args)
    const results = await subscribeAdmitted({ ...args, contextValue: context, extendContext })
    const failed = Symbol.asyncIterator in results ? undefined : results.errors
    await concludeOperation(conclude, context, { errors: failed })
    if (Symbol.asyncIterator in results) {
      onSubscriptions(1)
      context.signal.addEventListener('abort', () => onSubscriptions(-1), { once: true })
    }
    return results
  }

  return makeHandler<Record<string, unknown>>({
    // Errors that reach graphql-ws itself are bugs of ours: their messages are for the log.
    isProd: true,
    execute,
    subscribe,

    onConnect(ctx) {
      const { request, socket } = ctx.extra
      const mode = reportMode(request.headers)
      if (typeof mode !== 'string') return close(socket, CLOSE.badRequest, mode)
      const ip = clientAddress(request.ip)
      const client = identify(directory, { ...request.headers, ...credentials(ctx.connectionParams) }, ip)
      if ('code' in client) return close(socket, CLOSE.unauthenticated, client)
      connections.set(ctx, { client, ip, mode, open: new Map() })
      return true
    },

    async onSubscribe(ctx, id, payload) {
      const connection = connections.get(ctx)
      if (connection === undefined) throw new Error('An operation came over a socket that is not identified')
      if (Object.keys(ctx.subscriptions).length > MAX_OPERATIONS_PER_SOCKET) {
        return [new GraphQLError(TOO_MANY_OPERATIONS, { extensions: { code: 'BAD_REQUEST' } })]
      }
      const args = await beginWebSocketOperation(options, connection, payload)
      if (!('contextValue' in args)) return args
      const contextValue = extendContext(args.contextValue)
      connection.open.set(id, contextValue.controller)
      return { ...args, contextValue }
    },

    onNext(_ctx, _id, _payload, _args, result) {
      const { data, errors, extensions } = result
      if (errors === undefined) return
      return {
        errors: errors.map((error) => formatError(error.toJSON(), error)),
        ...(data !== undefined && { data }),
        ...(extensions !== undefined && { extensions }),
      }
    },
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => formatError(error.toJSON(), error)),
    onComplete(ctx, id) {
      connections.get(ctx)?.open.delete(id)
    },
    onDisconnect(ctx) {
      const reason = new DOMException('The client went away', 'AbortError')
      for (const controller of connections.get(ctx)?.open.values() ?? []) controller.abort(reason)
    },
  })
}

const TOO_MANY_OPERATIONS = `This socket has ${MAX_OPERATIONS_PER_SOCKET} operations open, as many as it may. Complete one of them, or open another socket.`

function contextOf({ contextValue }: ExecutionArgs): AdmissionContext {
  if (typeof contextValue === 'object' && contextValue !== null && isAdmissionContext(contextValue)) return contextValue
  throw new Error('An operation came without its admission context')
}

/** The key in the payload of `connection_init`, under the names of the headers, in any case. */
function credentials(params: Readonly<Record<string, unknown>> | undefined): CredentialHeaders {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(params ?? {})) {
    if (typeof value === 'string') found[name.toLowerCase()] = value
  }
  const { authorization, 'x-api-key': apiKey } = found
  return { ...(authorization !== undefined && { authorization }), ...(apiKey !== undefined && { 'x-api-key': apiKey }) }
}

function close(socket: { close(code: number, reason: string): void }, code: number, { message }: Refusal): true {
  // A reason holds 123 bytes at most.
  socket.close(code, message.slice(0, 120))
  return true
}
