/**
 * What the `subscribe` of a field returns whose events come by topics: the field is then executed for each
 * event, with its payload as the root value. Who reads the topics, and for how many subscribers at once, is
 * not the resolver's business.
 */
export interface TopicSource extends AsyncIterable<never> {
  /** At least one, each once. */
  readonly topics: readonly string[]
  /**
   * Who is answered alike. `role`: all clients of one role that ask the same, those with a key apart from
   * those without. Then one execution serves them all, and its `context.client` has a role and no name.
   * `client`: only subscriptions of one client.
   */
  readonly sharedBy: 'role' | 'client'
  /**
   * What becomes of events that wait for a subscriber when there are as many as may. `close` ends the
   * subscription, which can be resumed; `dropOldest` leaves out the oldest; `coalesce` keeps, from the
   * beginning, only the latest of each topic, and ends the subscription where those are too many bytes.
   */
  readonly overflow: 'close' | 'dropOldest' | 'coalesce'
}

/**
 * @param options.sharedBy by default `client`: a resolver says where the answer does not depend on who asks
 * @param options.overflow by default `close`: nothing is missed without a word
 */
export function topicSource(
  topics: readonly string[],
  { sharedBy = 'client', overflow = 'close' }: TopicSourceOptions = {},
): TopicSource {
  if (topics.length === 0 || new Set(topics).size < topics.length) {
    throw new Error(`A subscription needs topics, each once; found ${JSON.stringify(topics)}`)
  }
  const source: TopicSource = {
    topics,
    sharedBy,
    overflow,
    // graphql-js takes nothing else for a source.
    [Symbol.asyncIterator]() {
      throw new Error('The topics of a subscription are read by admission/subscriptions, not by iterating over them')
    },
  }
  sources.add(source)
  return source
}

export interface TopicSourceOptions {
  readonly sharedBy?: TopicSource['sharedBy'] | undefined
  readonly overflow?: TopicSource['overflow'] | undefined
}

const sources = new WeakSet<object>()

export function isTopicSource(source: object): source is TopicSource {
  return sources.has(source)
}
