import { readFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:https'
import { connect } from 'node:tls'
import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { readTls } from '../../src/server/read-tls.ts'
import { createTestApi, keys } from '../support/test-api.ts'

/** A certificate for localhost that signs itself, good for a hundred years, and its key; there is another such pair. */
const ours = { cert: 'test/fixtures/tls/localhost.crt', key: 'test/fixtures/tls/localhost.key' }
const otherKey = 'test/fixtures/tls/other.key'
const text = 'package.json'

describe('a server with a certificate', () => {
  const closers: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })

  async function open() {
    const api = await createTestApi({ edge: { tls: ours } })
    closers.push(api.close)
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    return { api, address, ca: readFileSync(ours.cert) }
  }

  /** An operation from a client that trusts the certificate and checks it. */
  function post(address: string, options: RequestOptions) {
    const headers = { 'content-type': 'application/json', 'x-api-key': keys.ada, ...options.headers }
    return new Promise<{ status: number | undefined; headers: object; body: string }>((resolve, reject) => {
      const sent = request(`${address}/graphql`, { ...options, method: 'POST', headers }, (response) => {
        let body = ''
        response.on('data', (part) => {
          body += part
        })
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }))
      })
      sent.on('error', reject)
      sent.end('{"query":"{ few(first: 2) { id } }"}')
    })
  }

  test('answers over HTTPS, and tells browsers to stay there', async () => {
    const { address, ca } = await open()
    expect(address).toMatch(/^https:/)
    const answer = await post(address, { ca })
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('"few"')])
    expect(answer.headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000' })
  })

  test('serves a client that would rather speak HTTP/2', async () => {
    const { address, ca } = await open()
    const headers = { connection: 'upgrade', upgrade: 'h2c' }
    expect(await post(address, { ca, headers })).toMatchObject({ status: 200 })
  })

  test('is not believed by a client that does not know it', async () => {
    const { address } = await open()
    await expect(post(address, {})).rejects.toThrow('self-signed certificate')
  })

  test('speaks WebSocket too', async () => {
    const { address, ca } = await open()
    class Trusting extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { ca })
      }
    }
    const url = `${address.replace('https', 'wss')}/graphql`
    const client = createClient({ url, webSocketImpl: Trusting, retryAttempts: 0 })
    closers.push(() => client.dispose())
    const { value } = await client.iterate({ query: 'subscription { numbers(upTo: 1) }' }).next()
    expect(value).toEqual({ data: { numbers: 1 } })
  })

  test('closes at once while a browser keeps a connection ready', async () => {
    const { api, address, ca } = await open()
    const socket = connect({ port: Number(new URL(address).port), host: '127.0.0.1', servername: 'localhost', ca })
    await new Promise((resolve) => socket.once('session', resolve))
    socket.on('error', () => undefined)
    const begunAt = performance.now()
    await api.app.close()
    expect(performance.now() - begunAt).toBeLessThan(1_000)
  })
})

describe('the files of a certificate', () => {
  test.each([
    [
      'a file that is not there',
      { ...ours, cert: '/nowhere/a.crt' },
      ['server.tls.cert: /nowhere/a.crt cannot be read: ENOENT'],
    ],
    [
      'what is no PEM',
      { cert: text, key: text },
      [
        `server.tls.cert: ${text} holds no certificate; one in PEM is allowed`,
        `server.tls.key: ${text} holds no private key without a passphrase; one in PEM is allowed`,
      ],
    ],
    [
      'the key of another',
      { cert: ours.cert, key: otherKey },
      [`server.tls.key: ${otherKey} is not the key of the certificate in ${ours.cert}`],
    ],
    ['the two taken for each other', { cert: ours.key, key: ours.cert }, ['tls.cert: ', 'tls.key: ']],
  ])('with %s stop the start and are named', (_, files, says) => {
    for (const part of says) expect(() => readTls(files)).toThrow(part)
  })
})
