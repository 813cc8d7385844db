import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { clientAddress } from '../../accounts/client-address.ts'
import type { ConnectionLimits } from './connection-limits.ts'

export interface LimitConnectionsOptions extends Pick<ConnectionLimits, 'maxConnections' | 'maxConnectionsPerAddress'> {
  /** Whether a peer speaks for many clients. */
  readonly isTrustedProxy: (address: string) => boolean
  readonly onRefused: (reason: RefusedConnection) => void
  /** Told with 1 when a connection begins and with -1 when it ends. */
  readonly onConnections: (change: 1 | -1) => void
}

/** `address`: one peer has too many. `total`: the server has; it answers health checks alone, or does not accept. */
export type RefusedConnection = 'address' | 'total'

export interface CountedConnections {
  /** Whether a connection is one past the limit, kept for health checks. */
  isReserve(socket: Socket): boolean
}

/** Connections past the limit that are accepted, so that a full server still says that it is well, and that it is full. */
const RESERVE = 32

/** How long one of them may stay. A client that is told to come again needs no more. */
const RESERVE_MS = 2_000

/**
 * Bounds the connections of a server. One too many from an address is reset at once: an answer, and with TLS a handshake,
 * would be what its sender is after.
 */
export function limitConnections(server: Server, options: LimitConnectionsOptions): CountedConnections {
  const { maxConnections, maxConnectionsPerAddress, isTrustedProxy, onRefused, onConnections } = options
  const open = new Set<Socket>()
  const byAddress = new Map<string, number>()
  const reserve = new Set<string>()

  function release(socket: Socket, address: string): void {
    open.delete(socket)
    onConnections(-1)
    const left = (byAddress.get(address) ?? 1) - 1
    if (left > 0) byAddress.set(address, left)
    else byAddress.delete(address)
  }

  function accepts(socket: Socket): boolean {
    // One that begins anew, after it has asked for another protocol, is counted already.
    if (open.has(socket)) return true
    const { remoteAddress = '' } = socket
    const address = clientAddress(remoteAddress)
    const before = byAddress.get(address) ?? 0
    if (before >= maxConnectionsPerAddress && !isTrustedProxy(remoteAddress)) {
      onRefused('address')
      socket.resetAndDestroy()
      return false
    }
    byAddress.set(address, before + 1)
    open.add(socket)
    onConnections(1)
    socket.once('close', () => release(socket, address))
    if (open.size > maxConnections) keepShortly(socket)
    return true
  }

  function keepShortly(socket: Socket): void {
    onRefused('total')
    const ends = endsOf(socket)
    reserve.add(ends)
    const timer = setTimeout(() => socket.destroy(), RESERVE_MS).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      reserve.delete(ends)
    })
  }

  // Past this Node closes what comes without making a socket of it.
  server.maxConnections = maxConnections + RESERVE
  server.on('drop', () => onRefused('total'))
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (!accepts(socket)) return
    for (const listener of listeners) Reflect.apply(listener, server, [socket])
  })
  return {
    isReserve: (socket) => reserve.has(endsOf(socket)),
  }
}

/** Over TLS requests come on another socket than the one that was accepted; its ends are the same. */
function endsOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
