import type { ServerResponse } from 'node:http'

/** Ends responses whose heads have been written. */
export interface EndTogether {
  end(response: ServerResponse, body: string | Buffer, encoding: 'latin1' | 'utf8'): void
  /** To be called when a request comes: ends those that have waited for a while for the others of their turn. */
  endOverdue(): void
}

const MAX_TOGETHER = 32
const MAX_WAIT_MS = 2

/**
 * Ends the responses of one turn of the event loop together, at its end. Each is a system call that wakes whoever waits
 * for it, which costs a multiple of what it takes to send to one that is still awake from the response before.
 */
export function endTogether(): EndTogether {
  let ready: {
    readonly response: ServerResponse
    readonly body: string | Buffer
    readonly encoding: 'latin1' | 'utf8'
  }[] = []
  let firstAtMs = 0
  let isDue = false

  function endReady(): void {
    const responses = ready
    ready = []
    for (const { response, body, encoding } of responses) response.end(isSentNow(response) ? body : own(body), encoding)
  }

  function endTurn(): void {
    isDue = false
    endReady()
  }

  return {
    end(response, body, encoding) {
      if (ready.length === 0) firstAtMs = performance.now()
      ready.push({ response, body, encoding })
      if (ready.length === MAX_TOGETHER) endReady()
      else if (!isDue) {
        isDue = true
        setImmediate(endTurn)
      }
    },
    endOverdue() {
      if (ready.length > 0 && performance.now() - firstAtMs >= MAX_WAIT_MS) endReady()
    },
  }
}

/** Others wait for those before them on their connection, or for their client to read. */
function isSentNow({ socket }: ServerResponse): boolean {
  return socket !== null && socket.writableLength === 0
}

/** A body that keeps no more than itself in memory, however long it waits. */
function own(body: string | Buffer): string | Buffer {
  if (typeof body === 'string') return body
  const copy = Buffer.allocUnsafeSlow(body.length)
  body.copy(copy)
  return copy
}
