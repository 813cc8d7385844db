import type { EventLog, JsonValue, Position } from '../../../src/events/event-log.ts'

export interface TestLogOptions {
  readonly maxEventsPerTopic?: number
  readonly keepForMs?: number
  readonly onError?: (error: unknown) => void
}

export interface TestLogs {
  /** Two logs that share their events, as two processes would have them. One twice where there is but one process. */
  readonly here: EventLog
  readonly there: EventLog
  /** Resolves when a topic that is left alone has been kept as long as it is to be. */
  outlive(topic: string): Promise<void>
}

/** Logs that are closed when the test is over. */
export type OpenTestLogs = (options?: TestLogOptions) => Promise<TestLogs>

export async function payloadsAfter(
  log: EventLog,
  topic: string,
  after: Position,
  limit = 1_000,
): Promise<readonly JsonValue[] | 'expired'> {
  const events = await log.read(topic, after, limit)
  return events === 'expired' ? events : events.map(({ payload }) => payload)
}
