import type { Socket } from 'node:net'

/** How many WebSockets each address has. */
export interface SocketsByAddress {
  /** Counts a connection that is about to become a WebSocket, until it closes. False where there are as many as may be. */
  enter(address: string, connection: Socket): boolean
}

export function createSocketsByAddress(max: number): SocketsByAddress {
  const open = new Map<string, number>()
  return {
    enter(address, connection) {
      const before = open.get(address) ?? 0
      if (before >= max) return false
      open.set(address, before + 1)
      connection.once('close', () => {
        const left = (open.get(address) ?? 1) - 1
        if (left > 0) open.set(address, left)
        else open.delete(address)
      })
      return true
    },
  }
}
