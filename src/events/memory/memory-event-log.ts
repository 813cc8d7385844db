import { type EventLog, LOOK_BACK, type LoggedEvent, type Position } from '../event-log.ts'
import { EventLogClosedError } from '../event-log-closed-error.ts'
import { createFollowers, type Followers } from '../followers.ts'

export interface MemoryEventLogOptions {
  /**
   * How many events of a topic are kept: by so many may a reader be behind.
   * @default 1000
   */
  readonly maxEventsPerTopic?: number
  /**
   * How long a topic that nobody follows is kept after it was last appended to, followed or read.
   * @default 3_600_000
   */
  readonly keepForMs?: number
  /**
   * How many topics that nobody follows are kept. Of more, those that were left alone longest are forgotten.
   * @default 100_000
   */
  readonly maxIdleTopics?: number
  /**
   * Told of what a follower throws.
   * @default nobody is told
   */
  readonly onError?: (error: unknown) => void
  /**
   * Milliseconds since 1970.
   * @default Date.now
   */
  readonly now?: () => number
}

/** A log for one process, which ends with it. */
export function createMemoryEventLog(options: MemoryEventLogOptions = {}): EventLog {
  const { maxEventsPerTopic = 1000, keepForMs = 3_600_000, maxIdleTopics = 100_000 } = options
  const { onError = () => {}, now = Date.now } = options
  const keptEvents = Math.max(maxEventsPerTopic, LOOK_BACK)
  const followed = new Map<string, Topic>()
  // Those left alone longest come first.
  const idle = new Map<string, Topic>()
  const nextPosition = createPositions(now)
  let closed = false

  function checkOpen(): void {
    if (closed) throw new EventLogClosedError()
  }

  function forget(): void {
    const touchedAfter = now() - keepForMs
    for (const [name, { touchedAt }] of idle) {
      if (touchedAt > touchedAfter && idle.size <= maxIdleTopics) return
      idle.delete(name)
    }
  }

  /** Puts a topic where it belongs now. */
  function touch(name: string, topic: Topic): void {
    topic.touchedAt = now()
    const isFollowed = topic.followers.size > 0
    // Taken out first: what comes back is the last.
    idle.delete(name)
    if (isFollowed) followed.set(name, topic)
    else {
      followed.delete(name)
      idle.set(name, topic)
    }
    forget()
  }

  function find(name: string): Topic | undefined {
    forget()
    return followed.get(name) ?? idle.get(name)
  }

  function open(name: string): Topic {
    return find(name) ?? { start: nextPosition(), events: [], followers: createFollowers(onError), touchedAt: now() }
  }

  return {
    async append(name, events) {
      checkOpen()
      if (events.length > LOOK_BACK) throw new Error(`At most ${LOOK_BACK} events can be appended at once.`)
      // What a reader gets is what it would get from another process, and nothing that who appends still holds.
      const copies = events.map(({ key, payload }) => ({ key, payload: JSON.parse(JSON.stringify(payload)) }))
      // A follower that appends while it is told of an event does so after all have been told.
      await undefined
      checkOpen()
      const topic = open(name)
      const known = new Set(topic.events.slice(-LOOK_BACK).map(({ key }) => key))
      const added: Kept[] = []
      for (const { key, payload } of copies) {
        if (known.has(key)) continue
        known.add(key)
        added.push({ key, event: { position: nextPosition(), payload } })
      }
      topic.events.push(...added)
      const trimmed = topic.events.splice(0, Math.max(0, topic.events.length - keptEvents))
      topic.start = trimmed.at(-1)?.event.position ?? topic.start
      touch(name, topic)
      for (const { event } of added) topic.followers.tell(event)
    },
    async follow(name, follower) {
      checkOpen()
      await undefined
      checkOpen()
      const topic = open(name)
      const leave = topic.followers.add(follower)
      touch(name, topic)
      return {
        position: topic.events.at(-1)?.event.position ?? topic.start,
        stop() {
          if (leave()) touch(name, topic)
        },
      }
    },
    async read(name, after, limit) {
      checkOpen()
      const topic = find(name)
      if (topic === undefined) return 'expired'
      const seen = topic.events.findLastIndex(({ event }) => event.position === after)
      if (seen < 0 && after !== topic.start) return 'expired'
      // What is kept for its keys alone is not there for readers.
      if (topic.events.length - (seen + 1) > maxEventsPerTopic) return 'expired'
      touch(name, topic)
      return topic.events.slice(seen + 1, seen + 1 + limit).map(({ event }) => event)
    },
    async close() {
      closed = true
      for (const { followers } of followed.values()) followers.end('closed')
      followed.clear()
      idle.clear()
    },
  }
}

interface Topic {
  /** That of the last event which is not kept any more. */
  start: Position
  readonly events: Kept[]
  readonly followers: Followers
  touchedAt: number
}

interface Kept {
  readonly key: string
  readonly event: LoggedEvent
}

/** Each position is given once, in any topic and whatever the clock does: a topic that is forgotten has other ones later. */
function createPositions(now: () => number): () => Position {
  let lastMs = 0
  let number = 0
  return () => {
    const ms = Math.max(now(), lastMs)
    number = ms === lastMs ? number + 1 : 0
    lastMs = ms
    return `${ms}-${number}`
  }
}
