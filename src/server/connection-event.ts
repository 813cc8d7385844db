import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:tls'

/** What a server emits where HTTP begins on a socket: over TLS, when both sides have agreed on it. */
export function connectionEvent(server: Server): 'connection' | 'secureConnection' {
  return server instanceof TlsServer ? 'secureConnection' : 'connection'
}
