import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ConnectionLimits } from '../../../src/server/connections/connection-limits.ts'
import { testBudget } from '../../support/describe-budget-store.ts'
import { openRawConnection } from '../../support/raw-connection.ts'
import { createTestApi } from '../../support/test-api.ts'

const UPGRADE =
  'GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n' +
  'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n'

const [CONTINUATION, TEXT, CLOSE, PING, PONG] = [0, 1, 8, 9, 10]
const INIT = frame(TEXT, '{"type":"connection_init"}')

/** A frame as a client sends it, masked with zeros, unless flags say otherwise. */
function frame(opcode: number, payload: string, flags: { fin?: false; masked?: false; deflated?: true } = {}): Buffer {
  const { fin = true, masked = true, deflated = false } = flags
  const first = (fin ? 0x80 : 0) | (deflated ? 0x40 : 0) | opcode
  const mask = masked ? 0x80 : 0
  const size = payload.length < 126 ? [mask | payload.length] : [mask | 126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([first, ...size, ...(masked ? [0, 0, 0, 0] : [])]), Buffer.from(payload)])
}

async function open(connectionLimits: Partial<ConnectionLimits> = {}) {
  const budgets = [testBudget({ name: 'requests', meter: 'requests', capacity: 1_000 })]
  const api = await createTestApi({ budgets, maxCost: 1_000_000, edge: { connectionLimits } })
  onTestFinished(api.close)
  const connection = openRawConnection(await api.app.listen({ host: '127.0.0.1', port: 0 }), UPGRADE)
  onTestFinished(() => void connection.socket.destroy())
  await connection.until((received) => received.includes('\r\n\r\n'))
  return { api, ...connection }
}

/** The code that a socket is closed with, once it is over; undefined where it was cut off without one. */
function closeCode(received: string): number | undefined {
  const bytes = Buffer.from(received, 'latin1')
  const at = bytes.lastIndexOf(0x80 | CLOSE)
  return at < 0 ? undefined : bytes.readUInt16BE(at + 2)
}

describe('a socket is closed', () => {
  const printed = vi.spyOn(console, 'error')
  afterAll(() => printed.mockRestore())
  afterEach(() => {
    // Whoever sends garbage does not fill the log.
    expect(printed).not.toHaveBeenCalled()
  })

  test.each([
    [
      'speaks before it says who it is',
      [frame(TEXT, '{"type":"subscribe","id":"1","payload":{"query":"{ few }"}}')],
      4401,
    ],
    ['sends no JSON', [INIT, frame(TEXT, 'hello')], 4400],
    ['sends JSON of no meaning', [INIT, frame(TEXT, '{"type":"hello"}')], 4400],
    ['introduces itself twice', [INIT, INIT], 4429],
    ['sends a frame without a mask', [frame(TEXT, 'a', { masked: false })], 1002],
    ['sends a compressed frame, which nobody has agreed on', [frame(TEXT, 'a', { deflated: true })], 1002],
    ['sends a continuation of nothing', [frame(CONTINUATION, 'a')], 1002],
    [
      'sends a message that is too large',
      Array(3)
        .fill(frame(TEXT, 'a'.repeat(60_000), { fin: false }))
        .map(continued),
      1009,
    ],
    [
      'sends fragments without end',
      Array(20_000)
        .fill(frame(TEXT, 'a', { fin: false }))
        .map(continued),
      1008,
    ],
    [
      'sends empty fragments without end',
      Array(20_000)
        .fill(frame(TEXT, '', { fin: false }))
        .map(continued),
      1008,
    ],
  ])('whose client %s', async (_, frames, code) => {
    const { api, socket, received, until } = await open()
    socket.write(Buffer.concat(frames))
    await until((all) => closeCode(all) !== undefined)
    expect(closeCode(received())).toBe(code)
    expect(api.logged).toEqual([])
  })

  test('whose client never says who it is, after three seconds', async () => {
    const { received, until } = await open()
    await until((all) => closeCode(all) !== undefined)
    expect(closeCode(received())).toBe(4408)
  })

  test.each([
    ['messages', frame(TEXT, '{"type":"pong"}')],
    ['pings', frame(PING, 'a')],
    ['pongs', frame(PONG, 'a')],
  ])('whose client sends more %s in a second than it may', async (_, flood) => {
    const { socket, closed } = await open({ maxSocketMessagesPerSecond: 100 })
    socket.write(Buffer.concat([INIT, ...Array<Buffer>(300).fill(flood)]))
    const received = await closed
    expect(received).toContain('More than 100 messages came within a second')
    expect(closeCode(received)).toBe(1008)
  })
})

test('a socket on which as many messages come as it may send stays open', async () => {
  const { socket, until } = await open({ maxSocketMessagesPerSecond: 100 })
  const pongs = Array<Buffer>(98).fill(frame(PONG, 'a'))
  const ask = frame(TEXT, '{"type":"subscribe","id":"1","payload":{"query":"{ few(first: 2) { id } }"}}')
  socket.write(Buffer.concat([INIT, ...pongs]))
  await until((received) => received.includes('"connection_ack"'))
  socket.write(ask)
  await until((received) => received.includes('"complete"'))
})

test('compression is never agreed on: a bomb cannot go off', async () => {
  const { received } = await open()
  expect(received().toLowerCase()).not.toContain('permessage-deflate')
})

test.each([
  ['as much waits as may', { maxSocketBufferBytes: 10_000 }],
  ['what waits has waited for long', { responseTimeoutMs: 1_000 }],
])('a socket whose client does not read is cut off when %s', async (_, limits) => {
  const { api, socket } = await open(limits)
  const query = `{ things(first: 2000) { ${'a'.repeat(200)}: id } }`
  const [served] = api.app.websocketServer.clients
  const ended = new Promise((resolve) => served?.once('close', resolve))
  socket.pause()
  await new Promise((resolve) => setImmediate(resolve))
  const operations = Array.from({ length: 30 }, (_, id) =>
    frame(TEXT, JSON.stringify({ type: 'subscribe', id: `${id}`, payload: { query } })),
  )
  socket.write(Buffer.concat([INIT, ...operations]))
  expect(await ended).toBe(1006)
})

/** Of frames that are all alike, those after the first continue it. */
function continued(frame: Buffer, index: number): Buffer {
  const copy = Buffer.from(frame)
  if (index > 0) copy[0] = CONTINUATION
  return copy
}
