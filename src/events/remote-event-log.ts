import type { EventLog, Follower, Following, LoggedEvent, NewEvent, Position } from './event-log.ts'
import { EventLogClosedError } from './event-log-closed-error.ts'
import { createFollowers, type Followers } from './followers.ts'

/** What the process that keeps a log answers for one other process. Followings have numbers, which the other chooses. */
export interface EventLogVerbs {
  append(topic: string, events: readonly NewEvent[]): Promise<void>
  read(topic: string, after: Position, limit: number): Promise<readonly LoggedEvent[] | 'expired'>
  follow(following: number, topic: string): Promise<Position>
  unfollow(following: number): void
}

/** What the other process is told. */
export interface FollowerVerbs {
  event(following: number, event: LoggedEvent): void
  end(following: number, reason: Parameters<Follower['onEnd']>[0]): void
}

/** A log as another process uses it. `gone` ends what that process followed, once it is there no more. */
export function shareEventLog(log: EventLog, other: FollowerVerbs): EventLogVerbs & { gone(): void } {
  /** Undefined while one begins. */
  const followings = new Map<number, Following | undefined>()
  return {
    append: (topic, events) => log.append(topic, events),
    read: (topic, after, limit) => log.read(topic, after, limit),
    async follow(number, topic) {
      followings.set(number, undefined)
      const following = await log.follow(topic, {
        onEvent: (event) => other.event(number, event),
        onEnd(reason) {
          followings.delete(number)
          other.end(number, reason)
        },
      })
      // It may have been stopped, or have ended, while it began.
      if (followings.has(number)) followings.set(number, following)
      else following.stop()
      return following.position
    },
    unfollow(number) {
      followings.get(number)?.stop()
      followings.delete(number)
    },
    gone() {
      for (const following of followings.values()) following?.stop()
      followings.clear()
    },
  }
}

/**
 * A log that another process keeps. It has what that process tells: `event` and `end`.
 *
 * @param onError told of what a follower throws
 */
export function createRemoteEventLog(
  verbs: EventLogVerbs,
  onError: (error: unknown) => void,
): EventLog & FollowerVerbs {
  const followings = new Map<number, Followers>()
  /** Whoever is still about to follow is told of an end by a rejection. */
  const begun = new Set<number>()
  let last = 0
  let closed = false

  function checkOpen(): void {
    if (closed) throw new EventLogClosedError()
  }

  function forget(number: number): boolean {
    begun.delete(number)
    return followings.delete(number)
  }

  return {
    async append(topic, events) {
      checkOpen()
      await verbs.append(topic, events)
    },
    async read(topic, after, limit) {
      checkOpen()
      return await verbs.read(topic, after, limit)
    },
    async follow(topic, follower) {
      checkOpen()
      last += 1
      const number = last
      const one = createFollowers(onError)
      one.add(follower)
      followings.set(number, one)
      try {
        const position = await verbs.follow(number, topic)
        checkOpen()
        begun.add(number)
        return { position, stop: () => void (forget(number) && verbs.unfollow(number)) }
      } catch (error) {
        forget(number)
        throw error
      }
    },
    async close() {
      closed = true
      for (const [number, one] of followings) {
        verbs.unfollow(number)
        if (begun.has(number)) one.end('closed')
        forget(number)
      }
    },
    event: (number, event) => followings.get(number)?.tell(event),
    end(number, reason) {
      const one = followings.get(number)
      forget(number)
      one?.end(reason)
    },
  }
}
