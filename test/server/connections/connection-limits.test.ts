import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { ConnectionLimits } from '../../../src/server/connections/connection-limits.ts'
import { openRawConnection, type RawConnection } from '../../support/raw-connection.ts'
import { createTestApi } from '../../support/test-api.ts'

const tls = { cert: 'test/fixtures/tls/localhost.crt', key: 'test/fixtures/tls/localhost.key' }
const get = (url: string, headers = '') => `GET ${url} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
const LIVEZ = get('/livez')
const QUERY = get('/graphql?query=%7B__typename%7D')

async function open(connectionLimits: Partial<ConnectionLimits>, edge: object = {}) {
  const refused: string[] = []
  const onConnectionRefused = (reason: string) => void refused.push(reason)
  const api = await createTestApi({ edge: { connectionLimits, onConnectionRefused, ...edge } })
  onTestFinished(api.close)
  return { api, refused, address: await api.app.listen({ host: '::', port: 0 }) }
}

/** Connections that have had an answer. */
async function served(address: string, count: number, bytes = LIVEZ): Promise<readonly RawConnection[]> {
  const connections: RawConnection[] = []
  for (let index = 0; index < count; index++) {
    const connection = openRawConnection(address, bytes)
    await connection.until((received) => received.includes('\r\n\r\n'))
    connections.push(connection)
  }
  onTestFinished(() => {
    for (const { socket } of connections) socket.destroy()
  })
  return connections
}

test('one address has no more connections than it may, and has another when one of them ends', async () => {
  const { address, refused } = await open({ maxConnectionsPerAddress: 3 })
  const [first] = await served(address, 3)
  expect(await openRawConnection(address, LIVEZ).closed).toBe('')
  expect(refused).toEqual(['address'])
  first?.socket.destroy()
  await setTimeout(50)
  await served(address, 1)
})

test('connections are counted while they last, over TLS too', async () => {
  for (const edge of [{}, { tls }]) {
    let count = 0
    const onConnections = (change: 1 | -1) => {
      count += change
    }
    const { address } = await open({}, { ...edge, onConnections })
    const connections = [1, 2, 3].map(() => openRawConnection(address))
    await expect.poll(() => count).toBe(3)
    for (const { socket } of connections) socket.destroy()
    await expect.poll(() => count).toBe(0)
  }
})

test('another address is not held up by it', async () => {
  const { address } = await open({ maxConnectionsPerAddress: 2 })
  await served(address, 2)
  const other = connect({ port: Number(new URL(address).port), host: '127.0.0.1', localAddress: '127.0.0.2' })
  onTestFinished(() => void other.destroy())
  other.write(LIVEZ)
  const [answer] = await once(other, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
})

test('a client that speaks of HTTP/2 on its connection is counted once', async () => {
  const { address } = await open({ maxConnectionsPerAddress: 2 })
  const [connection] = await served(address, 1, get('/livez', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'))
  for (let time = 2; time <= 20; time++) {
    connection?.socket.write(get('/livez', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'))
    await connection?.until((received) => received.split('{"status":"ok"}').length > time)
  }
  await served(address, 1)
})

test('a trusted proxy has as many as it likes', async () => {
  const { address, refused } = await open({ maxConnectionsPerAddress: 1 }, { trustedProxies: ['127.0.0.0/8'] })
  await served(address, 5)
  expect(refused).toEqual([])
})

test('over TLS one too many is reset before its handshake, which would be what costs', async () => {
  const { address, api } = await open({ maxConnectionsPerAddress: 2 }, { tls })
  for (let index = 0; index < 2; index++) {
    const { socket } = openRawConnection(address)
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
  }
  const handshake = Buffer.from('1603010200010001fc0303', 'hex')
  expect(await openRawConnection(address, handshake).closed).toBe('')
  expect(api.logged).toEqual([])
})

test('a server that is full says so to clients, and that it lives to whoever asks', async () => {
  const { address, refused } = await open({ maxConnections: 3 })
  await served(address, 3)
  const [one] = await served(address, 1, QUERY)
  expect(one?.statuses()).toEqual([503])
  expect(one?.received()).toContain('\r\nretry-after: 1\r\n')
  expect(one?.received()).toContain('"code":"OVERLOADED"')
  await one?.closed
  const [health] = await served(address, 1)
  expect(health?.statuses()).toEqual([200])
  expect(refused).toEqual(['total', 'total'])
  // Its place is for others like it.
  await health?.closed
})

test('a server that is more than full does not accept connections, and serves again when some have ended', async () => {
  const { address, refused } = await open({ maxConnections: 3 })
  const silent = Array.from({ length: 60 }, () => openRawConnection(address))
  await Promise.race(silent.map(({ closed }) => closed))
  expect(refused).toContain('total')
  for (const { socket } of silent) socket.destroy()
  await expect.poll(async () => (await served(address, 1, QUERY))[0]?.statuses()).toEqual([200])
})

test('sockets count too', async () => {
  const { address, refused } = await open({ maxConnectionsPerAddress: 2 })
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n'
  const sockets = await served(address, 2, get('/graphql', upgrade))
  expect(sockets.map((socket) => socket.statuses())).toEqual([[101], [101]])
  expect(await openRawConnection(address, LIVEZ).closed).toBe('')
  expect(refused).toEqual(['address'])
})
