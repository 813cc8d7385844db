import { setTimeout } from 'node:timers/promises'
import { createSourceEventStream, type ExecutionResult, type GraphQLError } from 'graphql'
import type { Client } from '../../accounts/client.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
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
import { createEventPayment } from './event-payment.ts'
import { type ExecuteEventOptions, executeEvent } from './execute-event.ts'
import { patientLog } from './patient-log.ts'
import { createPauses } from './pauses.ts'
import { pull } from './pull.ts'
import { createSharedExecution, type EndReason, type Positions, type SharedExecution } from './shared-execution.ts'
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
  readonly observe?: SubscriptionObserver | undefined
}

/** The open subscriptions of this server, however their clients are connected. */
export interface Subscriptions {
  /**
   * Begins a subscription that has been admitted: for each event the operation is executed, under the tier's deadline, and
   * its result goes to the sink once it is paid for. Where it cannot begin, the answer is one result with the errors.
   *
   * @param resumeFrom the cursor of the last message that the client has seen
   */
  begin(args: AdmittedArgs, sink: Sink, resumeFrom: string | undefined): Promise<Subscriber | ExecutionResult>
}

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { admission, maxQueuedEvents = 1000, show, observe = () => undefined } = options
  const log = patientLog(options.log, (ms) => setTimeout(ms, undefined, { ref: false }))
  const pauses = createPauses((ms, callback) => {
    const timer = globalThis.setTimeout(callback, ms).unref()
    return () => clearTimeout(timer)
  })
  const wait = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal }).catch(() => undefined)
  const payment = createEventPayment({ admission, pauses, wait, now: Date.now })
  const terms = { maxQueuedEvents, payment, show: (errors: readonly GraphQLError[]) => show({ errors }), observe }
  const shared = new Map<string, Promise<SharedExecution>>()
  const operationIds = new WeakMap<PreparedOperation, number>()
  let operations = 0

  /** What executes an operation for all who are answered alike. */
  async function sharedExecution(
    args: AdmittedArgs,
    admitted: AdmittedOperation,
    source: TopicSource,
  ): Promise<SharedExecution> {
    const { topics, overflow, sharedBy } = source
    const client = sharedBy === 'role' ? anybody(args.contextValue.client) : args.contextValue.client
    const { prepared, variables, timeoutMs } = admitted
    const key = JSON.stringify([operationId(prepared), sorted(variables), topics, client, timeoutMs])
    const known = shared.get(key)
    if (known !== undefined) return known
    const controller = new AbortController()
    const contextValue = { ...args.contextValue, client, controller, signal: controller.signal, socket: undefined }
    const created = createSharedExecution({
      topics,
      overflow,
      log,
      maxQueuedEvents,
      execute: (payload) => executeEvent(options, { ...args, contextValue }, admitted, payload),
      deliver: (message, subscribers) => deliverToAll(message, subscribers, admission.events.takeSeveral, observe),
      whyEnded: (reason) => whyEnded(reason, maxQueuedEvents),
      onEnd() {
        controller.abort(new DOMException('Nobody is subscribed any more', 'AbortError'))
        if (shared.get(key) === created) shared.delete(key)
      },
    })
    shared.set(key, created)
    return created
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
    const after = resumeFrom === undefined ? undefined : parseCursor(resumeFrom, source.topics)
    if (resumeFrom !== undefined && after === undefined) return NO_CURSOR
    try {
      if (after !== undefined && (await hasExpired(log, after))) return refusal('RESUME_EXPIRED', {})
      let execution = await sharedExecution(args, admitted, source)
      const subscriber = begin(source.overflow)
      // One whose last subscriber leaves just now takes nobody.
      while (!execution.join(subscriber, after)) execution = await sharedExecution(args, admitted, source)
      if (after !== undefined) observe('resumed', args.contextValue.client.tier, 0, 1)
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

function whyEnded(reason: EndReason, maxQueuedEvents: number): GraphQLError | undefined {
  switch (reason) {
    case 'expired':
      return toGraphQLError(refusal('RESUME_EXPIRED', {}))
    case 'overflow':
      return toGraphQLError(refusal('SUBSCRIPTION_OVERFLOW', { maxQueuedEvents }))
    case 'unavailable':
      return toGraphQLError(refusal('EVENT_LOG_UNAVAILABLE', {}))
    case 'failed':
      return asGraphQLError(new Error('An event could not be executed, or told to its subscribers'))
    case 'closed':
      return undefined
  }
}

/** Who an execution is for that serves all clients of a role: it has a role, and no name. */
function anybody({ role, anonymous }: Client): Client {
  return { id: 'anybody', tenant: 'anybody', tier: 'anybody', role, anonymous }
}

/** Variables that are alike are written alike. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { fields: fields.map(([name, inner]) => [name, sorted(inner)]) }
}
