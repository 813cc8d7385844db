import type { ExecutionArgs, ExecutionResult } from 'graphql'
import { MessageType, parseMessage } from 'graphql-ws'
import { makeHandler } from 'graphql-ws/use/@fastify/websocket'
import type { RawData, WebSocket } from 'ws'
import type { Client } from '../../accounts/client.ts'
import { clientAddress } from '../../accounts/client-address.ts'
import type { ClientDirectory } from '../../accounts/client-directory.ts'
import type { CredentialHeaders } from '../../accounts/credential.ts'
import { type AdmissionContext, admissionContext, isAdmissionContext } from '../../admission/admission-context.ts'
import { clientGone } from '../../admission/admit-operation.ts'
import type { AdmittedArgs } from '../../admission/execute-admitted.ts'
import { refusedUnpriced } from '../../admission/operation-observer.ts'
import type { ReportMode } from '../../admission/report/operation-report.ts'
import type { Subscriber } from '../../admission/subscriptions/subscriber.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { reportMode } from '../http/report-mode.ts'
import { identify } from '../identify.ts'
import { isSameClient } from '../is-same-client.ts'
import { type BeginOperationOptions, beginOperation, refuseOperation } from '../operations/begin-operation.ts'
import { createOperationRunner, type OperationRunnerOptions } from '../operations/operation-runner.ts'
import { resumeFrom } from '../operations/resume-from.ts'
import { comeBack } from './come-back.ts'
import { socketSink } from './socket-sink.ts'

export interface WebSocketHandlerOptions extends BeginOperationOptions, OperationRunnerOptions {
  readonly directory: ClientDirectory
  /** How long a socket may be open before its `connection_init`; then it is closed with 4408. @default 3000 */
  readonly initTimeoutMs?: number | undefined
  /** How often a socket is asked for a sign of life; without one until the next time it is cut off. @default 12000 */
  readonly pingIntervalMs?: number | undefined
}

/** What serves the WebSockets on `/graphql`. */
export interface WebSocketHandler {
  readonly handle: ReturnType<typeof makeHandler>
  /**
   * Looks up the keys of all clients again. The sockets of those that are not known any more are closed, and those whose
   * subscriptions were begun by a client that is another one now have to come back.
   */
  identifyAgain(): void
}

/** Who is at the other end of a socket. */
interface Connection {
  readonly socket: WebSocket
  /** Asked for each operation: a key may be taken away, and its client may change, while the socket is open. */
  readonly identify: () => Client | Refusal
  readonly ip: string
  readonly mode: ReportMode
  /** What is running on it, with the ids that the client gave: it may give one again before the first has ended. */
  readonly open: Map<AbortController, string>
  readonly subscribers: Set<Subscriber>
}

/** An operation that came over a socket. */
interface Asked {
  readonly connection: Connection
  readonly id: string
  readonly cursor: string | undefined
}

/** The close code of graphql-transport-ws for a client that may not connect, and is not to try again. */
const UNAUTHORIZED = 4401

/** How many operations one socket may have open at once. */
const MAX_OPERATIONS_PER_SOCKET = 100

const TOO_MANY_OPERATIONS = refusal('BAD_REQUEST', {
  reason:
    `This socket has ${MAX_OPERATIONS_PER_SOCKET} operations open, as many as it may. Complete one of them, or open ` +
    'another socket.',
})

/**
 * `/graphql` over WebSocket, in the protocol `graphql-transport-ws`. The key comes in the headers of the upgrade or,
 * from browsers, in the payload of `connection_init` as `authorization` or `x-api-key`.
 */
export function createWebSocketHandler(options: WebSocketHandlerOptions): WebSocketHandler {
  const { conclude, directory, show, initTimeoutMs = 3_000, pingIntervalMs = 12_000 } = options
  const runner = createOperationRunner(options)
  const connections = new WeakMap<object, Connection>()
  const acknowledged = new Set<Connection>()
  const askedOf = new WeakMap<AbortController, Asked>()

  /** What is over has no place on its socket any more. */
  function over({ controller }: AdmissionContext): void {
    askedOf.get(controller)?.connection.open.delete(controller)
  }

  async function subscribe(args: AdmittedArgs) {
    const { contextValue: context } = args
    const { controller, signal } = context
    const asked = askedOf.get(controller)
    if (asked === undefined) throw new Error('A subscription came over a socket that is not known')
    const { connection, id, cursor } = asked
    signal.addEventListener('abort', () => over(context), { once: true })
    const begun = await runner.subscribe(args, socketSink(connection.socket, id), cursor)
    if (!('ended' in begun)) return begun
    connection.subscribers.add(begun)
    void begun.ended.then(() => connection.subscribers.delete(begun))
    // While it began, its key may have been taken away.
    identifyAgain(connection)
    return untilEnded(begun)
  }

  function identifyAgain({ identify, socket, subscribers }: Connection): void {
    const client = identify()
    if ('code' in client) close(socket, client)
    else if ([...subscribers].every((subscriber) => isSameClient(client, subscriber.client))) return
    else comeBack(socket, CHANGED)
    for (const subscriber of subscribers) subscriber.end()
  }

  const handle = makeHandler<Record<string, unknown>>(
    {
      // Errors that reach graphql-ws itself are bugs of ours: their messages are for the log.
      isProd: true,
      connectionInitWaitTimeout: initTimeoutMs,

      async execute(args) {
        const admitted = admittedArgs(args)
        return runner.execute(admitted).finally(() => over(admitted.contextValue))
      },

      subscribe: (args) => subscribe(admittedArgs(args)),

      onConnect(ctx) {
        const { request, socket } = ctx.extra
        const mode = reportMode(request.headers)
        // The upgrade went through the same checks as every request.
        if (typeof mode !== 'string') throw new Error('A socket was opened with a GraphQL-Cost header that is none')
        const ip = clientAddress(request.ip)
        const headers = { ...credentials(request.headers), ...credentials(ctx.connectionParams) }
        const client = identify(directory, headers, ip)
        if ('code' in client) return close(socket, client)
        const connection: Connection = {
          socket,
          identify: () => identify(directory, headers, ip),
          ip,
          mode,
          open: new Map(),
          subscribers: new Set(),
        }
        connections.set(ctx, connection)
        acknowledged.add(connection)
        onComplete(socket, (completed) => {
          for (const [controller, id] of connection.open) if (id === completed) controller.abort(GONE)
        })
        return true
      },

      async onSubscribe(ctx, id, payload) {
        const connection = connections.get(ctx)
        if (connection === undefined) throw new Error('An operation came over a socket that is not identified')
        const { ip, mode, open } = connection
        const client = connection.identify()
        // It is known from the first moment on, so that whoever completes it is heard.
        const controller = new AbortController()
        if ([...open.values()].includes(id)) {
          ctx.extra.socket.close(SUBSCRIBER_EXISTS, STILL_ENDING)
          return [clientGone()]
        }
        const full = open.size >= MAX_OPERATIONS_PER_SOCKET
        open.set(controller, id)
        const refused = await conclude.admission.arrive(ip)
        open.delete(controller)
        if (refused !== undefined) return [toGraphQLError(refused.refusal)]
        if ('code' in client) return [toGraphQLError(client)]
        if (controller.signal.aborted) return [clientGone()]
        const denied = conclude.admission.deny(client)
        if (denied !== undefined) {
          conclude.observe?.(refusedUnpriced(client.tier, denied.refusal.code, 0))
          return [toGraphQLError(denied.refusal)]
        }
        const context = { ...admissionContext(client, mode, Date.now()), socket: connection }
        if (full) return refuseOperation(options, context, payload, [toGraphQLError(TOO_MANY_OPERATIONS)])
        const cursor = resumeFrom(payload.extensions)
        if (typeof cursor === 'object') return refuseOperation(options, context, payload, [toGraphQLError(cursor)])
        open.set(context.controller, id)
        askedOf.set(context.controller, { connection, id, cursor })
        const args = await beginOperation(options, context, payload)
        if (!('contextValue' in args)) over(context)
        return args
      },

      onNext: (_ctx, _id, _payload, _args, result) => (result.errors === undefined ? undefined : show(result)),
      onError: (_ctx, _id, _payload, errors) => show({ data: undefined, errors, extensions: undefined }).errors,
      onDisconnect(ctx) {
        const connection = connections.get(ctx)
        if (connection === undefined) return
        acknowledged.delete(connection)
        for (const controller of connection.open.keys()) controller.abort(GONE)
      },
    },
    pingIntervalMs,
  )

  return {
    handle,
    identifyAgain() {
      for (const connection of acknowledged) identifyAgain(connection)
    },
  }
}

const CHANGED = 'The client of this key has changed; connect again'

/** The close code of graphql-transport-ws for an id that is in use. */
const SUBSCRIBER_EXISTS = 4409

const STILL_ENDING = 'What was completed under this id has not ended yet: give each operation an id of its own'

const GONE = new DOMException('The client went away', 'AbortError')

/** A subscription as graphql-ws takes it: its messages go past it, so that there is nothing but its end. */
function untilEnded(subscriber: Subscriber): AsyncGenerator<ExecutionResult, void, void> {
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    subscriber.end()
    return { done: true, value: undefined }
  }
  return {
    async next() {
      const error = await subscriber.ended
      if (error !== undefined) throw error
      return { done: true, value: undefined }
    },
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      subscriber.end()
    },
  }
}

/** graphql-ws forgets a query that its client completes, and lets it run to its end. */
function onComplete(socket: WebSocket, listener: (id: string) => void): void {
  socket.on('message', (data: RawData) => {
    const text = String(data)
    if (text.length > MAX_COMPLETE_LENGTH || !text.includes('"complete"')) return
    try {
      const message = parseMessage(text)
      if (message.type === MessageType.Complete) listener(message.id)
    } catch {
      // graphql-ws says so and closes the socket.
    }
  })
}

const MAX_COMPLETE_LENGTH = 1_000

function admittedArgs(args: ExecutionArgs): ExecutionArgs & { readonly contextValue: AdmissionContext } {
  const { contextValue } = args
  if (typeof contextValue === 'object' && contextValue !== null && isAdmissionContext(contextValue)) {
    return { ...args, contextValue }
  }
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
