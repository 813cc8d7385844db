import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * Results as server-sent events, in the protocol of graphql-sse with a connection for each operation: `next` for each
 * result, `complete` at the end, and a comment when there has been nothing for so long. Without `complete` a client
 * connects again. It ends with its signal, whether its source heeds that or not.
 */
export async function* eventStream<Result>(
  results: AsyncIterable<Result>,
  { heartbeatMs, goesOn, signal, show }: EventStreamOptions<Result>,
): AsyncGenerator<string, void, void> {
  const iterator = results[Symbol.asyncIterator]()
  try {
    // Some browsers take an answer for begun with its first bytes alone.
    yield COMMENT
    let next = iterator.next()
    for (;;) {
      const result = await within(next, heartbeatMs, signal)
      if (result === 'aborted' || (result !== 'late' && result.done === true)) break
      if (result === 'late') {
        yield COMMENT
        continue
      }
      yield event(show.result(result.value))
      next = iterator.next()
    }
  } catch (error) {
    yield event(show.error(error))
  } finally {
    // A source that does not end is not waited for.
    iterator.return?.().catch(() => undefined)
  }
  if (!goesOn()) yield 'event: complete\ndata:\n\n'
}

export interface EventStreamOptions<Result> {
  /** After so long without a result a comment is sent. */
  readonly heartbeatMs: number
  /** Asked at the end: whether there would be more elsewhere. */
  readonly goesOn: () => boolean
  readonly signal: AbortSignal
  /** What is sent of a result, and of an error that ends them. */
  readonly show: { result(result: Result): object; error(thrown: unknown): object }
}

const LATE = 'late' as const
const ABORTED = 'aborted' as const

const COMMENT = ':\n\n'

function event(data: object): string {
  return `event: next\ndata: ${JSON.stringify(data)}\n\n`
}

/** What comes first: the value, the end of the time, or that of the whole, which leaves what is there already. */
async function within<Value>(
  promise: Promise<Value>,
  ms: number,
  signal: AbortSignal,
): Promise<Value | 'late' | 'aborted'> {
  const timer = new AbortController()
  const end = () => timer.abort()
  signal.addEventListener('abort', end, { once: true })
  try {
    const time = signal.aborted ? setImmediate() : setTimeout(ms, undefined, { ref: false, signal: timer.signal })
    const over = time.then(
      (): typeof ABORTED | typeof LATE => (signal.aborted ? ABORTED : LATE),
      () => setImmediate<typeof ABORTED>(ABORTED),
    )
    return await Promise.race([promise, over])
  } finally {
    signal.removeEventListener('abort', end)
    timer.abort()
  }
}
