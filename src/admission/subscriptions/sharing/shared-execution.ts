import { LRUCache } from 'lru-cache'
import { encodeCursor } from '../../../events/cursor.ts'
import type { EventLog, Following, LoggedEvent, Position } from '../../../events/event-log.ts'
import type { TopicSource } from '../../../execution/topic-source.ts'
import { createDeliveryQueue } from '../delivery-queue.ts'
import { type EventPlace, type EventResult, messageOf, type UnexecutedEvent } from '../event-message.ts'
import type { Subscriber } from '../subscriber.ts'
import { type EndReason, endError } from './end-reason.ts'

/** What each topic's last event was, as a subscriber has seen it. */
export type Positions = ReadonlyMap<string, Position>

/** One operation over some topics, executed once for each event, for all who have subscribed to just that. */
export interface SharedExecution {
  /**
   * Adds a subscriber, until that ends. One that has seen events before gets those it has missed first, each
   * once and in order. False where this has ended, so that another one is needed.
   */
  join(subscriber: Subscriber, after: Positions | undefined): boolean
  /** Ends it where nobody has joined. */
  endIfDeserted(): void
}

export interface SharedExecutionOptions extends Pick<TopicSource, 'topics' | 'overflow'> {
  /** The log, to begin with. */
  readonly log: Pick<EventLog, 'follow'>
  /** The log, to resume somebody, until the signal aborts. */
  readonly logUntil: (signal: AbortSignal) => Pick<EventLog, 'read'>
  readonly maxQueuedEvents: number
  /**
   * As many may wait to be executed, and as many of results, and of events, are kept for those who come back.
   */
  readonly maxQueuedBytes: number
  /** Executes the operation for an event. Never rejects. */
  readonly execute: (payload: unknown) => Promise<EventResult>
  /** Tells subscribers of an event. Resolves when the next one may come. Never rejects. */
  readonly deliver: (event: UnexecutedEvent, subscribers: readonly Subscriber[]) => Promise<void>
  /** Called once there is nobody left, or it has ended. */
  readonly onEnd: () => void
}

interface TopicEvent extends EventPlace {
  readonly payload: unknown
  /** The length of the payload as JSON. */
  readonly bytes: number
}

/** How many of the latest events are kept for those who come back. */
const RECENT = 128

/** How many events are executed at the same time. */
const LOOK_AHEAD = 8

/** How many events are read from the log at once. */
const PAGE = 100

/** Resolves once all topics are followed. */
export async function createSharedExecution(options: SharedExecutionOptions): Promise<SharedExecution> {
  const { topics, overflow, log, logUntil, maxQueuedEvents, maxQueuedBytes, execute, deliver, onEnd } = options
  /** All of its subscribers, and those among them that are not behind. */
  const subscribers = new Set<Subscriber>()
  const current = new Set<Subscriber>()
  /** Events that have not been told of. */
  const arrived = createDeliveryQueue<TopicEvent>({
    maxItems: maxQueuedEvents,
    maxBytes: maxQueuedBytes,
    overflow,
    keyOf: ({ topic }) => topic,
  })
  /** The latest events, the oldest first, and where each topic was before the first of them. */
  const recent: TopicEvent[] = []
  let recentBytes = 0
  const before = new Map<string, Position>()
  /** What the current subscribers have been told of, or what waits for them. */
  const positions = new Map<string, Position>()
  const executing = new Map<string, Promise<EventResult>>()
  const results = new LRUCache<string, EventResult>({
    max: RECENT,
    maxSize: maxQueuedBytes,
    sizeCalculation: ({ use }) => Math.max(1, use.responseBytes),
  })
  const onProgress: (() => void)[] = []
  let followings: readonly Following[] = []
  let isWorking = true
  let hasEnded = false

  function end(reason?: EndReason | 'overflow'): void {
    if (hasEnded) return
    hasEnded = true
    stopFollowing()
    const error = reason === undefined || reason === 'overflow' ? undefined : endError(reason)
    for (const subscriber of subscribers) {
      if (reason === 'overflow') subscriber.overflow()
      else subscriber.end(error)
    }
    for (const resolve of onProgress.splice(0)) resolve()
    onEnd()
  }

  function stopFollowing(): void {
    for (const following of followings) following.stop()
    followings = []
  }

  function onEvent(event: TopicEvent): void {
    if (!arrived.push(event)) end('overflow')
    else if (isWorking) lookAhead()
    else work().catch(() => end('failed'))
  }

  async function work(): Promise<void> {
    isWorking = true
    for (let next = arrived.shift(); next !== undefined && !hasEnded; next = arrived.shift()) {
      positions.set(next.topic, next.position)
      remember(next)
      lookAhead()
      // Whoever joins meanwhile has begun after this event.
      await deliver(unexecuted(next, cursorOf(positions)), [...current])
      for (const resolve of onProgress.splice(0)) resolve()
    }
    isWorking = false
  }

  /**
   * Executes the events that come next while one is delivered: most of what they take is waiting for a database. Whoever
   * pauses then has had no more than these executed for nothing.
   */
  function lookAhead(): void {
    // Elsewhere what waits may be left out.
    if (overflow !== 'close' || !someIsEager()) return
    for (const event of arrived.peek(LOOK_AHEAD)) void resultOf(event)
  }

  function someIsEager(): boolean {
    for (const { isEager } of current) if (isEager) return true
    return false
  }

  function unexecuted(event: TopicEvent, cursor: string): UnexecutedEvent {
    const { topic, position, bytes } = event
    const place = { topic, position }
    const execute = async () => messageOf(await resultOf(event), place, cursor)
    return { place, bytes: bytes + cursor.length, execute }
  }

  async function resultOf({ topic, position, payload }: TopicEvent): Promise<EventResult> {
    const key = `${position} ${topic}`
    const known = results.get(key) ?? executing.get(key)
    if (known !== undefined) return known
    const execution = execute(payload)
    executing.set(key, execution)
    try {
      const result = await execution
      results.set(key, result)
      return result
    } finally {
      executing.delete(key)
    }
  }

  function remember(event: TopicEvent): void {
    recent.push(event)
    recentBytes += event.bytes
    while (recent.length > RECENT || recentBytes > maxQueuedBytes) {
      const oldest = recent.shift()
      if (oldest === undefined) return
      recentBytes -= oldest.bytes
      before.set(oldest.topic, oldest.position)
    }
  }

  function cursorOf(seen: Positions): string {
    return encodeCursor(topics, (topic) => seen.get(topic) ?? '')
  }

  /**
   * The events after what a subscriber has seen. Undefined where it has seen what is not among the latest.
   */
  function missed(seen: Positions): readonly TopicEvent[] | undefined {
    const from = new Map<string, number>()
    for (const topic of topics) {
      const position = seen.get(topic)
      const index = recent.findLastIndex((event) => event.topic === topic && event.position === position)
      if (index < 0 && before.get(topic) !== position) return undefined
      from.set(topic, index)
    }
    return recent.filter(({ topic }, index) => index > (from.get(topic) ?? 0))
  }

  async function resume(subscriber: Subscriber, after: Positions, signal: AbortSignal): Promise<void> {
    const seen = new Map(after)

    function push(event: TopicEvent): void {
      seen.set(event.topic, event.position)
      subscriber.push(unexecuted(event, cursorOf(seen)))
    }

    /** Delivers a page of each topic from the log, one after another. Undefined where it has ended. */
    async function replay(): Promise<number | undefined> {
      const { read } = logUntil(signal)
      let found = 0
      for (const topic of topics) {
        const page = await read(topic, seen.get(topic) ?? '', PAGE)
        if (page === 'expired') {
          subscriber.end(endError('expired'))
          return undefined
        }
        found += page.length
        for (const event of page) {
          await subscriber.idle()
          if (hasEnded || subscriber.hasEnded) return undefined
          push(topicEvent(topic, event))
        }
      }
      return hasEnded ? undefined : found
    }

    while (!hasEnded && !subscriber.hasEnded) {
      const rest = missed(seen)
      if (rest === undefined) {
        const found = await replay()
        if (found === undefined) return
        // What it has seen last may be ahead of what others here have been told of.
        if (found === 0) await new Promise<void>((resolve) => onProgress.push(resolve))
        continue
      }
      // What it has missed may be more than may wait for it.
      const fits = rest.length <= maxQueuedEvents / 2 && bytesOf(rest, cursorOf(seen)) <= maxQueuedBytes / 2
      for (const event of rest) {
        push(event)
        if (!fits) await subscriber.idle()
      }
      if (!fits && rest.length > 0) continue
      current.add(subscriber)
      return
    }
  }

  async function open(): Promise<void> {
    const opened = await Promise.allSettled(
      topics.map((topic) => log.follow(topic, { onEvent: (event) => onEvent(topicEvent(topic, event)), onEnd: end })),
    )
    followings = opened.flatMap((following) => (following.status === 'fulfilled' ? [following.value] : []))
    const failed = opened.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') {
      // It may have ended already, before it had all of them.
      stopFollowing()
      end()
      throw failed.reason
    }
    // The first topics may have had too many events before the last one was followed.
    if (hasEnded) return stopFollowing()
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
    endIfDeserted()
  }

  function endIfDeserted(): void {
    if (subscribers.size === 0) end()
  }

  await open()
  return {
    endIfDeserted,
    join(subscriber, after) {
      if (hasEnded) return false
      subscribers.add(subscriber)
      const left = new AbortController()
      void subscriber.ended.then(() => {
        left.abort()
        leave(subscriber)
      })
      if (after === undefined) current.add(subscriber)
      else resume(subscriber, after, left.signal).catch(() => subscriber.end(endError('unavailable')))
      return true
    },
  }
}

function topicEvent(topic: string, { position, payload }: LoggedEvent): TopicEvent {
  return { topic, position, payload, bytes: Buffer.byteLength(JSON.stringify(payload)) }
}

function bytesOf(events: readonly TopicEvent[], cursor: string): number {
  return events.reduce((sum, { bytes }) => sum + bytes + cursor.length, 0)
}
