import type { Follower, Following, JsonValue, Position } from '../event-log.ts'
import { EventLogClosedError } from '../event-log-closed-error.ts'
import { createFollowers } from '../followers.ts'
import type { StoredEvent } from './topic-streams.ts'

/**
 * A topic that is followed in this process, told up to a position. The stream is what counts: a message that goes on
 * from the position is told as it is, and any other makes it read on.
 */
export interface FollowedTopic {
  join(follower: Follower): Promise<Following>
  onMessage(text: string): void
  /** Resolves when everything has been told that was in the stream at the call. */
  catchUp(): Promise<void>
  /** The same, unless a message has come since the last look: it would have shown that one before it was lost. */
  look(): Promise<void>
  close(): void
}

export interface FollowedTopicOptions {
  /** Resolves when messages come. */
  readonly subscribe: () => Promise<unknown>
  /** The position of the last event. */
  readonly open: () => Promise<Position>
  readonly read: (after: Position, limit: number) => Promise<readonly StoredEvent[] | 'expired'>
  /** Called when nobody follows any more. */
  readonly onDeserted: () => void
  readonly onError: (error: unknown) => void
}

export function createFollowedTopic(options: FollowedTopicOptions): FollowedTopic {
  const { subscribe, open, read, onDeserted, onError } = options
  const followers = createFollowers(onError)
  /** That of the last event told. Nothing while there are no followers yet. */
  let position: Position | undefined
  /** There may be more in the stream. */
  let behind = false
  /** A message went on from the position, since the last look. */
  let rang = false
  let reading: Promise<void> | undefined
  let subscribed: Promise<unknown> | undefined
  let joining = 0
  let closed = false

  const isDeserted = () => followers.size === 0 && joining === 0

  function tell(event: StoredEvent): void {
    position = event.position
    const payload = parse(event.payload)
    if (payload !== undefined) followers.tell({ position, payload })
    else onError(new Error(`The event at ${position} is no JSON; ignored.`))
  }

  function catchUp(): Promise<void> {
    behind = true
    if (position === undefined) return Promise.resolve()
    reading ??= readOn(position)
    return reading
  }

  /** One read at a time. What comes meanwhile only says that there is more: it may be in the answer, or not. */
  async function readOn(after: Position): Promise<void> {
    try {
      while (behind && !isDeserted() && !closed) {
        behind = false
        const page = await read(position ?? after, PAGE)
        if (page === 'expired') {
          position = undefined
          followers.end('expired')
          break
        }
        for (const event of page) tell(event)
        if (page.length === PAGE) behind = true
      }
    } catch (error) {
      behind = true
      throw error
    } finally {
      reading = undefined
      if (isDeserted()) onDeserted()
    }
  }

  async function subscribeOnce(): Promise<void> {
    subscribed ??= subscribe()
    try {
      await subscribed
    } catch (cause) {
      subscribed = undefined
      throw cause
    }
  }

  /** Resolves in the moment when the position is that of the last event, or a later one than that was at the call. */
  async function becomeCurrent(): Promise<void> {
    const last = await open()
    position ??= last
    if (position !== last || behind) await catchUp()
  }

  return {
    async join(follower) {
      joining += 1
      try {
        await subscribeOnce()
        await becomeCurrent()
        // What was followed before has expired meanwhile: it begins anew.
        while (position === undefined && !closed) await becomeCurrent()
        if (position === undefined || closed) throw new EventLogClosedError()
        const leave = followers.add(follower)
        return {
          position,
          stop() {
            if (leave() && isDeserted()) onDeserted()
          },
        }
      } finally {
        joining -= 1
        if (isDeserted()) onDeserted()
      }
    },
    onMessage(text) {
      const [previous, next, payload] = messageParts(text)
      if (next === position) return
      if (reading !== undefined) behind = true
      else if (previous === position) {
        rang = true
        tell({ position: next, payload })
      } else catchUp().catch((error) => closed || onError(error))
    },
    catchUp,
    async look() {
      const needless = rang && !behind
      rang = false
      if (!needless) await catchUp()
    },
    close() {
      closed = true
      followers.end('closed')
    },
  }
}

const PAGE = 200

/** See `append.lua`. A message that is none of its has a previous position that no event has. */
function messageParts(text: string): readonly [previous: string, position: string, payload: string] {
  const first = text.indexOf(' ')
  const second = text.indexOf(' ', first + 1)
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1)]
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
