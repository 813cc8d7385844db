import type { Follower, LoggedEvent } from './event-log.ts'

/** Who follows one topic in this process. */
export interface Followers {
  readonly size: number
  /** The same object may be added twice. What is returned takes it out again; true where it was still in. */
  add(follower: Follower): () => boolean
  tell(event: LoggedEvent): void
  /** Tells all of the end, and forgets them. */
  end(reason: 'expired' | 'closed'): void
}

/** What one follower throws goes to `onError`, and the others are told all the same. */
export function createFollowers(onError: (error: unknown) => void): Followers {
  const entries = new Set<{ readonly follower: Follower }>()

  function guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      onError(error)
    }
  }

  return {
    get size() {
      return entries.size
    },
    add(follower) {
      const entry = { follower }
      entries.add(entry)
      return () => entries.delete(entry)
    },
    tell(event) {
      for (const { follower } of entries) guarded(() => follower.onEvent(event))
    },
    end(reason) {
      for (const entry of entries) {
        entries.delete(entry)
        guarded(() => entry.follower.onEnd(reason))
      }
    },
  }
}
