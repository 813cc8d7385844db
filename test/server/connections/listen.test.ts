import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { listen } from '../../../src/server/connections/listen.ts'
import { createTestApi } from '../../support/test-api.ts'

async function open() {
  const refused: string[] = []
  const api = await createTestApi({
    edge: { connectionLimits: { maxConnectionsPerAddress: 1 }, onConnectionRefused: (reason) => refused.push(reason) },
  })
  onTestFinished(api.close)
  return { api, refused, port: await listen(api.app, { host: 'localhost', port: 0 }, async () => ADDRESSES) }
}

// Both are of this machine, whatever it knows of IPv6; the third is not.
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '192.0.2.1']

test.each(ADDRESSES.slice(0, 2))('on localhost, connections to %s are served, and guarded', async (host) => {
  const { port, refused } = await open()
  const origin = `http://${host}:${port}`
  expect((await fetch(`${origin}/livez`, { headers: { connection: 'close' } })).status).toBe(200)
  const doubled = connect({ host, port })
  onTestFinished(() => void doubled.destroy())
  doubled.write('GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
  const [answer] = await once(doubled, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /)
  doubled.destroy()
  await once(doubled, 'close')

  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  const second = connect({ host, port })
  await once(second, 'error').catch(() => undefined)
  expect(refused).toEqual(['address'])
})

test('a server that closes answers what came to any address of localhost, and accepts nothing more', async () => {
  const { api, port } = await open()
  const answering = fetch(`http://127.0.0.2:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ held }' }),
  })
  await expect.poll(() => api.held.length).toBe(1)
  const closing = api.app.close()
  await expect
    .poll(() =>
      fetch(`http://127.0.0.2:${port}/livez`).then(
        () => 'served',
        () => 'refused',
      ),
    )
    .toBe('refused')
  api.held.shift()?.()
  expect((await answering).status).toBe(200)
  await closing
})
