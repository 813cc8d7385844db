import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { connectionEvent } from '../connection-event.ts'

/**
 * Serves requests that ask for another upgrade than to a WebSocket as if they had not asked, as RFC 9110 (section 7.8)
 * lets a server do. Java's HttpClient and `curl --http2` ask for `h2c` with every request, and Node hands all that ask
 * for something to whoever listens for upgrades, without their bodies. Called once, after that listener has been added.
 */
export function websocketUpgradesOnly(server: Server): void {
  const listeners = server.listeners('upgrade')
  server.removeAllListeners('upgrade')
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      for (const listener of listeners) Reflect.apply(listener, server, [request, socket, head])
      return
    }
    // Node's parser has let go of the connection. It begins anew with the same request, less the wish.
    socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]))
    server.emit(connectionEvent(server), socket)
  })
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!HOP_BY_HOP.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}

const HOP_BY_HOP = new Set(['upgrade', 'connection', 'http2-settings'])
