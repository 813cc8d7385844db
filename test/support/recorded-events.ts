import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { EventLog, Following, JsonValue, LoggedEvent, NewEvent } from '../../src/events/event-log.ts'

export interface Recording extends Following {
  readonly events: readonly LoggedEvent[]
  /** Why it has ended, once for each time it was told so. */
  readonly ends: readonly string[]
  /** Their payloads, once there are so many. */
  payloads(count: number): Promise<readonly JsonValue[]>
}

/** Follows a topic and keeps what it is told. */
export async function record(log: EventLog, topic: string): Promise<Recording> {
  const events: LoggedEvent[] = []
  const ends: string[] = []
  const following = await log.follow(topic, {
    onEvent: (event) => events.push(event),
    onEnd: (reason) => ends.push(reason),
  })
  return {
    ...following,
    events,
    ends,
    async payloads(count) {
      await expect.poll(() => events.length, SOON).toBeGreaterThanOrEqual(count)
      return events.map(({ payload }) => payload)
    },
  }
}

/** Nothing here takes as long, and on a busy machine little is quick. */
export const SOON = { timeout: 20_000 }

/** An event with a key of its own. */
export function newEvent(payload: JsonValue): NewEvent {
  return { key: randomUUID(), payload }
}

/** Appends until it is known to have arrived: the same event, which may have arrived before. */
export async function appendUntilLogged(log: EventLog, topic: string, payload: JsonValue): Promise<void> {
  const event = newEvent(payload)
  for (;;) {
    try {
      await log.append(topic, [event])
      return
    } catch {
      await setTimeout(5)
    }
  }
}

export function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
