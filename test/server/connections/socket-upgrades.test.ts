import { describe, expect, onTestFinished, test } from 'vitest'
import { openRawConnection } from '../../support/raw-connection.ts'
import { createTestApi, type TestApiOptions } from '../../support/test-api.ts'

const upgrade = (path: string, headers = '') =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n${headers}\r\n`

async function open(edge: TestApiOptions['edge'] = {}) {
  const api = await createTestApi({ edge })
  onTestFinished(api.close)
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  /** What an upgrade is answered with. The connection stays open where it may. */
  async function ask(request: string) {
    const connection = openRawConnection(address, request)
    onTestFinished(() => void connection.socket.destroy())
    await connection.until((received) => received.includes('\r\n\r\n'))
    return connection
  }
  return { api, ask }
}

describe('one address has no more sockets than it may', () => {
  const connectionLimits = { maxSocketsPerAddress: 2 }
  const from = (address: string) => upgrade('/graphql', `X-Forwarded-For: ${address}\r\n`)

  test('and another when one of them ends', async () => {
    const { ask } = await open({ connectionLimits })
    const [first] = [await ask(upgrade('/graphql')), await ask(upgrade('/graphql'))]
    const refused = await ask(upgrade('/graphql'))
    expect(refused.statuses()).toEqual([429])
    expect(await refused.closed).toContain('SUBSCRIPTION_LIMIT_EXCEEDED')
    first?.socket.destroy()
    await expect.poll(async () => (await ask(upgrade('/graphql'))).statuses()[0]).toBe(101)
  })

  test('behind a trusted proxy each client is an address of its own', async () => {
    const { ask } = await open({ connectionLimits, trustedProxies: ['127.0.0.1'] })
    for (const address of ['198.51.100.7', '198.51.100.8']) {
      const statuses = []
      for (let socket = 0; socket < 3; socket++) statuses.push(...(await ask(from(address))).statuses())
      expect(statuses).toEqual([101, 101, 429])
    }
  })

  test.each([
    ['says nothing of its clients', upgrade('/graphql')],
    ['passes on what another of them says', from('10.0.0.7')],
  ])('but a trusted proxy that %s', async (_, request) => {
    const { ask } = await open({ connectionLimits, trustedProxies: ['127.0.0.1', '10.0.0.0/8'] })
    for (let socket = 0; socket < 4; socket++) expect((await ask(request)).statuses()).toEqual([101])
  })
})

describe('a socket', () => {
  test.each(['/graphql', '/graphql/', '/graphql?a=b'])('is opened at %s', async (path) => {
    const { ask } = await open()
    expect((await ask(upgrade(path))).statuses()).toEqual([101])
  })

  test.each(['/graphql/stream', '/livez', '/readyz', '/metrics', '/schema.graphql', '/', '/graphql/other'])(
    'is refused at %s before it opens, and charged to nobody',
    async (path) => {
      const { api, ask } = await open()
      const refused = await ask(upgrade(path))
      expect(refused.statuses()).toEqual([404])
      expect(await refused.closed).toContain('"code":"NOT_FOUND"')
      expect(api.ended).toEqual([])
      expect(api.app.websocketServer.clients.size).toBe(0)
    },
  )
})
