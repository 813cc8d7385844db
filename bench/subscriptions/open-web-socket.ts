import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

export interface OpenWebSocketOptions {
  readonly port: number
  readonly localAddress: string
  readonly headers: Readonly<Record<string, string>>
  readonly onOpen: () => void
  readonly onText: (text: Buffer) => void
  readonly onClose: (why: string) => void
}

/** All read into it, since each has taken what it read before the next one reads. */
const readHere = Buffer.alloc(64 * 1024)

/**
 * A WebSocket that does only what a benchmark needs of it, so that what is measured is the server: short messages to it,
 * whole text frames from it, an answer to its pings.
 */
export function openWebSocket({ port, localAddress, headers, onOpen, onText, onClose }: OpenWebSocketOptions) {
  const onread = {
    buffer: readHere,
    callback(bytes: number, buffer: Uint8Array) {
      take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes))
      return true
    },
  }
  const socket = connect({ host: '127.0.0.1', port, localAddress, onread })
  /** What is not a whole frame yet. */
  let unread = NOTHING
  let isOpen = false

  socket.on('connect', () => {
    const lines = { host: 'localhost', connection: 'upgrade', upgrade: 'websocket', ...headers }
    const fields = Object.entries({
      ...lines,
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    })
    socket.write(`GET /graphql HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`)
  })
  socket.on('error', (error) => onClose(error.message))
  socket.on('close', () => onClose('closed'))

  function take(data: Buffer): void {
    unread = unread.length === 0 ? data : Buffer.concat([unread, data])
    takeWhole()
    unread = unread.length === 0 ? NOTHING : Buffer.from(unread)
  }

  function takeWhole(): void {
    if (!isOpen) {
      const end = unread.indexOf('\r\n\r\n')
      if (end < 0) return
      const status = unread.toString('latin1', 9, 12)
      if (status !== '101') {
        onClose(`answered with ${status}`)
        return
      }
      unread = unread.subarray(end + 4)
      isOpen = true
      onOpen()
    }
    for (let frame = firstFrame(); frame !== undefined; frame = firstFrame()) {
      if (frame.opcode === TEXT) onText(frame.payload)
      else if (frame.opcode === PING) send(PONG, frame.payload)
      else if (frame.opcode === CLOSE) onClose(`${frame.payload.readUInt16BE(0)} ${frame.payload.subarray(2)}`)
    }
  }

  function firstFrame() {
    const [first, second] = [unread[0], unread[1]]
    if (first === undefined || second === undefined) return undefined
    if (second > 126) throw new Error('A frame is longer than this reads')
    const start = second === 126 ? 4 : 2
    if (unread.length < start) return undefined
    const end = start + (second === 126 ? unread.readUInt16BE(2) : second)
    if (unread.length < end) return undefined
    const frame = { opcode: first & 15, payload: unread.subarray(start, end) }
    unread = unread.subarray(end)
    return frame
  }

  function send(opcode: number, payload: Buffer): void {
    // Masked with zeros, which changes nothing.
    const { length } = payload
    const size = length < 126 ? [128 | length] : [128 | 126, length >> 8, length & 255]
    socket.write(Buffer.concat([Buffer.from([128 | opcode, ...size, 0, 0, 0, 0]), payload]))
  }

  return { send: (text: string) => send(TEXT, Buffer.from(text)) }
}

const NOTHING: Buffer = Buffer.alloc(0)

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10
