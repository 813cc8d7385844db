import type { BudgetStore } from '../budget/budget-store.ts'
import { createRemoteBudgetStore } from '../budget/remote-budget-store.ts'
import { type PoolVerbs, remotePool } from '../database/shared-pool.ts'
import type { EventLog } from '../events/event-log.ts'
import { createRemoteEventLog, type EventLogVerbs, type FollowerVerbs } from '../events/remote-event-log.ts'
import type { Exposed, MetricValues } from '../telemetry/metrics.ts'
import { createCalls } from '../workers/calls.ts'
import { channelToPrimary } from '../workers/channel-to-primary.ts'

/** What a worker may ask of the primary process. */
export interface PrimaryVerbs extends Pick<BudgetStore, 'take' | 'settle' | 'cancel'>, EventLogVerbs, PoolVerbs {
  ready(port: number): void
  /** The metrics of all processes. */
  expose(): Promise<Exposed>
}

/** What the primary process may ask of a worker, and tell it. */
export interface WorkerVerbs extends FollowerVerbs {
  values(): Promise<MetricValues>
}

/** The primary process as a worker uses it: for what is not kept in Redis or PostgreSQL. */
export interface Primary {
  readonly store: BudgetStore
  readonly log: EventLog
  readonly pool: ReturnType<typeof remotePool>
  expose(): Promise<Exposed>
  /** Says that this worker listens. */
  ready(port: number): void
  /** Waits for what was asked, then lets this process end. */
  close(): Promise<void>
}

interface PrimaryOptions {
  /** The metrics of this worker. */
  readonly values: () => Promise<MetricValues>
  /** Told of what a follower of the event log throws. */
  readonly onLogError: (error: unknown) => void
}

/** Undefined where this process is no worker. */
export function connectToPrimary({ values, onLogError }: PrimaryOptions): Primary | undefined {
  const channel = channelToPrimary()
  if (channel === undefined) return undefined
  const { call, tell, answered } = createCalls<PrimaryVerbs>(channel, {
    values,
    event: (following, event) => log.event(following, event),
    end: (following, reason) => log.end(following, reason),
  } satisfies WorkerVerbs)
  const log = createRemoteEventLog(
    {
      append: call.append,
      read: call.read,
      follow: call.follow,
      unfollow: tell.unfollow,
    },
    onLogError,
  )
  return {
    store: createRemoteBudgetStore(call),
    log,
    pool: remotePool({ connect: call.connect, query: call.query, release: tell.release }),
    expose: call.expose,
    ready: tell.ready,
    async close() {
      await answered()
      channel.close()
    },
  }
}
