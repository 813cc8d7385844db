import type { WebSocket } from 'ws'

/** The registered close code that says: come back, after a moment. */
const SERVICE_RESTART = 1012

/** Closes a socket whose client is to connect again. It is cut off where it does not answer. */
export function comeBack(socket: Pick<WebSocket, 'close'>, reason: string): void {
  socket.close(SERVICE_RESTART, reason)
}
