/**
 * An append-only log for each topic, kept for a while. Whoever knows the position of the last event it has seen reads on
 * from there, once and in order, or learns that the log no longer reaches back so far.
 */
export interface EventLog {
  /**
   * Appends events in this order. One whose key is among the last `LOOK_BACK` of its topic is there already, and is left
   * out: what is sent again because nobody knows whether it arrived is logged once. Rejects where it may not have arrived.
   */
  append(topic: string, events: readonly NewEvent[]): Promise<void>
  /**
   * Tells a follower of every event of a topic from now on: in order, each once, whoever appends it. Resolves with where
   * it begins once nothing after that can be missed; the first event may be told a moment before. Rejects where the log
   * cannot be reached.
   */
  follow(topic: string, follower: Follower): Promise<Following>
  /**
   * The first events after a position, at most `limit`: none where it is that of the last. `expired` where the log does
   * not have the event at that position any more, so that nobody can tell what came after it.
   */
  read(topic: string, after: Position, limit: number): Promise<readonly LoggedEvent[] | 'expired'>
  /** Ends all followers, and the connections. Afterwards the other methods reject. */
  close(): Promise<void>
}

/**
 * How many events of a topic are looked through for a key that is appended again, however few of them may be read. More
 * at once are not appended at all.
 */
export const LOOK_BACK = 100

/** Where in the log of its topic an event is: `1764058800123-0`, milliseconds since 1970 and a number. */
export type Position = string

export interface NewEvent {
  /** Unique for each event, such as a UUID. */
  readonly key: string
  readonly payload: JsonValue
}

export interface LoggedEvent {
  readonly position: Position
  readonly payload: JsonValue
}

export interface Follower {
  onEvent(event: LoggedEvent): void
  /**
   * Called once, where there will be no more: `expired` where events may have been lost between the last one told and
   * what the log has now, `closed` with the log.
   */
  onEnd(reason: 'expired' | 'closed'): void
}

export interface Following {
  /** That of the last event before the first one to be told. A topic without events has one too. */
  readonly position: Position
  /** Nothing is told afterwards, not even the end. */
  stop(): void
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }
