import type { EventResult } from '../../../src/admission/subscriptions/event-message.ts'
import type { EventPayment, Paid } from '../../../src/admission/subscriptions/payment/event-payment.ts'
import { createSubscriber, type Subscriber } from '../../../src/admission/subscriptions/subscriber.ts'
import type { SubscriptionObserver } from '../../../src/admission/subscriptions/subscription-observer.ts'

export interface Received {
  readonly data: unknown
  readonly cursor: string
}

export interface TestSubscriber {
  readonly created: Subscriber
  /** What it has been sent. */
  readonly received: Received[]
  readonly texts: () => readonly unknown[]
}

export interface TestSubscriberOptions {
  readonly client?: string
  readonly maxQueuedEvents?: number
  readonly maxQueuedBytes?: number
  readonly overflow?: 'close' | 'dropOldest' | 'coalesce'
  /** @default it pays nothing */
  readonly pay?: EventPayment['pay']
  readonly write?: () => Promise<void> | undefined
  readonly signal?: AbortSignal
  readonly observe?: SubscriptionObserver
}

/** A subscriber, and what it has been sent. */
export function testSubscriber(options: TestSubscriberOptions = {}): TestSubscriber {
  const { client = 'ada', maxQueuedEvents = 1000, maxQueuedBytes = 1_048_576, overflow = 'close' } = options
  const { pay = async () => PAID, write = () => undefined, signal = new AbortController().signal } = options
  const { observe = () => undefined } = options
  const received: Received[] = []
  const sink = {
    isClosed: false,
    write(message: string, cursor: string | undefined) {
      received.push({ data: JSON.parse(message).data, cursor: cursor ?? '' })
      return write()
    },
  }
  const created = createSubscriber(
    {
      client: { id: client, tenant: 'acme', tier: 'free', role: 'client', anonymous: false },
      ...{ mode: 'headers', report: undefined, overflow, signal, sink },
    },
    { maxQueuedEvents, maxQueuedBytes, payment: { pay }, show: (errors) => ({ errors }), observe },
  )
  return { created, received, texts: () => received.map(({ data }) => data) }
}

export const PAID = { kind: 'paid', states: [], giveBack: () => undefined } as const satisfies Paid

/** A result that costs a point. */
export function eventResult(payload: unknown): EventResult {
  const json = JSON.stringify({ data: payload }).slice(0, -1)
  return { json, use: { cost: 1, responseBytes: Buffer.byteLength(json) + 1, selections: () => 0 } }
}

/** What has begun and waits until the test lets it go on. */
export function createGate() {
  const waiting: (() => void)[] = []
  return {
    waiting,
    pass: () => new Promise<void>((resolve) => waiting.push(resolve)),
    open() {
      for (const go of waiting.splice(0)) go()
    },
  }
}
