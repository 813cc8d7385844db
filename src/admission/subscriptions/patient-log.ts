import type { EventLog } from '../../events/event-log.ts'

/** For how long. Longer than a Redis takes that is started anew, or a failover. */
const PATIENCE_MS = 10_000

const RETRY_MS = 250

/** The same log for those who begin or resume a subscription: an outage that is soon over only delays them. */
export function patientLog(log: EventLog, wait: (ms: number) => Promise<unknown>): Pick<EventLog, 'follow' | 'read'> {
  async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      try {
        return await attempt()
      } catch (error) {
        if (waitedMs >= PATIENCE_MS) throw error
        await wait(RETRY_MS)
      }
    }
  }
  return {
    follow: (topic, follower) => patiently(() => log.follow(topic, follower)),
    read: (topic, after, limit) => patiently(() => log.read(topic, after, limit)),
  }
}
