import { deliverToAll } from '../../../../src/admission/subscriptions/deliver-to-all.ts'
import type { EventResult } from '../../../../src/admission/subscriptions/event-message.ts'
import type { EventCharging } from '../../../../src/admission/subscriptions/payment/event-charging.ts'
import {
  createSharedExecution,
  type SharedExecution,
} from '../../../../src/admission/subscriptions/sharing/shared-execution.ts'
import type { Subscriber } from '../../../../src/admission/subscriptions/subscriber.ts'
import { parseCursor } from '../../../../src/events/cursor.ts'
import type { EventLog, JsonValue } from '../../../../src/events/event-log.ts'
import { eventResult } from '../test-subscriber.ts'

export interface ShareOptions {
  readonly log: EventLog
  readonly topics?: readonly string[]
  readonly maxQueuedEvents?: number
  readonly maxQueuedBytes?: number
  readonly execute?: (payload: unknown) => Promise<EventResult>
  readonly takeSeveral?: EventCharging['takeSeveral']
  readonly onEnd?: () => void
  readonly overflow?: 'close' | 'dropOldest' | 'coalesce'
}

/** A shared execution of events that are free, unless it is said otherwise. */
export function share({
  log,
  topics = ['a'],
  maxQueuedEvents = 1000,
  maxQueuedBytes = 1_048_576,
  execute = async (payload) => eventResult(payload),
  takeSeveral = async () => FREE,
  onEnd = () => undefined,
  overflow = 'close',
}: ShareOptions): Promise<SharedExecution> {
  return createSharedExecution({
    ...{ log, topics, maxQueuedEvents, maxQueuedBytes, execute, overflow, onEnd },
    logUntil: () => log,
    deliver: (event, subscribers) => deliverToAll(event, subscribers, { takeSeveral, observe: () => undefined }),
  })
}

export const FREE = { kind: 'charged', delayMs: 0, states: [], giveBack: () => undefined } as const

/** Counts what is executed. */
export function counting() {
  const executed: unknown[] = []
  async function execute(payload: unknown): Promise<EventResult> {
    executed.push(payload)
    return eventResult(payload)
  }
  return { executed, execute }
}

let keys = 0

export function append(log: EventLog, topic: string, payloads: readonly JsonValue[]): Promise<void> {
  return log.append(
    topic,
    payloads.map((payload) => ({ key: `key-${keys++}`, payload })),
  )
}

export function upTo(last: number, first = 1): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** As when a server has one of several shared executions at a time. */
export function server(options: ShareOptions) {
  let execution: Promise<SharedExecution> | undefined
  return async function join(joining: Subscriber, cursor: string | undefined): Promise<void> {
    const after = cursor === undefined ? undefined : parseCursor(cursor, options.topics ?? ['a'])
    if (cursor !== undefined && after === undefined) throw new Error(`${cursor} is no cursor`)
    for (;;) {
      execution ??= share(options)
      const current = execution
      if ((await current).join(joining, after)) return
      if (execution === current) execution = undefined
    }
  }
}
