import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { writeTestConfig } from '../../support/test-config.ts'
import { documents } from './corpus/documents.ts'
import { head, post, type RawRequest } from './corpus/hostile-request.ts'
import { frame } from './corpus/sockets.ts'
import { twoClients, wideIpBudget } from './hostile-config.ts'
import { createLine, type Line } from './line.ts'
import { liveHeapBytes } from './live-heap.ts'
import { mutate } from './mutate.ts'
import { createRandom, type Random } from './random.ts'
import { openSocket } from './send-hostile.ts'
import { PATIENCE_MS } from './target.ts'

/** `FUZZ=20000` for the whole run, `SEED=…` for one that failed. Each case has the seed of the run and its number. */
const CASES = Number(process.env['FUZZ'] ?? 1_500)
const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const AT_ONCE = 8

/** What may be left once caches have filled, whatever came. */
const LEAK_BYTES = 16 * 1024 * 1024

const REAL = [
  '{ products(first: 3) { nodes { id name price { amount } category { name } } } }',
  'query Page($n: Int = 2, $more: Boolean!) { products(first: $n) { nodes { id ...More @include(if: $more) } } } fragment More on Product { stock }',
  '{ node(id: "Product:1") { __typename ... on Product { name } ... on Category { slug } } rateLimit { remaining } }',
  'mutation { placeOrder(input: { customerId: "x", lines: [{ productId: "y", quantity: 1 }] }) { problems { code } } }',
  '{ __schema { queryType { name } } __type(name: "Product") { fields { name } } }',
  'subscription { orderStatusChanged(orderId: "Order:1") { id } }',
]
const SOURCES = [...REAL, '', ...documents.flatMap(sourceOf)].map((text) => Buffer.from(text))
const BODIES = REAL.map((query) =>
  Buffer.from(JSON.stringify({ query, variables: { n: 1, more: true }, operationName: null })),
)
const MESSAGES = [
  ...REAL.map((query) => JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { more: true } } })),
  '{"id":"1","type":"complete"}',
  '{"type":"ping","payload":{"a":1}}',
  '{"type":"pong"}',
].map((text) => Buffer.from(text))
const REQUESTS = [
  ...BODIES.flatMap((body) => post(body).packets),
  head(`GET /graphql?query=${encodeURIComponent(REAL[0] ?? '')}&variables=%7B%7D`),
  head('GET /graphql', {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }),
  head('GET /readyz'),
]

/** The source of a document that is small enough to be mutated in numbers. */
function sourceOf({ send }: (typeof documents)[number]): readonly string[] {
  const [packet = ''] = send.kind === 'http' ? send.packets.map(String) : []
  if (packet.length > 8_000) return []
  const { query }: { query: string } = JSON.parse(packet.slice(packet.indexOf('\r\n\r\n')))
  return [query]
}

describe('whatever bytes come', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  let port: number
  beforeAll(async () => {
    config = await writeTestConfig((file) => {
      twoClients(file)
      wideIpBudget(file)
    })
    server = await startServer({
      TOLLGATE_CONFIG: config.path,
      NODE_OPTIONS: '--inspect=127.0.0.1:0',
      LOG_LEVEL: 'error',
    })
    port = Number(new URL(server.url).port)
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })

  test(`the server answers for them, does not fail, and keeps nothing (FUZZ=${CASES} SEED=${SEED})`, {
    timeout: 600_000,
  }, async () => {
    const good = () => server.query('{ product(id: "Product:1") { id } products(first: 2) { nodes { name } } }')
    const before = await good()
    expect(before.status).toBe(200)
    // The first third fills what is filled once: caches, and what the compiler keeps.
    const warm = Math.floor(CASES / 3)
    const failures = await run(0, warm)
    const heapBefore = await liveHeapBytes(server.output())
    failures.push(...(await run(warm, CASES)))
    const heapAfter = await liveHeapBytes(server.output())
    expect(failures).toEqual([])
    expect(server.child.exitCode).toBe(null)
    expect((await good()).body).toEqual(before.body)
    expect(server.output()).not.toMatch(/"level":"fatal"|Unhandled|MaxListeners/)
    const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1)
    process.stdout.write(
      `${CASES} cases, seed ${SEED}: live heap ${megabytes(heapBefore)} MB, then ${megabytes(heapAfter)} MB\n`,
    )
    expect(heapAfter - heapBefore).toBeLessThan(LEAK_BYTES)
  })

  /** What went wrong in the cases from one number to another. */
  async function run(from: number, end: number): Promise<string[]> {
    const failures: string[] = []
    let next = from
    const work = async () => {
      const line = createLine({ port })
      while (next < end && failures.length < 20) {
        const number = next++
        const random = createRandom(SEED * 100_003 + number)
        const [kind, outcome, sent] = await random.pick(KINDS)(random, line, port)
        if (!isFine(kind, outcome))
          failures.push(
            `case ${number}, ${kind}: ${outcome} after ${JSON.stringify(sent.toString('latin1')).slice(0, 600)}`,
          )
      }
      line.close()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return failures
  }
})

type Kind = 'document' | 'body' | 'request' | 'messages' | 'frames'
type Case = (random: Random, line: Line, port: number) => Promise<readonly [kind: Kind, outcome: string, sent: Buffer]>

const KINDS: readonly Case[] = [
  async function document(random, line) {
    const body = Buffer.from(
      JSON.stringify({ query: mutated(SOURCES, random).toString(), variables: { n: 2, more: true } }),
    )
    return ['document', await line.exchange(post(body)), body]
  },
  async function documentOnceMore(random, line) {
    const body = Buffer.from(JSON.stringify({ query: mutated(SOURCES, random).toString('latin1') }))
    return ['document', await line.exchange(post(body)), body]
  },
  async function body(random, line) {
    const bytes = mutated(BODIES, random)
    return ['body', await line.exchange(post(bytes)), bytes]
  },
  async function request(random, _, port) {
    const bytes = mutated(REQUESTS, random)
    return ['request', await lastWord({ kind: 'http', packets: [bytes] }, port), bytes]
  },
  async function messages(random, _, port) {
    const sent = Array.from({ length: 1 + random.below(4) }, () => mutated(MESSAGES, random))
    const frames = sent.map((message) => frame(0x81, message))
    return [
      'messages',
      await overSocket([...frames, frame(0x81, Buffer.from('{"type":"ping"}'))], false, port),
      Buffer.concat(sent),
    ]
  },
  async function frames(random, _, port) {
    const bytes = mutated(
      MESSAGES.map((message) => frame(0x81, message)),
      random,
    )
    return ['frames', await overSocket([bytes], true, port), bytes]
  },
]

/** A mutation of one of them; now and then nothing but noise. */
function mutated(originals: readonly Buffer[], random: Random): Buffer {
  if (random.below(20) === 0) return random.bytes(random.below(300))
  return mutate(random.pick(originals), originals, random)
}

function isFine(kind: Kind, outcome: string): boolean {
  switch (kind) {
    case 'document':
    case 'body':
      return /^(200|4\d\d) [A-Za-z_]+$/.test(outcome) && !outcome.endsWith('INTERNAL_SERVER_ERROR')
    case 'request':
      // Blank lines alone are no request. Statuses without a code are those of /readyz and of upgrades.
      return /^(reset|(101|200|4\d\d)( .*)?)$/.test(outcome) && !outcome.includes('INTERNAL_SERVER_ERROR')
    case 'messages':
    case 'frames':
      return /^(alive|closed (1002|1005|1006|1007|1008|1009|44\d\d))$/.test(outcome)
  }
}

/** All statuses that a connection ends with, one half of which is closed at once. */
function lastWord({ packets }: RawRequest, port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  let text = ''
  return new Promise((resolve) => {
    const timer = setTimeout(() => end('no end'), PATIENCE_MS)
    function end(otherwise: string): void {
      clearTimeout(timer)
      socket.destroy()
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)
      const failed = statuses.find((status) => status.startsWith('5')) ?? statuses[0] ?? otherwise
      resolve(text.includes('INTERNAL_SERVER_ERROR') ? '500 INTERNAL_SERVER_ERROR' : failed)
    }
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      // Nobody ends a WebSocket whose client says nothing.
      if (text.startsWith('HTTP/1.1 101')) end('101')
    })
    socket.on('error', () => {})
    socket.on('end', () => end('reset'))
    socket.on('close', () => end('reset'))
    for (const packet of packets) socket.write(packet)
    socket.end()
  })
}

/** `alive` where the last message, a ping, is answered. Otherwise what the socket was closed with. */
function overSocket(frames: readonly Buffer[], hangUp: boolean, port: number): Promise<string> {
  const client = openSocket({ port })
  return new Promise((resolve) => {
    let raw: Socket | undefined
    const timer = setTimeout(() => end('no answer'), PATIENCE_MS)
    function end(outcome: string): void {
      clearTimeout(timer)
      resolve(outcome)
      client.terminate()
    }
    client.on('upgrade', ({ socket }) => {
      raw = socket
    })
    client.on('open', () => client.send('{"type":"connection_init"}'))
    client.on('message', (data) => {
      const text = String(data)
      const { type }: { type: string } = JSON.parse(text)
      if (text.includes('INTERNAL_SERVER_ERROR')) end('INTERNAL_SERVER_ERROR')
      if (type === 'pong' && !hangUp) end('alive')
      if (type !== 'connection_ack') return
      for (const bytes of frames) raw?.write(bytes)
      if (hangUp) raw?.end()
    })
    client.on('close', (code) => end(`closed ${code}`))
    client.on('error', () => {})
  })
}
