/** Carries events by topic, at most once: whoever is not subscribed at that moment never sees them. */
export interface EventBus {
  /**
   * Hands an event to everyone who is subscribed to its topic now, in this process and in others. Events of one topic
   * arrive in the order they were published in. Rejects where the event may not have got through; it is not tried again.
   */
  publish(topic: string, payload: JsonValue): Promise<void>
  /**
   * Events of one topic from now on. Resolves once the subscription stands: what is published afterwards arrives.
   * When the signal aborts, the stream ends; it begins ended where the signal was aborted before.
   */
  subscribe(topic: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<EventStream>
  /** Ends all streams, and the connections. Afterwards the other methods reject. */
  close(): Promise<void>
}

/**
 * Ends, and drops what was not read yet, by `return()`, by the signal of its subscription, and with the bus. A reader
 * too slow for its topic ends it with a `SubscriptionOverflowError`.
 */
export interface EventStream extends AsyncIterableIterator<JsonValue, undefined> {
  return(): Promise<IteratorResult<JsonValue, undefined>>
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }
