import { setTimeout } from 'node:timers/promises'
import { createSourceEventStream, type ExecutionResult, type GraphQLError } from 'graphql'
import type { Client } from '../../accounts/client.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { parseCursor } from '../../events/cursor.ts'
import type { EventLog } from '../../events/event-log.ts'
import { executeWithDeadline } from '../../execution/execute-with-deadline.ts'
import { isTopicSource, type TopicSource } from '../../execution/topic-source.ts'
import type { Admission, AdmittedOperation } from '../admission.ts'
import { type AdmittedArgs, cutOff } from '../execute-admitted.ts'
import type { PreparedOperation } from '../prepared-operations.ts'
import { deliverToAll } from './deliver-to-all.ts'
import { type ExecuteEventOptions, executeEvent } from './execute-event.ts'
import { createEventPayment } from './payment/event-payment.ts'
import { createPauses } from './payment/pauses.ts'
import { pull } from './pull.ts'
import { retryingLog } from './sharing/retrying-log.ts'
import { createSharedExecution, type Positions } from './sharing/shared-execution.ts'
import { type BeginExecution, createSharedExecutions } from './sharing/shared-executions.ts'
import { createSubscriber, type Sink, type Subscriber } from './subscriber.ts'
import type { SubscriptionObserver } from './subscription-observer.ts'

export interface SubscriptionsOptions extends ExecuteEventOptions {
  readonly admission: Admission
  readonly log: EventLog
  /**
   * How many events wait for one subscriber, and for being executed.
   * @default 1000
   */
  readonly maxQueuedEvents?: number | undefined
  /**
   * How many bytes of them.
   * @default 4194304
   */
  readonly maxQueuedBytes?: number | undefined
  readonly observe?: SubscriptionObserver | undefined
}

/** The open subscriptions of this server, however their clients are connected. */
export interface Subscriptions {
  /**
   * Begins a subscription that has been admitted: for each event the operation is executed, under the tier's
   * deadline, and its result goes to the sink once it is paid for. Where it cannot begin, the answer is one
   * result with the errors.
   *
   * @param resumeFrom the cursor of the last message that the client has seen
   */
  begin(args: AdmittedArgs, sink: Sink, resumeFrom: string | undefined): Promise<Subscriber | ExecutionResult>
}

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const {
    admission,
    log,
    maxQueuedEvents = 1000,
    maxQueuedBytes = 4_194_304,
    show,
    observe = () => undefined,
  } = options
  const pauses = createPauses((ms, callback) => {
    const timer = globalThis.setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  })
  const payment = createEventPayment({ admission, pauses, wait, now: Date.now })
  const limits = { maxQueuedEvents, maxQueuedBytes }
  const terms = { ...limits, payment, show: (errors: readonly GraphQLError[]) => show({ errors }), observe }
  const takeSeveral = admission.events.takeSeveral
  const shared = createSharedExecutions()
  const operationIds = new WeakMap<PreparedOperation, number>()
  let operations = 0

  function logUntil(signal: AbortSignal, deadlineMs = Date.now() + LOG_PATIENCE_MS) {
    return retryingLog(log, { signal, deadlineMs, now: Date.now, wait })
  }

  /** What executes an operation for all who are answered alike. */
  function sharedExecution({ args, admitted }: ForAll, source: TopicSource, deadlineMs: number, signal: AbortSignal) {
    const { prepared, variables, timeoutMs } = admitted
    const { client } = args.contextValue
    const key = JSON.stringify([operationId(prepared), sorted(variables), source.topics, client, timeoutMs])
    const begin: BeginExecution = (waiting, onEnd) => {
      const controller = new AbortController()
      const contextValue = { ...args.contextValue, controller, signal: controller.signal }
      return createSharedExecution({
        ...limits,
        topics: source.topics,
        overflow: source.overflow,
        log: logUntil(waiting, deadlineMs),
        logUntil,
        execute: (payload) => executeEvent(options, { ...args, contextValue }, admitted, payload),
        deliver: (event, subscribers) => deliverToAll(event, subscribers, { takeSeveral, observe }),
        onEnd() {
          controller.abort(new DOMException('Nobody is subscribed any more', 'AbortError'))
          onEnd()
        },
      })
    }
    return shared.find(key, begin, signal)
  }

  function operationId(prepared: PreparedOperation): number {
    const id = operationIds.get(prepared) ?? operations++
    operationIds.set(prepared, id)
    return id
  }

  async function joinTopics(
    args: AdmittedArgs,
    admitted: AdmittedOperation,
    source: TopicSource,
    begin: (overflow: TopicSource['overflow']) => Subscriber,
    resumeFrom: string | undefined,
  ): Promise<Subscriber | Refusal> {
    const { client, signal } = args.contextValue
    const after = resumeFrom === undefined ? undefined : parseCursor(resumeFrom, source.topics)
    if (resumeFrom !== undefined && after === undefined) return NO_CURSOR
    const deadlineMs = Date.now() + LOG_PATIENCE_MS
    try {
      if (after !== undefined && (await hasExpired(logUntil(signal, deadlineMs), after))) {
        return refusal('RESUME_EXPIRED', {})
      }
      const ofAll = forAll(args, admitted, source)
      let execution = await sharedExecution(ofAll, source, deadlineMs, signal)
      const subscriber = begin(source.overflow)
      // One whose last subscriber leaves just now takes nobody.
      while (!execution.join(subscriber, after)) {
        execution = await sharedExecution(ofAll, source, deadlineMs, signal)
      }
      if (after !== undefined) observe({ kind: 'resumed', tier: client.tier, cost: 0, times: 1 })
      return subscriber
    } catch {
      // The log tells those who run this server of its outages by itself.
      return refusal('EVENT_LOG_UNAVAILABLE', {})
    }
  }

  return {
    async begin(args, sink, resumeFrom) {
      const { contextValue: context } = args
      const { admission: record, controller, client, signal } = context
      const { admitted, mode, report } = record
      if (admitted === undefined) throw new Error('A subscription is begun that was not admitted')
      const begun = await executeWithDeadline(() => createSourceEventStream(args), admitted.timeoutMs, controller)
      const source = begun.kind === 'completed' ? begun.result : cutOff(record, begun)
      if (!(Symbol.asyncIterator in source)) return source
      const begin = (overflow: TopicSource['overflow']) =>
        createSubscriber({ client, mode, report, overflow, sink, signal }, terms)
      if (isTopicSource(source)) {
        const joined = await joinTopics(args, admitted, source, begin, resumeFrom)
        return 'code' in joined ? { errors: [toGraphQLError(joined)] } : joined
      }
      if (resumeFrom !== undefined) return { errors: [toGraphQLError(NOT_RESUMABLE)] }
      const subscriber = begin('close')
      void pull(source, subscriber, (payload) => executeEvent(options, args, admitted, payload))
      return subscriber
    },
  }
}

/**
 * How long the log may take to answer who begins or resumes: longer than a Redis that is started anew, or a
 * failover.
 */
const LOG_PATIENCE_MS = 10_000

/** Resolves early where the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<unknown> {
  return setTimeout(Math.max(0, ms), undefined, { signal, ref: false }).catch(() => undefined)
}

const NO_CURSOR = refusal('BAD_REQUEST', {
  reason:
    'resumeFrom is no cursor of this subscription. Send extensions.cursor of a message that it has sent, with the same ' +
    'arguments, or no resumeFrom.',
})

const NOT_RESUMABLE = refusal('BAD_REQUEST', {
  reason: 'This subscription cannot be resumed: its messages have no cursor. Send no resumeFrom.',
})

async function hasExpired(log: Pick<EventLog, 'read'>, after: Positions): Promise<boolean> {
  const found = await Promise.all([...after].map(([topic, position]) => log.read(topic, position, 1)))
  return found.includes('expired')
}

/** An operation as it is executed for all who are answered alike. */
interface ForAll {
  readonly args: AdmittedArgs
  readonly admitted: AdmittedOperation
}

/** Nothing of it is only of the one who happens to be the first. */
function forAll(args: AdmittedArgs, admitted: AdmittedOperation, { sharedBy }: TopicSource): ForAll {
  const { admission, client, ...context } = args.contextValue
  const ofAll = { ...admitted, variables: declared(admitted.prepared, admitted.variables) }
  const contextValue = {
    ...context,
    client: sharedBy === 'role' ? anybody(client) : client,
    admission: { ...admission, admitted: ofAll },
    socket: undefined,
  }
  return { args: { ...args, variableValues: ofAll.variables, contextValue }, admitted: ofAll }
}

/** Who an execution is for that serves all clients of a role: it has a role, and no name. */
function anybody({ role, anonymous }: Client): Client {
  return { id: 'anybody', tenant: 'anybody', tier: 'anybody', role, anonymous }
}

/**
 * The variables that an operation has. Those that it does not declare make no difference, and may be large.
 */
function declared({ operation }: PreparedOperation, variables: AdmittedOperation['variables']) {
  const names = operation.variableDefinitions?.map(({ variable }) => variable.name.value) ?? []
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])))
}

/** Variables that are alike are written alike. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { fields: fields.map(([name, inner]) => [name, sorted(inner)]) }
}
