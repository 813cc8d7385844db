import type { Cluster, Redis } from 'ioredis'
import type { EventLog, JsonValue } from '../event-log.ts'
import { EventLogClosedError } from '../event-log-closed-error.ts'
import { createFollowedTopic, type FollowedTopic } from './followed-topic.ts'
import { createLanes } from './lanes.ts'
import { createRounds } from './rounds.ts'
import { subscribeAll } from './subscribe-all.ts'
import { createTopicStreams } from './topic-streams.ts'

export interface RedisEventLogOptions {
  /** Ready connections for this log alone, which ends them. A connection that subscribes can do nothing else. */
  readonly commands: Redis | Cluster
  readonly subscriber: Redis | Cluster
  /**
   * What all keys and channels begin with. Logs that share it share their events. Channels know no database number.
   * @default 'tollgate'
   */
  readonly prefix?: string
  /**
   * How many events of a topic are kept: by so many may a reader be behind.
   * @default 1000
   */
  readonly maxEventsPerTopic?: number
  /**
   * How long a topic is kept that nobody appends to, follows or reads. Several times `reconcileMs`, or it may end under
   * its followers.
   * @default 3_600_000
   */
  readonly keepForMs?: number
  /**
   * How often the subscriber's connection is tried: one that is dead without having said so is replaced after at most
   * twice this time, or its own `socketTimeout`. And how often followed topics are looked at for events whose message was
   * lost, unless they are so many that it is less often: see `LOOKS_PER_MS`.
   * @default 5_000
   */
  readonly reconcileMs?: number
  /**
   * Told of what a follower throws, and of what failed behind the scenes and is tried again.
   * @default nobody is told
   */
  readonly onError?: (error: unknown) => void
}

/**
 * A log that processes share, in Redis Streams. Whoever appends also tells of it by pub/sub, in the same script; one
 * connection hears that for all followers of this process. A lost message costs time, and no event.
 */
export function createRedisEventLog(options: RedisEventLogOptions): EventLog {
  const { commands, subscriber, prefix = 'tollgate', reconcileMs = 5_000 } = options
  const { maxEventsPerTopic = 1000, keepForMs = 3_600_000, onError = () => {} } = options
  const keyStart = `${prefix}:events:`
  const keyOf = (topic: string) => keyStart + topic
  const heartbeatChannel = `${prefix}:heartbeat`
  const streams = createTopicStreams({ redis: commands, keyOf, maxEventsPerTopic, keepForMs })
  const topics = new Map<string, FollowedTopic>()
  const inLanes = createLanes(CATCH_UPS)
  const turnMs = Math.min(TURN_MS, reconcileMs)
  const rounds = createRounds({
    items: () => [...topics.values()],
    turnsFor: (count) => Math.max(reconcileMs, Math.min(count / LOOKS_PER_MS, keepForMs / 4)) / turnMs,
  })
  let looking = false
  let subscribing = false
  let unanswered = false
  let closed = false

  // ioredis forgets what it had when a connection is lost twice in a row, and lets the failure end the process.
  if (!isCluster(subscriber)) subscriber.options.autoResubscribe = false
  subscriber.on('message', onMessage)
  subscriber.on('ready', subscribeAgain)
  commands.on('ready', catchUpAll)
  const timers = [setInterval(beat, reconcileMs).unref(), setInterval(look, turnMs).unref()]

  function onFailure(error: unknown): void {
    // Closing makes what is under way fail.
    if (!closed) onError(error)
  }

  function checkOpen(): void {
    if (closed) throw new EventLogClosedError()
  }

  function followed(name: string): FollowedTopic {
    const known = topics.get(name)
    if (known !== undefined) return known
    const topic = createFollowedTopic({
      subscribe: () => subscriber.subscribe(keyOf(name)),
      open: () => streams.open(name),
      read: (after, limit) => inLanes(() => streams.read(name, after, limit)),
      onDeserted() {
        if (topics.get(name) !== topic) return
        topics.delete(name)
        unsubscribe(name)
      },
      onError,
    })
    topics.set(name, topic)
    return topic
  }

  function onMessage(channel: string, text: string): void {
    if (!channel.startsWith(keyStart)) return
    const name = channel.slice(keyStart.length)
    const topic = topics.get(name)
    // A cluster that changed its node may have taken up a channel that was given up meanwhile.
    if (topic === undefined) unsubscribe(name)
    else topic.onMessage(text)
  }

  function unsubscribe(name: string): void {
    // Where this fails the connection is lost, and the subscription with it.
    subscriber.unsubscribe(keyOf(name)).catch(() => undefined)
  }

  async function subscribeAgain(): Promise<void> {
    subscribing = true
    try {
      await subscribeAll(subscriber, [...topics.keys()].map(keyOf))
      await catchUpAll()
    } catch (error) {
      onFailure(error)
    } finally {
      subscribing = false
    }
  }

  function catchUpAll(): Promise<void> {
    return tellFailure([...topics.values()].map((topic) => topic.catchUp()))
  }

  /** Looks at those topics whose turn it is. */
  async function look(): Promise<void> {
    if (looking) return
    looking = true
    try {
      await tellFailure(rounds.next().map((topic) => topic.look()))
    } finally {
      looking = false
    }
  }

  async function tellFailure(reads: readonly Promise<void>[]): Promise<void> {
    const outcomes = await Promise.allSettled(reads)
    // Where one fails most do, for the same reason.
    const failure = outcomes.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') onFailure(failure.reason)
  }

  /** Subscribes to a channel of its own, because that is answered with the number of all subscriptions. */
  function beat(): void {
    if (subscriber.status !== 'ready') return
    if (unanswered) {
      // A cluster's connection for subscriptions has no deadline of its own. It is given up, with the others.
      unanswered = false
      subscriber.disconnect(true)
      return
    }
    unanswered = true
    const expected = topics.size + 1
    subscriber
      .subscribe(heartbeatChannel)
      .then((count) => {
        if (Number(count) < expected && !subscribing) void subscribeAgain()
      }, onFailure)
      .finally(() => {
        unanswered = false
      })
  }

  return {
    async append(name, events) {
      checkOpen()
      if (events.length > 0) await streams.append(name, events)
    },
    async follow(name, follower) {
      checkOpen()
      return followed(name).join(follower)
    },
    async read(name, after, limit) {
      checkOpen()
      const events = await streams.read(name, after, limit)
      if (events === 'expired') return events
      return events.map(({ position, payload }) => ({ position, payload: asJson(payload) }))
    },
    async close() {
      if (closed) return
      closed = true
      for (const timer of timers) clearInterval(timer)
      subscriber.off('message', onMessage)
      subscriber.off('ready', subscribeAgain)
      commands.off('ready', catchUpAll)
      for (const topic of topics.values()) topic.close()
      topics.clear()
      await Promise.all([commands, subscriber].map(quit))
    },
  }
}

/** How many topics are read at once to catch up. */
const CATCH_UPS = 100

/**
 * Looking is a precaution, so its price has a limit: beyond 1 000 topics at the usual `reconcileMs` a round takes longer.
 * It never takes so long that a topic would expire under its followers, who are the ones that keep it.
 */
const LOOKS_PER_MS = 200 / 1_000

/** How often the next topics of a round are looked at, so that they do not come all at once. */
const TURN_MS = 250

function asJson(text: string): JsonValue {
  return JSON.parse(text)
}

function isCluster(connection: Redis | Cluster): connection is Cluster {
  return 'nodes' in connection
}

async function quit(connection: Redis | Cluster): Promise<void> {
  // A connection that is down has nobody to say goodbye to.
  await connection.quit().catch(() => undefined)
  connection.disconnect()
}
