import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { document, head, post } from './corpus/hostile-request.ts'
import { createLine } from './line.ts'

/** What an address may send at once, and an anonymous client, in the shipped configuration. */
const IP_REQUESTS = 3_000
const ANONYMOUS_REQUESTS = 100

// Each flood comes from an address of its own, so that none meets the budget of another.
describe('with the shipped budgets', () => {
  let server: ServerProcess
  let port: number
  beforeAll(async () => {
    server = await startServer()
    port = Number(new URL(server.url).port)
  })
  afterAll(async () => {
    await server.stop()
  })

  /** How many of so many requests, over a few connections, got each answer. */
  async function answersTo(requests: number, localAddress: string, send: (index: number) => ReturnType<typeof post>) {
    const answers: Record<string, number> = {}
    let begun = 0
    const work = async () => {
      const line = createLine({ port, localAddress })
      while (begun < requests) {
        const answer = await line.exchange(send(begun++))
        answers[answer] = (answers[answer] ?? 0) + 1
      }
      line.close()
    }
    await Promise.all(Array.from({ length: 8 }, work))
    return answers
  }

  test('a flood from one address ends in 429 before anything is read of it, and is no matter to another address', async () => {
    const answers = await answersTo(2 * IP_REQUESTS, '127.0.0.9', () =>
      post('{"query":', { 'X-API-Key': '', Authorization: 'Bearer stolen' }),
    )
    const served = answers['401 UNAUTHENTICATED'] ?? 0
    expect(served).toBeGreaterThanOrEqual(IP_REQUESTS)
    // Meanwhile 100 requests a second come back.
    expect(answers['429 RATE_LIMITED']).toBe(2 * IP_REQUESTS - served)
    expect(served).toBeLessThan(1.9 * IP_REQUESTS)
    expect((await server.query('{ viewer { tier } }')).status).toBe(200)
  })

  test('unseen and broken documents of an anonymous client end in 429, whatever addresses it claims to come from', async () => {
    const sent = 3 * ANONYMOUS_REQUESTS
    const answers = await answersTo(sent, '127.0.0.10', (index) => {
      const headers = { 'X-API-Key': '', 'X-Forwarded-For': `10.0.${index >> 8}.${index & 255}` }
      return post(JSON.stringify({ query: `{ nope${index} }` }), headers)
    })
    const served = answers['400 GRAPHQL_VALIDATION_FAILED'] ?? 0
    expect(served).toBeGreaterThanOrEqual(ANONYMOUS_REQUESTS)
    expect(served).toBeLessThan(2 * ANONYMOUS_REQUESTS)
    expect(answers['429 RATE_LIMITED']).toBe(sent - served)
  })

  test('requests that wait for no answer are counted like others', async () => {
    const { packets } = document('{', { operationName: 'x' })
    const [packet = Buffer.alloc(0)] = packets
    const anonymous = Buffer.from(packet.toString('latin1').replace(/X-API-Key: .*\r\n/, ''), 'latin1')
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.11' })
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.write(Buffer.concat(Array.from({ length: 3 * ANONYMOUS_REQUESTS }, () => anonymous)))
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
    await expect.poll(() => count(/HTTP\/1\.1 \d/g), { timeout: 10_000 }).toBe(3 * ANONYMOUS_REQUESTS)
    socket.destroy()
    expect(count(/HTTP\/1\.1 400 /g)).toBeLessThan(2 * ANONYMOUS_REQUESTS)
    expect(count(/HTTP\/1\.1 429 /g)).toBeGreaterThan(ANONYMOUS_REQUESTS)
  })

  test('500 operations over one WebSocket end in RATE_LIMITED', async () => {
    const codes: Record<string, number> = {}
    const url = `ws://127.0.0.1:${port}/graphql`
    const client = new WebSocket(url, 'graphql-transport-ws', { localAddress: '127.0.0.13' })
    const over = new Promise<void>((resolve) => {
      let answered = 0
      const subscribe = () => {
        const payload = { query: '{' }
        client.send(JSON.stringify({ id: `${answered++}`, type: 'subscribe', payload }))
      }
      client.addEventListener('open', () => client.send('{"type":"connection_init"}'))
      client.addEventListener('message', ({ data }) => {
        const message: { payload?: { extensions: { code: string } }[] } = JSON.parse(String(data))
        const code = message.payload?.[0]?.extensions.code ?? 'none'
        codes[code] = (codes[code] ?? 0) + 1
        if (answered < 490) subscribe()
        else client.close()
      })
      client.addEventListener('close', () => resolve())
    })
    await over
    expect(codes['GRAPHQL_PARSE_FAILED']).toBeLessThan(2 * ANONYMOUS_REQUESTS)
    expect(codes['RATE_LIMITED']).toBeGreaterThan(300)
  })

  test('connections that send nothing but half a header hold up nobody', async () => {
    const sockets = Array.from({ length: 300 }, () => connect({ host: '127.0.0.1', port, localAddress: '127.0.0.12' }))
    for (const socket of sockets) socket.on('error', () => {}).write(head('POST /graphql').subarray(0, 30))
    expect((await server.query('{ viewer { tier } }')).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })
})
