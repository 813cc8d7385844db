import type { WebSocket } from 'ws'
import type { Sink } from '../../admission/subscriptions/subscriber.ts'

/** With so many bytes waiting to be read, a client is told no more for the moment. */
const HIGH_WATER_BYTES = 16 * 1024

/**
 * Sends the messages of one subscription as those of graphql-transport-ws. graphql-ws itself would turn each into text
 * again for every subscriber.
 */
export function socketSink(socket: WebSocket, id: string): Sink {
  const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`
  return {
    // Closing is enough: a client that does not answer is read no more.
    get isClosed() {
      return socket.readyState !== socket.OPEN
    },
    write(message) {
      if (socket.readyState !== socket.OPEN) return undefined
      const text = `${head}${message}}`
      if (socket.bufferedAmount < HIGH_WATER_BYTES) {
        socket.send(text)
        return undefined
      }
      return new Promise((resolve) => socket.send(text, () => resolve()))
    },
  }
}
