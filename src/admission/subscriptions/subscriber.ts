import type { GraphQLError } from 'graphql'
import type { Client } from '../../accounts/client.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import { refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import type { TopicSource } from '../../execution/topic-source.ts'
import { costExtension } from '../report/cost-extension.ts'
import type { OperationReport, ReportMode } from '../report/operation-report.ts'
import { createDeliveryQueue } from './delivery-queue.ts'
import { type EventMessage, messageText } from './event-message.ts'
import type { EventPayment } from './event-payment.ts'
import type { SubscriptionObserver } from './subscription-observer.ts'

/** Where the messages of one subscription go. */
export interface Sink {
  /**
   * Sends one message, the JSON of a result. A promise where nothing more should be sent until it resolves, because the
   * client reads more slowly than it is told.
   */
  write(message: string, cursor: string | undefined): Promise<void> | undefined
  /** Whether nobody reads any more: what is written then is lost. */
  readonly isClosed: boolean
}

/** One client that is subscribed to something: what waits for it, what it pays, when it pauses, how it ends. */
export interface Subscriber {
  /** Has a message delivered after those before it, once it is paid for. Never waits. */
  push(message: EventMessage): void
  /** True where nothing waits for it, so that a message that is paid for may be told at once. */
  readonly isReady: boolean
  /** Delivers a message that is paid for to a subscriber that is ready. `states`: the budgets as they are then. */
  tell(message: EventMessage, states: OperationReport['states']): void
  /** Who pays. */
  readonly client: Client
  /** Resolves once nothing waits any more, or it has ended. */
  idle(): Promise<void>
  /** Ends it when what waits has been delivered: there will be no more. */
  finish(): void
  /** Ends it now, with an error for the client or with none. */
  end(error?: GraphQLError): void
  /** Who pays from now on: the same client, as it is configured now. */
  identify(client: Client): void
  readonly hasEnded: boolean
  /** Resolves when it has ended, with the error for the client where there is one. */
  readonly ended: Promise<GraphQLError | undefined>
}

export interface SubscriberOptions {
  readonly client: Client
  readonly mode: ReportMode
  /** What there was to say of the subscription when it began. */
  readonly report: OperationReport | undefined
  readonly overflow: TopicSource['overflow']
  readonly sink: Sink
  /** Aborts when its client leaves, which ends it. */
  readonly signal: AbortSignal
}

/** What all subscribers have in common. */
export interface SubscriberTerms {
  readonly maxQueuedEvents: number
  readonly payment: EventPayment
  /** A result without data as clients see it. */
  readonly show: (errors: readonly GraphQLError[]) => object
  readonly observe: SubscriptionObserver
}

export function createSubscriber(options: SubscriberOptions, terms: SubscriberTerms): Subscriber {
  const { mode, report, overflow, sink, signal } = options
  const { maxQueuedEvents, payment, show, observe } = terms
  const queue = createDeliveryQueue<EventMessage>({ maxItems: maxQueuedEvents, overflow, keyOf: topicOf })
  const onIdle: (() => void)[] = []
  let { client } = options
  let delivers = false
  let finishes = false
  let hasEnded = false
  let resolveEnded: ((error: GraphQLError | undefined) => void) | undefined
  const ended = new Promise<GraphQLError | undefined>((resolve) => {
    resolveEnded = resolve
  })

  function end(error?: GraphQLError): void {
    if (hasEnded) return
    hasEnded = true
    signal.removeEventListener('abort', leave)
    queue.clear()
    resolveEnded?.(error)
    for (const resolve of onIdle.splice(0)) resolve()
  }

  function leave(): void {
    end()
  }

  /** @param before what has to end first */
  async function deliver(before?: Promise<void>): Promise<void> {
    delivers = true
    try {
      if (before !== undefined) await before
      for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
        const paid = await payment.pay(payer, message.result.use)
        if (hasEnded) return
        if (paid.kind === 'unpaid') return end(paid.error)
        const written = sink.write(textFor(message, paid.states), message.cursor)
        observe('delivered', client.tier, message.result.use.cost, 1)
        if (written !== undefined) await written
      }
      if (finishes) end()
    } catch (thrown) {
      end(asGraphQLError(thrown))
    } finally {
      delivers = false
      for (const resolve of onIdle.splice(0)) resolve()
    }
  }

  const payer: Parameters<EventPayment['pay']>[0] = {
    client: () => client,
    signal,
    onPause(reason, pausedUntil) {
      if (hasEnded) return
      observe('paused', client.tier, 0, 1)
      const budget = { pausedUntil: pausedUntil.toISOString() }
      void sink.write(JSON.stringify({ ...show([toGraphQLError(reason)]), extensions: { budget } }), undefined)
    },
  }

  function textFor({ result, cursor, text }: EventMessage, states: OperationReport['states']): string {
    if (mode === 'headers' || report === undefined) return text
    const told = { ...(report.estimate && { estimate: report.estimate }), actualCost: result.use.cost, states }
    return messageText(result, cursor, costExtension(told, mode))
  }

  if (signal.aborted) end()
  else signal.addEventListener('abort', leave, { once: true })

  return {
    push(message) {
      if (hasEnded) return
      if (sink.isClosed) return end()
      if (queue.push(message)) {
        if (!delivers) void deliver()
        return
      }
      observe('overflow', client.tier, 0, 1)
      end(toGraphQLError(refusal('SUBSCRIPTION_OVERFLOW', { maxQueuedEvents })))
    },
    get isReady() {
      return !delivers && !hasEnded && !sink.isClosed
    },
    tell(message, states) {
      // While it was paid for, its client may have left.
      if (hasEnded) return
      try {
        const written = sink.write(textFor(message, states), message.cursor)
        if (written !== undefined) void deliver(written)
      } catch (thrown) {
        end(asGraphQLError(thrown))
      }
    },
    get client() {
      return client
    },
    idle: () => (delivers && !hasEnded ? new Promise((resolve) => onIdle.push(resolve)) : Promise.resolve()),
    finish() {
      finishes = true
      if (!delivers) end()
    },
    end,
    identify(known) {
      client = known
    },
    get hasEnded() {
      return hasEnded
    },
    ended,
  }
}

function topicOf({ place }: EventMessage): string {
  return place?.topic ?? ''
}
