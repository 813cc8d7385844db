import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { testBudget } from '../../support/describe-budget-store.ts'
import { openRawConnection } from '../../support/raw-connection.ts'
import { createTestApi, keys } from '../../support/test-api.ts'

type Api = Awaited<ReturnType<typeof createTestApi>>

async function open() {
  const plenty = testBudget({ name: 'requests', meter: 'requests', capacity: 100_000 })
  const api = await createTestApi({ budgets: [plenty] })
  return { api, address: await api.app.listen({ host: '127.0.0.1', port: 0 }) }
}

let api: Api
let address: string
beforeAll(async () => {
  ;({ api, address } = await open())
})
afterAll(() => api.close())

function send(bytes: string | Buffer) {
  const connection = openRawConnection(address, bytes)
  onTestFinished(() => void connection.socket.destroy())
  return connection
}

const BODY = '{"query":"mutation { count }"}'
const HOST = 'Host: localhost\r\n'
const LENGTH = `Content-Length: ${BODY.length}\r\n`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CHUNKS = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
const LIVEZ = `GET /livez HTTP/1.1\r\n${HOST}\r\n`
const post = (headers: string, body = BODY) =>
  `POST /graphql HTTP/1.1\r\n${HOST}X-API-Key: ${keys.ada}\r\nContent-Type: application/json\r\n${headers}\r\n${body}`
const get = (headers: string, host = HOST) => `GET /livez HTTP/1.1\r\n${host}${headers}\r\n`

describe('a request that can be read in two ways, or in none', () => {
  test.each([
    ['two lengths', post(`${LENGTH}${LENGTH}`), 400],
    ['two lengths that differ', post(`${LENGTH}Content-Length: 5\r\n`), 400],
    ['a list of lengths', post(`Content-Length: ${BODY.length}, ${BODY.length}\r\n`), 400],
    ['a length with a sign', post(`Content-Length: +${BODY.length}\r\n`), 400],
    ['a negative length', post('Content-Length: -1\r\n'), 400],
    ['a length past all numbers', post(`Content-Length: ${'9'.repeat(30)}\r\n`), 400],
    ['a length and chunks', post(`${LENGTH}${CHUNKED}`, CHUNKS), 400],
    ['chunks and a length', post(`${CHUNKED}${LENGTH}`, CHUNKS), 400],
    ['a length and, folded, chunks', post(`${LENGTH}Transfer-Encoding:\r\n chunked\r\n`, CHUNKS), 400],
    ['a length and, before a space, chunks', post(`${LENGTH}Transfer-Encoding : chunked\r\n`, CHUNKS), 400],
    ['chunks twice', post(`${CHUNKED}${CHUNKED}`, CHUNKS), 400],
    ['an encoding after chunks', post('Transfer-Encoding: chunked, identity\r\n', CHUNKS), 400],
    ['an unknown encoding', post('Transfer-Encoding: xchunked\r\n', CHUNKS), 400],
    ['a chunk whose size is no number', post(CHUNKED, `zz\r\n${BODY}\r\n0\r\n\r\n`), 400],
    ['a chunk whose size overflows', post(CHUNKED, `fffffffffffffffff\r\n${BODY}\r\n0\r\n\r\n`), 400],
    ['a chunk that ends elsewhere', post(CHUNKED, `${BODY.length.toString(16)}\r\n${BODY}XX0\r\n\r\n`), 400],
    ['a chunk size before a bare LF', post(CHUNKED, CHUNKS.replace('\r\n', '\n')), 400],
    ['huge extensions of a chunk', post(CHUNKED, CHUNKS.replace('\r\n', `;${'a'.repeat(20_000)}\r\n`)), 413],
    ['a length among the trailers', post(CHUNKED, CHUNKS.replace('0\r\n', '0\r\nContent-Length: 5\r\n')), 400],
    ['a folded header', get('X-A: a\r\n b\r\n'), 400],
    ['NUL in a value', get('X-A: a\0b\r\n'), 400],
    ['NUL in a name', get('X\0A: b\r\n'), 400],
    ['a bare LF', get('X-A: b\n'), 400],
    ['bare LFs', get('X-A: b\r\n').replaceAll('\r\n', '\n'), 400],
    ['a bare CR', get('X-A: b\rX-B: c\r\n'), 400],
    ['a header without a colon', get('X-A\r\n'), 400],
    ['no host', get('', ''), 400],
    ['two hosts', get('', `${HOST}Host: other\r\n`), 400],
    ['two keys', get('Authorization: Bearer one\r\nAuthorization: Bearer two\r\n'), 400],
    ['a key of each kind, one twice', get('X-API-Key: one\r\nX-API-Key: two\r\n'), 400],
    ['two media types', post(`${LENGTH}Content-Type: text/plain\r\n`), 400],
    ['a method in lower case', 'get /livez HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a method that is none', 'FETCH /livez HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a relative URL', 'GET livez HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /livez\r\n\r\n', 400],
    ['HTTP/1.2', 'GET /livez HTTP/1.2\r\nHost: a\r\n\r\n', 400],
    ['HTTP/2', 'GET /livez HTTP/2.0\r\nHost: a\r\n\r\n', 400],
    ['HTTP/2 known in advance', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['TLS', Buffer.from('16030100c6010000c20303', 'hex'), 400],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n', 404],
    ['an unknown expectation', post(`${LENGTH}Expect: 200-maybe\r\n`), 417],
    ['large headers', get(`X-A: ${'a'.repeat(20_000)}\r\n`), 431],
    ['many headers', get('a:\r\n'.repeat(101)), 431],
    ['a long URL', `GET /livez?${'a'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
    ['a socket of two hosts', `${get('Connection: Upgrade\r\nUpgrade: websocket\r\n', `${HOST}Host: b\r\n`)}`, 400],
  ])('such as one with %s, is refused in the form of all answers and ends its connection', async (_, bytes, status) => {
    // What comes behind it is never read as a request.
    const connection = send(Buffer.concat([Buffer.from(bytes), Buffer.from(post(LENGTH))]))
    const received = await connection.closed
    expect(connection.statuses()).toEqual([status])
    const [head = '', body = ''] = received.split('\r\n\r\n')
    expect(head.toLowerCase()).toContain('\r\nconnection: close')
    expect(head).toContain('\r\nx-content-type-options: nosniff')
    const { errors } = JSON.parse(body)
    expect(errors).toEqual([
      { message: expect.stringMatching(/^[A-Z].*\.$/), extensions: { code: expect.any(String) } },
    ])
    expect(api.executed).toEqual([])
  })

  test('leaves no header out that is past a limit: a key is not lost among a thousand', async () => {
    const lost = `GET /graphql?query=%7B__typename%7D HTTP/1.1\r\n${HOST}${'a:\r\n'.repeat(2_100)}X-API-Key: none\r\n\r\n`
    const connection = send(lost)
    await connection.closed
    expect(connection.statuses()).toEqual([431])
  })

  test('is answered after the requests before it, which are answered', async () => {
    const { api, address } = await open()
    onTestFinished(api.close)
    const query = '/graphql?query=%7Bheld%7D'
    const connection = openRawConnection(address, `GET ${query} HTTP/1.1\r\n${HOST}\r\nNONSENSE\r\n\r\n`)
    await expect.poll(() => api.held.length).toBe(1)
    for (const letGo of api.held) letGo()
    await connection.closed
    expect(connection.statuses()).toEqual([200, 400])
  })
})

describe('a request that is unusual, and well formed', () => {
  test.each([
    ['HTTP/1.0', 'GET /livez HTTP/1.0\r\n\r\n', 200],
    ['an absolute URL', `GET http://localhost/livez HTTP/1.1\r\n${HOST}\r\n`, 200],
    ['an asterisk for a URL', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a URL of two slashes', `GET //localhost/livez HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a hundred headers', get('a:\r\n'.repeat(99)), 200],
    ['empty lines before it', `\r\n\r\n${LIVEZ}`, 200],
  ])('such as one with %s, gets the answer to what it asks', async (_, bytes, status) => {
    const connection = send(bytes)
    await connection.until((received) => received.includes('\r\n\r\n'))
    expect(connection.statuses()).toEqual([status])
  })

  test.each([
    ['chunks', post(CHUNKED, CHUNKS)],
    ['extensions of chunks', post(CHUNKED, CHUNKS.replace('\r\n', ';a=b\r\n'))],
    ['trailers, which change nothing', post(CHUNKED, CHUNKS.replace('0\r\n', '0\r\nX-API-Key: other\r\nHost: b\r\n'))],
    ['an expectation', post(`${LENGTH}Expect: 100-continue\r\n`)],
  ])('such as an operation with %s, runs once, and the next one is read', async (_, bytes) => {
    const before = api.executed.length
    const connection = send(bytes + LIVEZ)
    await connection.until((received) => received.includes('{"status":"ok"}'))
    expect(connection.statuses().filter((status) => status !== 100)).toEqual([200, 200])
    expect(api.executed.length).toBe(before + 1)
    api.executed.length = 0
  })
})

describe('requests that come without waiting for answers', () => {
  test('are each charged, and answered in their order', async () => {
    const before = api.ended.length
    const url = (name: string) => `/graphql?query=%7B${name}:__typename%7D`
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
    const connection = send(names.map((name) => `GET ${url(name)} HTTP/1.1\r\n${HOST}\r\n`).join(''))
    await connection.until((received) => received.includes('"n49"'))
    expect([...connection.received().matchAll(/"(n\d+)"/g)].map(([, name]) => name)).toEqual(names)
    expect(api.ended.length - before).toBe(50)
  })

  test('end their connection when more than a hundred of them wait, and no more of them begin', async () => {
    const { api, address } = await open()
    onTestFinished(api.close)
    const held = `GET /graphql?query=%7Bheld%7D HTTP/1.1\r\n${HOST}X-API-Key: ${keys.ada}\r\n\r\n`
    await openRawConnection(address, held.repeat(1_000)).closed
    expect(api.held.length).toBeLessThanOrEqual(100)
  })

  test.each([
    ['h2c', 'GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
    [
      'websocket',
      'GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    ],
  ])('never overtake one another with an upgrade to %s: the connection ends instead', async (_, upgrade) => {
    const { api, address } = await open()
    onTestFinished(api.close)
    const connection = openRawConnection(address, `GET /graphql?query=%7Bheld%7D HTTP/1.1\r\n${HOST}\r\n${upgrade}`)
    await expect.poll(() => api.held.length).toBe(1)
    for (const letGo of api.held) letGo()
    await connection.closed
    expect(connection.statuses()).toEqual([200])
  })
})

test('bytes at random are answered 400 or not at all, and the server goes on', async () => {
  const seen = new Set<number>()
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const connection = send(Buffer.concat([randomBytes(200), Buffer.from('\r\n\r\n')]))
        await connection.closed
        for (const status of connection.statuses()) seen.add(status)
      }),
    )
  }
  expect([...seen]).toEqual([400])
  const connection = send(LIVEZ)
  await connection.until((received) => received.includes('ok'))
  expect(api.logged).toEqual([])
})
