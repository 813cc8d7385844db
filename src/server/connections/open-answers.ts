import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The answers that each connection still waits for, in the order of their requests. */
export interface OpenAnswers {
  add(socket: Duplex, answer: ServerResponse): void
  on(socket: Duplex): ReadonlySet<ServerResponse>
}

export function createOpenAnswers(): OpenAnswers {
  const bySocket = new WeakMap<Duplex, Set<ServerResponse>>()
  return {
    add(socket, answer) {
      const answers = bySocket.get(socket) ?? new Set()
      bySocket.set(socket, answers.add(answer))
      answer.once('close', () => answers.delete(answer))
    },
    on: (socket) => bySocket.get(socket) ?? NONE,
  }
}

const NONE: ReadonlySet<ServerResponse> = new Set()
