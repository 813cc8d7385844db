import type { Cluster, Redis } from 'ioredis'
import type { EventLog, JsonValue } from '../event-log.ts'
import { createFollowedTopic, type FollowedTopic } from './followed-topic.ts'
import { createLanes } from './lanes.ts'
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
   * How often followed topics are looked at for events whose message was lost, and the subscriber's connection is tried.
   * One that is dead without having said so is replaced after at most twice this time, or its own `socketTimeout`.
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
  let reconciling = false
  let unanswered = false
  let closed = false

  // ioredis forgets what it had when a connection is lost twice in a row, and lets the failure end the process.
  if (!isCluster(subscriber)) subscriber.options.autoResubscribe = false
  subscriber.on('message', onMessage)
  subscriber.on('ready', subscribeAgain)
  commands.on('ready', catchUpAll)
  const timer = setInterval(reconcile, reconcileMs).unref()

  function onFailure(error: unknown): void {
    // Closing makes what is under way fail.
    if (!closed) onError(error)
  }

  function checkOpen(): void {
    if (closed) throw new Error('The event log is closed.')
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

  function subscribeAgain(): void {
    const channels = [...topics.keys()].map(keyOf)
    if (channels.length > 0) subscriber.subscribe(...channels).then(catchUpAll, onFailure)
  }

  async function catchUpAll(): Promise<void> {
    const outcomes = await Promise.allSettled([...topics.values()].map((topic) => topic.catchUp()))
    // Where one fails most do, for the same reason.
    const failure = outcomes.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') onFailure(failure.reason)
  }

  async function reconcile(): Promise<void> {
    beat()
    if (reconciling) return
    reconciling = true
    await catchUpAll()
    reconciling = false
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
      .then((count) => Number(count) < expected && subscribeAgain(), onFailure)
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
      clearInterval(timer)
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
