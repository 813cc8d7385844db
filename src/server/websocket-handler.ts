import type { ExecutionArgs, ExecutionResult, GraphQLFormattedError } from 'graphql'
import { makeHandler } from 'graphql-ws/use/@fastify/websocket'
import { clientAddress } from '../accounts/client-address.ts'
import type { ClientDirectory } from '../accounts/client-directory.ts'
import type { CredentialHeaders } from '../accounts/credential.ts'
import { type AdmissionContext, isAdmissionContext } from '../admission/admission-context.ts'
import { concludeOperation, withCost } from '../admission/conclude-operation.ts'
import { executeAdmitted } from '../admission/execute-admitted.ts'
import { subscribeAdmitted } from '../admission/subscribe-admitted.ts'
import type { Refusal } from '../errors/refusal.ts'
import { identify } from './identify.ts'
import { nameMistake, nameMistakes } from './name-mistakes.ts'
import { reportMode } from './report-mode.ts'
import { beginWebSocketOperation, type Connection, type WebSocketOperationOptions } from './websocket-operation.ts'

export interface WebSocketHandlerOptions extends WebSocketOperationOptions {
  readonly directory: ClientDirectory
  /** Adds what resolvers need to the context of an operation. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  /** What a client sees of an error. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError
  /** Told with 1 when a subscription begins and with -1 when it ends. */
  readonly onSubscriptions: (change: 1 | -1) => void
}

/** The close code of graphql-transport-ws for a client that may not connect. The reason says what to mend. */
const UNAUTHORIZED = 4401

/**
 * `/graphql` over WebSocket, in the protocol `graphql-transport-ws`. The key comes in the headers of the upgrade or,
 * from browsers, in the payload of `connection_init` as `authorization` or `x-api-key`.
 */
export function createWebSocketHandler(options: WebSocketHandlerOptions) {
  const { conclude, directory, extendContext, formatError, onSubscriptions } = options
  const connections = new WeakMap<object, Connection>()
  const connectionOf = new WeakMap<AbortController, Connection>()

  /** What is over has no place on its socket any more. */
  function over({ controller }: AdmissionContext): void {
    connectionOf.get(controller)?.open.delete(controller)
  }

  async function execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const context = contextOf(args)
    const { mode, admitted } = context.admission
    const validated = mode === 'validate' || admitted === undefined
    const result = validated ? { data: null } : nameMistakes(await executeAdmitted({ ...args, contextValue: context }))
    over(context)
    const { extension } = await concludeOperation(conclude, context, { ...result, body: result })
    return withCost(result, extension)
  }

  async function subscribe(args: ExecutionArgs) {
    const context = contextOf(args)
    if (context.admission.mode === 'validate') return execute(args)
    const results = await subscribeAdmitted({ ...args, contextValue: context, extendContext })
    const failed = Symbol.asyncIterator in results ? undefined : nameMistakes(results)
    // It has begun, and with that it has given back its place among the operations that run.
    await concludeOperation(conclude, context, { errors: failed?.errors, body: failed })
    if (failed !== undefined || context.signal.aborted) over(context)
    else {
      onSubscriptions(1)
      const ended = () => {
        onSubscriptions(-1)
        over(context)
      }
      context.signal.addEventListener('abort', ended, { once: true })
    }
    return failed ?? results
  }

  return makeHandler<Record<string, unknown>>({
    // Errors that reach graphql-ws itself are bugs of ours: their messages are for the log.
    isProd: true,
    execute,
    subscribe,

    onConnect(ctx) {
      const { request, socket } = ctx.extra
      const mode = reportMode(request.headers)
      // The upgrade went through the same checks as every request.
      if (typeof mode !== 'string') throw new Error('A socket was opened with a GraphQL-Cost header that is none')
      const ip = clientAddress(request.ip)
      const headers = { ...request.headers, ...credentials(ctx.connectionParams) }
      const client = identify(directory, headers, ip)
      if ('code' in client) return close(socket, client)
      connections.set(ctx, { identify: () => identify(directory, headers, ip), ip, mode, open: new Set() })
      return true
    },

    async onSubscribe(ctx, _id, payload) {
      const connection = connections.get(ctx)
      if (connection === undefined) throw new Error('An operation came over a socket that is not identified')
      const args = await beginWebSocketOperation(options, connection, payload)
      if (!('contextValue' in args)) return args
      connectionOf.set(args.contextValue.controller, connection)
      return { ...args, contextValue: extendContext(args.contextValue) }
    },

    onNext(_ctx, _id, _payload, _args, result) {
      const { data, errors, extensions } = result
      if (errors === undefined) return
      return {
        errors: errors.map(nameMistake).map((error) => formatError(error.toJSON(), error)),
        ...(data !== undefined && { data }),
        ...(extensions !== undefined && { extensions }),
      }
    },
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => formatError(error.toJSON(), error)),
    onDisconnect(ctx) {
      const reason = new DOMException('The client went away', 'AbortError')
      for (const controller of connections.get(ctx)?.open ?? []) controller.abort(reason)
    },
  })
}

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

function close(socket: { close(code: number, reason: string): void }, { message }: Refusal): false {
  // A reason holds 123 bytes at most.
  socket.close(UNAUTHORIZED, message.slice(0, 120))
  return false
}
