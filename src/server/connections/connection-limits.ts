/** What one client may do to this server with connections, before anything is known of it. */
export interface ConnectionLimits {
  /**
   * Connections at once. Those past it are answered 503, but for health checks; and a few more past it are not accepted.
   * @default 10_000
   */
  readonly maxConnections: number
  /**
   * Connections at once from one peer: an IPv4 address, or a /64 network of IPv6. One past it is reset. Trusted proxies
   * have no such limit.
   * @default 500
   */
  readonly maxConnectionsPerAddress: number
  /**
   * The bytes of the names and values of a request's headers, with its URL. One past it: 431.
   * @default 16_384
   */
  readonly maxHeaderBytes: number
  /**
   * How long a client may take to send the headers of a request, and a new connection to begin with them. Then: 408.
   * @default 10_000
   */
  readonly headersTimeoutMs: number
  /**
   * How long a client may take to send a request whole. Then: 408.
   * @default 30_000
   */
  readonly requestTimeoutMs: number
  /**
   * How long a connection may wait for its next request. Longer than load balancers keep theirs, which is 60 seconds
   * with most: whoever closes first must not be the one who does not know that a request is on its way.
   * @default 72_000
   */
  readonly keepAliveTimeoutMs: number
  /**
   * How long what is written to a connection may wait for the client to read it, streams and WebSockets included. Then
   * the connection is reset.
   * @default 30_000
   */
  readonly responseTimeoutMs: number
  /**
   * WebSockets at once from one peer, counted as connections are. The upgrade to one more is refused.
   * @default 200
   */
  readonly maxSocketsPerAddress: number
  /**
   * Bytes that may wait on a WebSocket for its client to read them. One past it, seen each second: it is cut off.
   * @default 1_048_576
   */
  readonly maxSocketBufferBytes: number
  /**
   * Messages, pings and pongs that a WebSocket may send in one second. One past it closes it with 1008.
   * @default 500
   */
  readonly maxSocketMessagesPerSecond: number
}

export const defaultConnectionLimits: ConnectionLimits = Object.freeze({
  maxConnections: 10_000,
  maxConnectionsPerAddress: 500,
  maxHeaderBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 72_000,
  responseTimeoutMs: 30_000,
  maxSocketsPerAddress: 200,
  maxSocketBufferBytes: 1024 * 1024,
  maxSocketMessagesPerSecond: 500,
})
