import { setTimeout } from 'node:timers/promises'

/**
 * Results as server-sent events, in the protocol of graphql-sse with a connection for each operation: `next` for each
 * result, `complete` at the end, and a comment when there has been nothing for so long. Without `complete`
 * a client connects again.
 */
export async function* eventStream(
  results: AsyncIterable<object>,
  { heartbeatMs, goesOn }: EventStreamOptions,
): AsyncGenerator<string, void, void> {
  const iterator = results[Symbol.asyncIterator]()
  try {
    // Some browsers take an answer for begun with its first bytes alone.
    yield COMMENT
    let next = iterator.next()
    for (;;) {
      const result = await within(next, heartbeatMs)
      if (result?.done === true) break
      if (result === undefined) {
        yield COMMENT
        continue
      }
      yield `event: next\ndata: ${JSON.stringify(result.value)}\n\n`
      next = iterator.next()
    }
    if (!goesOn()) yield 'event: complete\ndata:\n\n'
  } finally {
    await iterator.return?.()
  }
}

export interface EventStreamOptions {
  /** After so long without a result a comment is sent. */
  readonly heartbeatMs: number
  /** Asked at the end: whether there would be more elsewhere. */
  readonly goesOn: () => boolean
}

const COMMENT = ':\n\n'

/** Undefined where the time is over first. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const timer = new AbortController()
  try {
    return await Promise.race([promise, setTimeout(ms, undefined, { ref: false, signal: timer.signal })])
  } finally {
    timer.abort()
  }
}
