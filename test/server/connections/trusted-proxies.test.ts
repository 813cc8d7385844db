import { describe, expect, onTestFinished, test } from 'vitest'
import type { BudgetStore } from '../../../src/budget/budget-store.ts'
import { createMemoryBudgetStore } from '../../../src/budget/memory/memory-budget-store.ts'
import { testBudget } from '../../support/describe-budget-store.ts'
import { openRawConnection } from '../../support/raw-connection.ts'
import { createTestApi } from '../../support/test-api.ts'

/** A server that gives each address one request, and from which address a request with these headers was counted. */
async function open(trustedProxies: readonly string[]) {
  const charged: string[] = []
  const ipBudget = testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1_000 })
  const store = createMemoryBudgetStore()
  const watched: BudgetStore = {
    ...store,
    take(request) {
      for (const { budget, subject } of request.charges) if (budget.level === 'ip') charged.push(subject)
      return store.take(request)
    },
  }
  const api = await createTestApi({ ipBudget, store: watched, edge: { trustedProxies } })
  onTestFinished(api.close)
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  async function chargedFor(headers: string, upgrade = ''): Promise<readonly string[]> {
    charged.length = 0
    const url = upgrade === '' ? '/graphql?query=%7B__typename%7D' : '/graphql'
    const connection = openRawConnection(address, `GET ${url} HTTP/1.1\r\nHost: a\r\n${headers}${upgrade}\r\n`)
    await connection.until((received) => received.includes('\r\n\r\n'))
    connection.socket.destroy()
    expect(connection.statuses()[0]).toBe(upgrade === '' ? 200 : 101)
    return [...new Set(charged)]
  }
  return { chargedFor }
}

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n'
const from = (...addresses: readonly string[]) => addresses.map((line) => `X-Forwarded-For: ${line}\r\n`).join('')
const doors = [
  { door: 'a request', upgrade: '' },
  { door: 'a socket', upgrade: UPGRADE },
]

describe.each(doors)('the budget that is charged for $door', ({ upgrade }) => {
  test.each([
    ['no proxies at all', []],
    ['other proxies than this peer', ['10.0.0.0/8', '192.0.2.1']],
  ])('is that of the peer where there are %s, whatever headers say', async (_, trustedProxies) => {
    const { chargedFor } = await open(trustedProxies)
    for (const headers of [
      from('198.51.100.7'),
      from('10.0.0.1'),
      from('198.51.100.7, 10.0.0.1', '10.0.0.1'),
      'Forwarded: for=198.51.100.7\r\nX-Real-IP: 198.51.100.7\r\nX-Forwarded-Host: b\r\n',
    ]) {
      expect(await chargedFor(headers, upgrade)).toEqual(['127.0.0.1'])
    }
  })

  test.each([
    ['the one address', from('198.51.100.7'), '198.51.100.7'],
    ['the last address, not what a client forges before it', from('1.1.1.1, 198.51.100.7'), '198.51.100.7'],
    ['the last one of several headers', from('1.1.1.1', '198.51.100.7'), '198.51.100.7'],
    ['the last one before trusted proxies', from('1.1.1.1, 198.51.100.7, 10.1.2.3, 127.0.0.1'), '198.51.100.7'],
    ['the last one, though a client forges a proxy', from('10.0.0.1, 198.51.100.7'), '198.51.100.7'],
    ['a private one that is no proxy', from('198.51.100.7, 192.168.0.9'), '192.168.0.9'],
    ['one with a port, without it', from('198.51.100.7:50123'), '198.51.100.7'],
    ['IPv6 by its network', from('2001:db8:1:2:3::4'), '2001:db8:1:2::/64'],
    ['IPv6 in brackets', from('[2001:db8:1:2::1]'), '2001:db8:1:2::/64'],
    ['IPv6 in brackets with a port', from('[2001:db8:1:2::1]:443'), '2001:db8:1:2::/64'],
    ['IPv4 written as IPv6', from('::ffff:198.51.100.7'), '198.51.100.7'],
    ['a proxy written as IPv6, which it is all the same', from('198.51.100.7, ::ffff:10.0.0.1'), '198.51.100.7'],
    ['one among spaces', from('  1.1.1.1 ,   198.51.100.7  '), '198.51.100.7'],
    ['one shared by all that are none', from('198.51.100.7, unknown'), 'unknown'],
    ['the same for garbage', from(`198.51.100.7, ${'x'.repeat(5_000)}`), 'unknown'],
    ['the last one of a thousand', from(`${'1.1.1.1, '.repeat(1_000)}198.51.100.7`), '198.51.100.7'],
    ['the proxy, where it says nothing', '', '127.0.0.1'],
    ['the proxy, where other headers do', 'Forwarded: for=1.1.1.1\r\nX-Real-IP: 1.1.1.1\r\n', '127.0.0.1'],
    ['the first one, where all are proxies', from('10.0.0.7, 10.0.0.8'), '10.0.0.7'],
  ])('behind a trusted proxy is that of %s', async (_, headers, address) => {
    const { chargedFor } = await open(['127.0.0.1', '10.0.0.0/8'])
    expect(await chargedFor(headers, upgrade)).toEqual([address])
  })
})

test('a forwarded host or scheme of whatever form breaks nothing', async () => {
  const { chargedFor } = await open(['127.0.0.1'])
  for (const host of ['shop.example', 'a, b', 'shop.example:8443']) {
    expect(await chargedFor(`X-Forwarded-Host: ${host}\r\nX-Forwarded-Proto: gopher\r\n`)).toEqual(['127.0.0.1'])
  }
})
