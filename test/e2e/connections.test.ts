import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openRawConnection } from '../support/raw-connection.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'

test('one address that opens connections without end has 500 of them, and others are served', async () => {
  const flood = Array.from({ length: 700 }, () => openRawConnection(server.url, LIVEZ))
  onTestFinished(() => {
    for (const { socket } of flood) socket.destroy()
  })
  let reset = 0
  for (const { closed } of flood) void closed.then(() => reset++)
  await expect.poll(() => reset, { timeout: 10_000 }).toBe(200)
  await expect.poll(() => flood.filter(({ statuses }) => statuses()[0] === 200).length).toBe(500)
})

test('connections that are reset leave room for those that come after', async () => {
  // The server hears of the flood's end when it comes to it. Until then one connection more is reset too.
  const served = async () => {
    const connection = openRawConnection(server.url, LIVEZ)
    const isReset = connection.closed.then(() => false)
    const isServed = connection
      .until((received) => received.includes('"ok"'))
      .then(
        () => true,
        () => false,
      )
    const first = await Promise.race([isServed, isReset])
    connection.socket.destroy()
    return first
  }
  await expect.poll(served, { timeout: 10_000 }).toBe(true)
  expect((await server.query('{ __typename }')).status).toBe(200)
})

test('a socket whose client answers no pings is cut off', { timeout: 60_000 }, async () => {
  const connection = openRawConnection(
    server.url,
    'GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  )
  await connection.until((received) => received.includes('\r\n\r\n'))
  const init = Buffer.from('{"type":"connection_init"}')
  connection.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | init.length, 0, 0, 0, 0]), init]))
  const cut = connection.closed.then(() => 'cut off')
  expect(await Promise.race([cut, setTimeout(40_000)])).toBe('cut off')
})

test('what strangers send fills no log', () => {
  expect(server.output()).not.toMatch(/error|stack/i)
})
