import { readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ConnectionLimits } from '../../../src/server/connections/connection-limits.ts'
import { testBudget } from '../../support/describe-budget-store.ts'
import { openRawConnection } from '../../support/raw-connection.ts'
import { createTestApi, keys } from '../../support/test-api.ts'

const tls = { cert: 'test/fixtures/tls/localhost.crt', key: 'test/fixtures/tls/localhost.key' }

async function open(connectionLimits: Partial<ConnectionLimits>, edge: object = {}) {
  const budgets = [testBudget({ name: 'requests', meter: 'requests', capacity: 1_000 })]
  const api = await createTestApi({ budgets, maxCost: 10_000_000, edge: { connectionLimits, ...edge } })
  onTestFinished(api.close)
  return { api, address: await api.app.listen({ host: '127.0.0.1', port: 0 }) }
}

async function secondsUntil(closed: Promise<unknown>): Promise<number> {
  const begunAt = performance.now()
  await closed
  return (performance.now() - begunAt) / 1_000
}

const HEAD = `POST /graphql HTTP/1.1\r\nHost: a\r\nX-API-Key: ${keys.ada}\r\nContent-Type: application/json\r\n`
const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n'

describe('a client that sends slowly', () => {
  const limits = { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 }

  test.each([
    { what: 'nothing', bytes: '', atLeast: 0.9 },
    { what: 'no end of its headers', bytes: HEAD, atLeast: 0.9 },
    { what: 'no end of its body', bytes: `${HEAD}Content-Length: 50\r\n\r\n{`, atLeast: 1.9 },
    { what: 'no end of its chunks', bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`, atLeast: 1.9 },
  ])('is answered 408 and closed about when its time is over, with $what', async ({ bytes, atLeast }) => {
    const { address } = await open(limits)
    const connection = openRawConnection(address, bytes)
    const seconds = await secondsUntil(connection.closed)
    expect(connection.statuses()).toEqual([408])
    expect(connection.received()).toContain('its headers may take 1 s, all of it 2 s.')
    expect(seconds).toBeGreaterThan(atLeast)
    expect(seconds).toBeLessThan(atLeast + 3)
  })

  test('gains no time by sending a header each moment', async () => {
    const { address } = await open(limits)
    const connection = openRawConnection(address, HEAD)
    const drip = setInterval(() => connection.socket.write('X-A: b\r\n'), 100)
    const seconds = await secondsUntil(connection.closed)
    clearInterval(drip)
    expect(connection.statuses()).toEqual([408])
    expect(seconds).toBeLessThan(4)
  })

  test('gains no time by asking for HTTP/2 first', async () => {
    const { address } = await open(limits)
    const upgrade = `${HEAD}Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 50\r\n\r\n{`
    const connection = openRawConnection(address, upgrade)
    expect(await secondsUntil(connection.closed)).toBeLessThan(5)
    expect(connection.statuses()).toEqual([408])
  })

  test('keeps no connection past its next request: the idle one is closed, and a busy one is not', async () => {
    const { address } = await open({ keepAliveTimeoutMs: 1_000 })
    const idle = openRawConnection(address, LIVEZ)
    const busy = openRawConnection(address, LIVEZ)
    const again = setInterval(() => busy.socket.write(LIVEZ), 300)
    expect(await secondsUntil(idle.closed)).toBeLessThan(4)
    clearInterval(again)
    expect(busy.socket.destroyed).toBe(false)
    busy.socket.destroy()
  })

  test('over TLS never ends its handshake, and is closed', { timeout: 15_000 }, async () => {
    const { address } = await open({}, { tls })
    const connection = openRawConnection(address, Buffer.from('160301', 'hex'))
    expect(await secondsUntil(connection.closed)).toBeLessThan(10)
  })
})

describe('a client that does not read its answers', () => {
  const limits = { responseTimeoutMs: 1_000 }
  const large = JSON.stringify({ query: `{ things(first: 2000) { ${'a'.repeat(200)}: id } }` })
  // 6 MB of answers: more than the kernel takes.
  const ask = `${HEAD}Content-Length: ${large.length}\r\n\r\n${large}`.repeat(15)

  test.each(['http', 'https'])(
    'is cut off when its time is over, and one that reads is not, over %s',
    async (scheme) => {
      const { api, address } = await open(limits, scheme === 'https' ? { tls } : {})
      const connect = () => {
        const port = Number(new URL(address).port)
        const ca = readFileSync(tls.cert)
        const secured = scheme === 'https' && connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca })
        return openRawConnection(address, ask, secured || undefined)
      }
      const sockets = new Set<object>()
      api.app.server.on('connection', (socket) => {
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
      })
      const [stuck, reading] = [connect(), connect()]
      stuck.socket.pause()
      await reading.until((received) => received.length > 6_000_000)
      await expect.poll(() => sockets.size, { timeout: 10_000 }).toBe(1)
      expect(reading.socket.destroyed).toBe(false)
      for (const { socket } of [stuck, reading]) socket.destroy()
    },
  )

  test('but a little now and then is cut off all the same', { timeout: 20_000 }, async () => {
    const { api, address } = await open(limits)
    const ended = new Promise((resolve) => {
      api.app.server.on('connection', (socket) => socket.once('close', resolve))
    })
    const { socket } = openRawConnection(address, ask)
    socket.pause()
    const drip = setInterval(() => socket.read(1), 200)
    expect(await secondsUntil(ended)).toBeLessThan(10)
    clearInterval(drip)
    socket.destroy()
  })
})
