/** One attack: what is sent, and what it must be answered with. */
export interface HostileRequest {
  /** Says what the attack is. */
  readonly name: string
  /**
   * The status and, where an answer has a body, the code of its first error, or `ok`: `400 TOKEN_LIMIT_EXCEEDED`. On a
   * WebSocket the code of the first error, `error RATE_LIMITED`, or the code it is closed with, `closed 4400`.
   */
  readonly answer: string
  readonly send: RawRequest | SocketFrames
}

/** Bytes as they go over a connection of their own, one packet after the other. */
export interface RawRequest {
  readonly kind: 'http'
  readonly packets: readonly Buffer[]
  /** Ends its half of the connection after the last packet. */
  readonly halfClosed?: boolean
}

/** Frames as they go over a WebSocket. */
export interface SocketFrames {
  readonly kind: 'websocket'
  readonly protocol: string
  /** Whether `connection_init` has been sent and acknowledged before. */
  readonly initialised: boolean
  readonly frames: readonly Buffer[]
}

/** The API key that hostile requests come with, where they come with one that is known. */
export const HOSTILE_KEY = 'the-key-of-a-hostile-client'

const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  Host: 'localhost',
  'Content-Type': 'application/json',
  'X-API-Key': HOSTILE_KEY,
}

/** A POST to `/graphql`. A header that is given as an empty text is left out. */
export function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): RawRequest {
  const bytes = Buffer.from(body)
  const all = { 'Content-Length': String(bytes.length), ...headers }
  return { kind: 'http', packets: [Buffer.concat([head('POST /graphql', all), bytes])] }
}

/** A request without a body. */
export function bodiless(methodAndPath: string, headers: Readonly<Record<string, string>> = {}): RawRequest {
  return { kind: 'http', packets: [head(methodAndPath, { 'Content-Type': '', ...headers })] }
}

/** A document as it usually comes. */
export function document(query: string, more: object = {}): RawRequest {
  return post(JSON.stringify({ query, ...more }))
}

/** Bytes that need be no HTTP at all. Latin-1, so that every byte can be written. */
export function raw(...packets: readonly string[]): RawRequest {
  return { kind: 'http', packets: packets.map((packet) => Buffer.from(packet, 'latin1')) }
}

export function head(methodAndPath: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const lines = Object.entries({ ...DEFAULT_HEADERS, ...headers }).filter(([, value]) => value !== '')
  const text = [`${methodAndPath} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n')
  return Buffer.from(`${text}\r\n\r\n`, 'latin1')
}

/** The same from an anonymous client. */
export function withoutKey(entry: HostileRequest): HostileRequest {
  if (entry.send.kind === 'websocket') return entry
  const [first = Buffer.alloc(0), ...rest] = entry.send.packets
  const line = Buffer.from(`X-API-Key: ${HOSTILE_KEY}\r\n`)
  const at = first.indexOf(line)
  if (at < 0) return entry
  const shorter = Buffer.concat([first.subarray(0, at), first.subarray(at + line.length)])
  return { ...entry, send: { ...entry.send, packets: [shorter, ...rest] } }
}

/** As often as `count` says, parted by spaces. */
export function each(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ')
}
