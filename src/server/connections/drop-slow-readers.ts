import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { connectionEvent } from '../connection-event.ts'

/** How often it is looked at what waits. */
const LOOK_MS = 1_000

/**
 * Resets connections whose clients do not read: what has been written, be it an answer, a stream or the messages of a
 * WebSocket, is to leave this process within `responseTimeoutMs`. Answers how to stop looking.
 */
export function dropSlowReaders(server: Server, responseTimeoutMs: number): () => void {
  const waiting = new Map<Socket, Backlog | undefined>()

  function look(nowMs: number): void {
    for (const [socket, backlog] of waiting) {
      const { bytesWritten, writableLength } = socket
      if (writableLength === 0) waiting.set(socket, undefined)
      // A client that reads is behind what is written now, never behind what was written then.
      else if (backlog === undefined || bytesWritten - writableLength >= backlog.bytesWritten) {
        waiting.set(socket, { bytesWritten, sinceMs: nowMs })
      } else if (nowMs - backlog.sinceMs >= responseTimeoutMs) socket.destroy()
    }
  }

  server.on(connectionEvent(server), (socket: Socket) => {
    if (waiting.has(socket)) return
    waiting.set(socket, undefined)
    socket.once('close', () => waiting.delete(socket))
  })
  const timer = setInterval(() => look(performance.now()), Math.min(LOOK_MS, responseTimeoutMs / 2)).unref()
  return () => clearInterval(timer)
}

interface Backlog {
  /** How much had been written when it was first seen that something waits. */
  readonly bytesWritten: number
  readonly sinceMs: number
}
