import { PassThrough, type Readable } from 'node:stream'
import type { Sink } from '../../admission/subscriptions/subscriber.ts'

/**
 * Results as server-sent events, in the protocol of graphql-sse with a connection for each operation: `next` for each
 * result, `complete` at the end, and a comment when there has been nothing for so long. Without `complete` a client
 * connects again, and browsers then send the id of the last event as `Last-Event-ID`.
 */
export interface EventStream {
  readonly body: Readable
  readonly sink: Sink
  /** Ends it: `complete` where there is no more, `interrupted` where there would be more elsewhere. */
  end(how: 'complete' | 'interrupted'): void
}

/** @param heartbeatMs after so long without a result a comment is sent */
export function createEventStream(heartbeatMs: number): EventStream {
  const body = new PassThrough()
  const timer = setTimeout(beat, heartbeatMs).unref()
  // Some browsers take an answer for begun with its first bytes alone.
  body.write(COMMENT)
  body.once('close', () => clearTimeout(timer))

  function beat(): void {
    // A client that does not read what it has needs no more.
    if (!body.writableNeedDrain) body.write(COMMENT)
    timer.refresh()
  }

  return {
    body,
    sink: {
      get isClosed() {
        return body.writableEnded || body.destroyed
      },
      write(message, cursor) {
        if (body.writableEnded || body.destroyed) return undefined
        timer.refresh()
        const id = cursor === undefined ? '' : `id: ${cursor}\n`
        if (body.write(`event: next\n${id}data: ${message}\n\n`)) return undefined
        return new Promise((resolve) => {
          function go(): void {
            body.off('drain', go).off('close', go)
            resolve()
          }
          body.on('drain', go).on('close', go)
        })
      },
    },
    end(how) {
      if (body.writableEnded) return
      clearTimeout(timer)
      body.end(how === 'complete' ? 'event: complete\ndata:\n\n' : undefined)
    },
  }
}

const COMMENT = ':\n\n'
