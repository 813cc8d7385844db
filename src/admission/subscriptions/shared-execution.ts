import type { GraphQLError } from 'graphql'
import { LRUCache } from 'lru-cache'
import { encodeCursor } from '../../events/cursor.ts'
import type { EventLog, Following, LoggedEvent, Position } from '../../events/event-log.ts'
import type { TopicSource } from '../../execution/topic-source.ts'
import { createDeliveryQueue } from './delivery-queue.ts'
import { type EventMessage, type EventResult, messageOf } from './event-message.ts'
import type { Subscriber } from './subscriber.ts'

/** What each topic's last event was, as a subscriber has seen it. */
export type Positions = ReadonlyMap<string, Position>

/** One operation over some topics, executed once for each event, for all who have subscribed to just that. */
export interface SharedExecution {
  /**
   * Adds a subscriber, until that ends. One that has seen events before gets those it has missed first, each once and in
   * order. False where this has ended, so that another one is needed.
   */
  join(subscriber: Subscriber, after: Positions | undefined): boolean
}

export interface SharedExecutionOptions extends Pick<TopicSource, 'topics' | 'overflow'> {
  readonly log: Pick<EventLog, 'follow' | 'read'>
  readonly maxQueuedEvents: number
  /** Executes the operation for an event. Never rejects. */
  readonly execute: (payload: unknown) => Promise<EventResult>
  /** Tells subscribers of a message. Resolves when the next one may come. Never rejects. */
  readonly deliver: (message: EventMessage, subscribers: readonly Subscriber[]) => Promise<void>
  /** What its subscribers are told where it cannot go on. */
  readonly whyEnded: (reason: EndReason) => GraphQLError | undefined
  /** Called once there is nobody left, or it has ended. */
  readonly onEnd: () => void
}

/**
 * `overflow`: events come faster than they are executed. `unavailable`: the log cannot be read, to resume somebody.
 * `failed`: a bug.
 */
export type EndReason = 'expired' | 'closed' | 'overflow' | 'unavailable' | 'failed'

interface TopicEvent {
  readonly topic: string
  readonly event: LoggedEvent
}

/** How many of the latest messages are kept for those who come back. */
const RECENT = 128

/** How many events are read from the log at once. */
const PAGE = 100

/** Resolves once all topics are followed. */
export async function createSharedExecution(options: SharedExecutionOptions): Promise<SharedExecution> {
  const { topics, overflow, log, maxQueuedEvents, execute, deliver, whyEnded, onEnd } = options
  /** All of its subscribers, and those among them that are not behind. */
  const subscribers = new Set<Subscriber>()
  const current = new Set<Subscriber>()
  /** Events that have not been executed. */
  const arrived = createDeliveryQueue<TopicEvent>({ maxItems: maxQueuedEvents, overflow, keyOf: ({ topic }) => topic })
  /** The latest messages, the oldest first, and where each topic was before the first of them. */
  const recent: EventMessage[] = []
  const before = new Map<string, Position>()
  /** What the current subscribers have seen. */
  const positions = new Map<string, Position>()
  const results = new LRUCache<string, Promise<EventResult>>({ max: RECENT })
  const onProgress: (() => void)[] = []
  let followings: readonly Following[] = []
  let works = true
  let hasEnded = false

  function end(reason?: EndReason): void {
    if (hasEnded) return
    const error = reason && whyEnded(reason)
    hasEnded = true
    for (const following of followings) following.stop()
    for (const subscriber of subscribers) subscriber.end(error)
    for (const resolve of onProgress.splice(0)) resolve()
    onEnd()
  }

  function onEvent(topic: string, event: LoggedEvent): void {
    if (!arrived.push({ topic, event })) end('overflow')
    else if (!works) work().catch(() => end('failed'))
  }

  async function work(): Promise<void> {
    works = true
    for (let next = arrived.shift(); next !== undefined && !hasEnded; next = arrived.shift()) {
      const message = await messageFor(next, positions)
      if (hasEnded) return
      remember(message)
      // Whoever joins meanwhile has begun after this event.
      await deliver(message, [...current])
      for (const resolve of onProgress.splice(0)) resolve()
    }
    works = false
  }

  /** The message of one event to a subscriber that has seen what `seen` says, which is brought up to it. */
  async function messageFor({ topic, event }: TopicEvent, seen: Map<string, Position>): Promise<EventMessage> {
    const result = await resultOf(topic, event)
    seen.set(topic, event.position)
    return messageOf(result, { topic, position: event.position }, cursorOf(seen))
  }

  function resultOf(topic: string, { position, payload }: LoggedEvent): Promise<EventResult> {
    const key = `${position} ${topic}`
    const known = results.get(key)
    if (known !== undefined) return known
    const result = execute(payload)
    results.set(key, result)
    return result
  }

  function remember(message: EventMessage): void {
    recent.push(message)
    if (recent.length <= RECENT) return
    const place = recent.shift()?.place
    if (place !== undefined) before.set(place.topic, place.position)
  }

  function cursorOf(seen: Positions): string {
    return encodeCursor(topics, (topic) => seen.get(topic) ?? '')
  }

  /** The messages after what a subscriber has seen. Undefined where it has seen what is not among the latest. */
  function missed(seen: Positions): readonly EventMessage[] | undefined {
    const from = new Map<string, number>()
    for (const topic of topics) {
      const position = seen.get(topic)
      const index = recent.findLastIndex(({ place }) => place?.topic === topic && place.position === position)
      if (index < 0 && before.get(topic) !== position) return undefined
      from.set(topic, index)
    }
    return recent.filter(({ place }, index) => place !== undefined && index > (from.get(place.topic) ?? 0))
  }

  async function resume(subscriber: Subscriber, after: Positions): Promise<void> {
    const seen = new Map(after)
    while (!hasEnded && !subscriber.hasEnded) {
      const rest = missed(seen)
      if (rest === undefined) {
        // What it has seen last may be ahead of what has been executed here.
        if (!(await replay(subscriber, seen))) await new Promise<void>((resolve) => onProgress.push(resolve))
        continue
      }
      // What it has missed may be more than may wait for it.
      const fits = rest.length <= maxQueuedEvents / 2
      for (const { result, place } of rest) {
        if (place === undefined) continue
        seen.set(place.topic, place.position)
        subscriber.push(messageOf(result, place, cursorOf(seen)))
        if (!fits) await subscriber.idle()
      }
      if (!fits) continue
      current.add(subscriber)
      return
    }
  }

  /** Delivers a page of each topic from the log. False where there was nothing. */
  async function replay(subscriber: Subscriber, seen: Map<string, Position>): Promise<boolean> {
    let found = false
    for (const topic of topics) {
      const page = await log.read(topic, seen.get(topic) ?? '', PAGE)
      if (page === 'expired') {
        subscriber.end(whyEnded('expired'))
        return true
      }
      for (const event of page) {
        found = true
        const message = await messageFor({ topic, event }, seen)
        await subscriber.idle()
        if (hasEnded || subscriber.hasEnded) return true
        subscriber.push(message)
      }
    }
    return found
  }

  async function open(): Promise<void> {
    const opened = await Promise.allSettled(
      topics.map((topic) => log.follow(topic, { onEvent: (event) => onEvent(topic, event), onEnd: end })),
    )
    followings = opened.flatMap((following) => (following.status === 'fulfilled' ? [following.value] : []))
    const failed = opened.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') {
      end()
      throw failed.reason
    }
    // The first topics may have had too many events before the last one was followed.
    if (hasEnded) {
      for (const following of followings) following.stop()
      return
    }
    topics.forEach((topic, index) => {
      const position = followings[index]?.position ?? ''
      positions.set(topic, position)
      before.set(topic, position)
    })
    work().catch(() => end('failed'))
  }

  function leave(subscriber: Subscriber): void {
    current.delete(subscriber)
    subscribers.delete(subscriber)
    if (subscribers.size === 0) end()
  }

  await open()
  return {
    join(subscriber, after) {
      if (hasEnded) return false
      subscribers.add(subscriber)
      if (after === undefined) current.add(subscriber)
      else resume(subscriber, after).catch(() => subscriber.end(whyEnded('unavailable')))
      void subscriber.ended.then(() => leave(subscriber))
      return true
    },
  }
}
