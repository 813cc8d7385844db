import type { Position } from '../../events/event-log.ts'
import type { EventUse } from '../charging/charges.ts'
import type { CostExtension } from '../report/cost-extension.ts'

/** What executing a subscription for one event has come to: one object for all who are told of it. */
export interface EventResult {
  /** The result as its clients see it, as JSON without the last brace: it has no extensions yet. */
  readonly json: string
  /** What each of those pays. */
  readonly use: EventUse
}

/** Where an event has come from. */
export interface EventPlace {
  readonly topic: string
  readonly position: Position
}

/**
 * An event on its way to any number of subscribers. It is executed before it waits for them, or when they
 * come to it.
 */
export type QueuedEvent = EventMessage | UnexecutedEvent

/** A result on its way to any number of subscribers. */
export interface EventMessage {
  readonly result: EventResult
  /** Undefined where it has not come from the log. */
  readonly place: EventPlace | undefined
  /** Where to go on after this event. */
  readonly cursor: string | undefined
  /** The whole message, as most subscribers get it. */
  readonly text: string
  /** About how much memory it takes while it waits. */
  readonly bytes: number
}

/** An event that nobody could pay for when it came. */
export interface UnexecutedEvent {
  readonly place: EventPlace
  readonly bytes: number
  /** Executes it, where that has not been done for somebody else. Never rejects. */
  readonly execute: () => Promise<EventMessage>
}

export function messageOf(result: EventResult, place?: EventPlace, cursor?: string): EventMessage {
  const text = messageText(result, cursor)
  return { result, place, cursor, text, bytes: result.use.responseBytes + (cursor?.length ?? 0) }
}

/** The message as one subscriber gets it. */
export function messageText({ json }: EventResult, cursor: string | undefined, cost?: CostExtension): string {
  if (cursor === undefined && cost === undefined) return `${json}}`
  return `${json},"extensions":${JSON.stringify({ cursor, cost })}}`
}
