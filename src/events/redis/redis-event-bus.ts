import type { Cluster, Redis } from 'ioredis'
import type { EventBus, JsonValue } from '../event-bus.ts'
import { createTopics, type TopicsOptions } from '../topics.ts'

export interface RedisEventBusOptions extends Pick<TopicsOptions, 'maxQueuedEvents'> {
  /** Ready connections for this bus alone, which ends them. A connection that subscribes can do nothing else. */
  readonly publisher: Redis | Cluster
  readonly subscriber: Redis | Cluster
  /**
   * What all channels begin with. Buses that share it share their events; Redis does not keep databases apart here.
   * @default 'tollgate'
   */
  readonly prefix?: string
  /**
   * How often the subscriber's connection is tried. One that is dead without having said so is replaced after at most
   * twice this time, or the connection's own `socketTimeout` where that is longer.
   * @default 5000
   */
  readonly heartbeatMs?: number
  /** Told of messages that were ignored, and of a heartbeat or a new subscription that failed; those mend themselves. */
  readonly onError?: (error: Error) => void
}

/**
 * Events among processes, by Redis pub/sub. One connection carries all subscriptions of this process; after a loss it
 * subscribes again, and what was published meanwhile is lost. `subscribe` rejects where Redis does not confirm it.
 */
export function createRedisEventBus(options: RedisEventBusOptions): EventBus {
  const {
    publisher,
    subscriber,
    prefix = 'tollgate',
    heartbeatMs = 5000,
    maxQueuedEvents,
    onError = () => {},
  } = options
  const topics = createTopics({ maxQueuedEvents, onDeserted: unsubscribe })
  const heartbeatChannel = `${prefix}:heartbeat`
  const channelStart = `${prefix}:event:`
  const channelOf = (topic: string) => channelStart + topic
  let unanswered = false

  // ioredis forgets what it had when a connection is lost twice in a row, and lets the failure end the process.
  if (!isCluster(subscriber)) subscriber.options.autoResubscribe = false
  subscriber.on('message', onMessage)
  subscriber.on('ready', subscribeAgain)
  const heartbeat = setInterval(beat, heartbeatMs).unref()

  function onMessage(channel: string, text: string): void {
    if (!channel.startsWith(channelStart)) return
    const topic = channel.slice(channelStart.length)
    // A cluster that changed its node may have taken up a channel that was given up meanwhile.
    if (!topics.has(topic)) unsubscribe(topic)
    const event = parse(text)
    if (event !== undefined) topics.deliver(topic, event)
    else onError(new Error(`A message of ${text.length} characters on the channel "${channel}" is no JSON; ignored.`))
  }

  function unsubscribe(topic: string): void {
    // Where this fails the connection is lost, and the subscription with it.
    subscriber.unsubscribe(channelOf(topic)).catch(() => undefined)
  }

  function subscribeAgain(): void {
    const channels = topics.names().map(channelOf)
    if (channels.length > 0) subscriber.subscribe(...channels).catch(onError)
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
    const expected = topics.names().length + 1
    subscriber
      .subscribe(heartbeatChannel)
      .then((count) => Number(count) < expected && subscribeAgain(), onError)
      .finally(() => {
        unanswered = false
      })
  }

  return {
    async publish(topic, payload) {
      await nodeFor(topic, publisher).publish(channelOf(topic), JSON.stringify(payload))
    },
    async subscribe(topic, { signal } = {}) {
      const queue = topics.open(topic, signal)
      if (!topics.has(topic)) return queue.stream
      try {
        // Also where others have: the answer proves that the subscription stands now.
        await subscriber.subscribe(channelOf(topic))
        return queue.stream
      } catch (cause) {
        queue.end()
        throw new Error(`Redis has not confirmed the subscription to "${topic}".`, { cause })
      }
    },
    async close() {
      clearInterval(heartbeat)
      subscriber.off('ready', subscribeAgain)
      subscriber.off('message', onMessage)
      topics.close()
      await Promise.all([publisher, subscriber].map(quit))
    },
  }
}

/**
 * On a cluster, every node passes a message on to all others, each at its own pace: only messages that went through the
 * same node arrive in order. The node is asked directly, because the cluster would send a second time what met a loss.
 */
function nodeFor(topic: string, connection: Redis | Cluster): Redis {
  if (!isCluster(connection)) return connection
  const address = ({ options }: Redis) => `${options.host}:${options.port}`
  const masters = connection.nodes('master').toSorted((a, b) => (address(a) < address(b) ? -1 : 1))
  const master = masters[hash(topic) % masters.length]
  if (master === undefined) throw new Error('No node of the Redis Cluster can be reached.')
  return master
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCluster(connection: Redis | Cluster): connection is Cluster {
  return 'nodes' in connection
}

function hash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0
  return hash
}

async function quit(connection: Redis | Cluster): Promise<void> {
  // A connection that is down has nobody to say goodbye to.
  await connection.quit().catch(() => undefined)
  connection.disconnect()
}
