import type { Cluster, Redis } from 'ioredis'
import { LOOK_BACK, type NewEvent, type Position } from '../event-log.ts'
import { redisScript } from './redis-script.ts'

/** A stream for each topic, under one key each: on a cluster, its node orders what is appended and told. */
export interface TopicStreams {
  append(topic: string, events: readonly NewEvent[]): Promise<void>
  /** The position of the last event, or one to begin with. */
  open(topic: string): Promise<Position>
  read(topic: string, after: Position, limit: number): Promise<readonly StoredEvent[] | 'expired'>
}

export interface StoredEvent {
  readonly position: Position
  /** In JSON. */
  readonly payload: string
}

export interface TopicStreamsOptions {
  readonly redis: Redis | Cluster
  /** Of the stream of a topic, and the name of the channel on which its events are told. */
  readonly keyOf: (topic: string) => string
  readonly maxEventsPerTopic: number
  readonly keepForMs: number
}

export function createTopicStreams(options: TopicStreamsOptions): TopicStreams {
  const { redis, keyOf, maxEventsPerTopic, keepForMs } = options
  const append = redisScript(redis, 'append.lua')
  const open = redisScript(redis, 'open.lua')
  const read = redisScript(redis, 'read.lua')
  // One more than may be read: the event that a reader has seen is asked for as well. And all that are looked through.
  const keptEntries = Math.max(maxEventsPerTopic, LOOK_BACK) + 1
  const reach = maxEventsPerTopic < LOOK_BACK ? [maxEventsPerTopic] : []

  return {
    async append(topic, events) {
      if (events.length > LOOK_BACK) throw new Error(`At most ${LOOK_BACK} events can be appended at once.`)
      const pairs = events.flatMap(({ key, payload }) => [key, JSON.stringify(payload)])
      await append(keyOf(topic), [LOOK_BACK, keptEntries, keepForMs, ...pairs])
    },
    async open(topic) {
      const position = await open(keyOf(topic), [keepForMs])
      if (typeof position !== 'string') throw new TypeError('open.lua answered with something that is no position')
      return position
    },
    async read(topic, after, limit) {
      const reply = await read(keyOf(topic), [after, limit, keepForMs, ...reach])
      return reply === null ? 'expired' : storedEvents(reply)
    },
  }
}

function storedEvents(reply: unknown): readonly StoredEvent[] {
  const events: StoredEvent[] = []
  const strings: readonly unknown[] = Array.isArray(reply) ? reply : [reply]
  for (let index = 0; index < strings.length; index += 2) {
    const [position, payload] = [strings[index], strings[index + 1]]
    if (typeof position !== 'string' || typeof payload !== 'string') {
      throw new TypeError('read.lua answered with something that is no list of events')
    }
    events.push({ position, payload })
  }
  return events
}
