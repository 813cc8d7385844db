import type { GraphQLError } from 'graphql'
import type { Client } from '../../accounts/client.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import { refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import type { TopicSource } from '../../execution/topic-source.ts'
import { costExtension } from '../report/cost-extension.ts'
import type { OperationReport, ReportMode } from '../report/operation-report.ts'
import { createDeliveryQueue } from './delivery-queue.ts'
import { type EventMessage, messageText, type QueuedEvent } from './event-message.ts'
import type { EventPayment, Payer } from './payment/event-payment.ts'
import type { SubscriptionEvent, SubscriptionObserver } from './subscription-observer.ts'

/** Where the messages of one subscription go. */
export interface Sink {
  /**
   * Sends one message, the JSON of a result. A promise where nothing more should be sent until it resolves,
   * because the client reads more slowly than it is told.
   */
  write(message: string, cursor: string | undefined): Promise<void> | undefined
  /** Whether nobody reads any more: what is written then is lost. */
  readonly isClosed: boolean
}

/**
 * One client that is subscribed to something: what waits for it, what it pays, when it pauses, how it ends.
 */
export interface Subscriber {
  /** Has an event delivered after those before it, once it is executed and paid for. Never waits. */
  push(event: QueuedEvent): void
  /** True where nothing waits for it, so that a message that is paid for may be told at once. */
  readonly isReady: boolean
  /**
   * True where events are executed for it before it comes to them: it does not pause, and no more have come since
   * it was last told of one than may wait for it.
   */
  readonly isEager: boolean
  /**
   * Has what is pushed wait until one message, which is paid for by others, has been told or released. It is
   * ready.
   */
  hold(): void
  /**
   * Delivers the message for which it is held, which has been paid for. False where it has left, and was not
   * told. `states`: the budgets as they are then.
   */
  tell(message: EventMessage, states: OperationReport['states']): boolean
  /** Leaves it to the subscriber to pay for the message for which it is held. */
  release(message: EventMessage): void
  /** Who pays. */
  readonly client: Client
  /** Resolves once nothing waits any more, or it has ended. */
  idle(): Promise<void>
  /** Ends it when what waits has been delivered: there will be no more. */
  finish(): void
  /** Ends it now, with an error for the client or with none. */
  end(error?: GraphQLError): void
  /** Ends it because events come faster than they are taken. */
  overflow(): void
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
  readonly maxQueuedBytes: number
  readonly payment: EventPayment
  /** A result without data as clients see it. */
  readonly show: (errors: readonly GraphQLError[]) => object
  readonly observe: SubscriptionObserver
}

export function createSubscriber(options: SubscriberOptions, terms: SubscriberTerms): Subscriber {
  const { client, mode, report, overflow, sink, signal } = options
  const { maxQueuedEvents, maxQueuedBytes, payment, show } = terms
  const limits = { maxItems: maxQueuedEvents, maxBytes: maxQueuedBytes }
  const queue = createDeliveryQueue<QueuedEvent>({ ...limits, overflow, keyOf: topicOf })
  const onIdle: (() => void)[] = []
  let isWorking = false
  let isPaused = false
  /** How many events have come since it was last told of one. */
  let ahead = 0
  let isFinishing = false
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
    tellIdle()
  }

  function leave(): void {
    end()
  }

  function tellIdle(): void {
    for (const resolve of onIdle.splice(0)) resolve()
  }

  function observe(kind: SubscriptionEvent['kind'], cost = 0): void {
    terms.observe({ kind, tier: client.tier, cost, times: 1 })
  }

  /** @param before what has to end first */
  async function deliver(first: QueuedEvent | undefined, before?: Promise<void>): Promise<void> {
    isWorking = true
    try {
      if (before !== undefined) await before
      for (let event = first ?? queue.shift(); event !== undefined; event = queue.shift()) {
        const message = 'result' in event ? event : await event.execute()
        if (!(await deliverOne(message))) return
      }
      if (isFinishing) end()
    } catch (thrown) {
      end(asGraphQLError(thrown))
    } finally {
      isWorking = false
      tellIdle()
    }
  }

  /** False where it has ended. */
  async function deliverOne(message: EventMessage): Promise<boolean> {
    if (hasEnded) return false
    const paid = await payment.pay(payer, message.result.use)
    isPaused = false
    ahead = 0
    if (paid.kind === 'unpaid') end(paid.error)
    else if (hasEnded || sink.isClosed) {
      paid.giveBack()
      end()
    } else {
      const written = sink.write(textFor(message, paid.states), message.cursor)
      observe('delivered', message.result.use.cost)
      if (written !== undefined) await written
    }
    return !hasEnded
  }

  const payer: Payer = {
    client,
    signal,
    onDenied() {
      isPaused = true
    },
    onPause(reason, pausedUntil) {
      if (hasEnded) return
      observe('paused')
      const budget = { pausedUntil: pausedUntil.toISOString() }
      void sink.write(JSON.stringify({ ...show([toGraphQLError(reason)]), extensions: { budget } }), undefined)
    },
  }

  function textFor({ result, cursor, text }: EventMessage, states: OperationReport['states']): string {
    if (mode === 'headers' || report === undefined) return text
    const told = { ...(report.estimate && { estimate: report.estimate }), actualCost: result.use.cost, states }
    return messageText(result, cursor, costExtension(told, mode))
  }

  function endWithOverflow(): void {
    if (hasEnded) return
    observe('overflow')
    end(toGraphQLError(refusal('SUBSCRIPTION_OVERFLOW', { maxQueuedEvents, maxQueuedBytes })))
  }

  if (signal.aborted) end()
  else signal.addEventListener('abort', leave, { once: true })

  return {
    push(event) {
      if (hasEnded) return
      ahead += 1
      if (sink.isClosed) end()
      else if (!queue.push(event)) endWithOverflow()
      else if (!isWorking) void deliver(undefined)
    },
    get isReady() {
      return !isWorking && !hasEnded && !sink.isClosed
    },
    get isEager() {
      return !isPaused && ahead < maxQueuedEvents && !hasEnded && !sink.isClosed
    },
    hold() {
      isWorking = true
      ahead = 0
    },
    tell(message, states) {
      if (sink.isClosed) end()
      if (hasEnded) return false
      try {
        void deliver(undefined, sink.write(textFor(message, states), message.cursor))
        return true
      } catch (thrown) {
        end(asGraphQLError(thrown))
        return false
      }
    },
    release: (message) => void deliver(message),
    client,
    idle: () => (isWorking && !hasEnded ? new Promise((resolve) => onIdle.push(resolve)) : Promise.resolve()),
    finish() {
      isFinishing = true
      if (!isWorking) end()
    },
    end,
    overflow: endWithOverflow,
    get hasEnded() {
      return hasEnded
    },
    ended,
  }
}

function topicOf({ place }: QueuedEvent): string {
  return place?.topic ?? ''
}
