import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { writeTestConfig } from '../../support/test-config.ts'
import { median } from '../hostile/median.ts'
import { openAudience } from './event-audience.ts'
import { openNumberedEvents } from './numbered-events.ts'
import { openProcessSwitch, type ProcessSwitch } from './process-switch.ts'
import { addClient, openShop, type ShopProcesses, SUBSCRIBER_KEY } from './shop-processes.ts'

const SOCKETS = 50
const STREAMS = 10
const REVOCATIONS = 5

const QUERY = 'subscription { reviewAdded(productId: "Product:9") { id } }'
const UNLIMITED = [{ name: 'burst', capacity: 1e8, window: '60s' }]

describe('an open subscription', () => {
  let shop: ShopProcesses
  let first: ServerProcess
  let second: ServerProcess
  let entrance: ProcessSwitch
  beforeAll(async () => {
    shop = await openShop((file) => {
      for (const key of revokedKeys) addClient(file, key, key, UNLIMITED)
      addClient(file, FORMER, FORMER, UNLIMITED)
      for (const client of file.clients ?? []) if (client['id'] === FORMER) client['role'] = 'staff'
    })
    first = await shop.start()
    second = await shop.start()
    entrance = await openProcessSwitch(first)
  })
  afterAll(async () => {
    await entrance.close()
    await shop.close()
  })

  test('ends within a second of its key being taken out of the configuration, and no other does', async () => {
    const kept = [await openSocket(first, SUBSCRIBER_KEY), await openStream(first, SUBSCRIBER_KEY)]
    const delaysMs: number[] = []
    for (const key of revokedKeys) {
      const socket = await openSocket(first, key)
      const stream = await openStream(first, key)
      const startMs = performance.now()
      await shop.config.change((file) => {
        const keySha256 = createHash('sha256').update(key).digest('hex')
        file.clients = (file.clients ?? []).filter((client) => client['keySha256'] !== keySha256)
      })
      const closed = await socket.ended
      const ended = await stream.ended
      delaysMs.push(Math.max(closed.atMs, ended.atMs) - startMs)
      expect(closed.how).toBe('4401')
      expect(ended.how).toBe('complete')
      expect(ended.text).toContain('"code":"UNAUTHENTICATED"')
      expect(delaysMs.at(-1)).toBeLessThan(2_000)
    }
    process.stdout.write(
      `a revoked key ends after ${delaysMs.map(Math.round).join(', ')} ms: ${Math.round(median(delaysMs))} ms\n`,
    )
    for (const one of kept) {
      one.stop()
      expect((await one.ended).how).toBe('stopped')
    }
  })

  test('shows nothing more to somebody who is no longer staff, and comes back as who it is now', async () => {
    const query = `subscription { orderStatusChanged(orderId: "${ORDER}") { status customer { email } } }`
    const advance = `mutation { advanceOrder(id: "${ORDER}") { order { status } } }`
    const staff = { headers: { 'x-api-key': 'demo-staff' } }
    const before = [await openSocket(first, FORMER, query), await openStream(first, FORMER, query)]
    await expect.poll(() => openSubscriptions(first)).toBe(2)
    await first.query(advance, staff)
    for (const one of before) await expect.poll(one.text).toContain('"PAID","customer":{"email":"')
    await shop.config.change((file) => {
      for (const client of file.clients ?? []) if (client['id'] === FORMER) client['role'] = 'client'
    })
    const ends = await Promise.all(before.map(({ ended }) => ended))
    expect(ends.map(({ how }) => how)).toEqual(['1012', 'interrupted'])
    const after = [await openSocket(first, FORMER, query), await openStream(first, FORMER, query)]
    await expect.poll(() => openSubscriptions(first)).toBe(2)
    await first.query(advance, staff)
    for (const one of after) {
      await expect.poll(one.text).toContain('"SHIPPED","customer":{"email":null}')
      one.stop()
      await one.ended
    }
    for (const { text } of before) expect(text()).not.toContain('SHIPPED')
  })

  test('is told to come back when its server stops, one after the other, and has everything elsewhere', async () => {
    const events = await openNumberedEvents(shop, 1)
    const names = [...Array<string>(SOCKETS).fill('graphql-ws'), ...Array<string>(STREAMS).fill('graphql-sse')]
    const audience = openAudience(names, () => ({ url: entrance.url, key: SUBSCRIBER_KEY, ...events.operation }))
    const raw = [
      ...(await Promise.all(Array.from({ length: SOCKETS }, () => openSocket(first, SUBSCRIBER_KEY)))),
      ...(await Promise.all(Array.from({ length: STREAMS }, () => openStream(first, SUBSCRIBER_KEY)))),
    ]
    const flow = events.flow(50)
    await audience.more(5)
    entrance.lead(second)
    expect(await first.stop('SIGTERM')).toBe(0)
    const ends = await Promise.all(raw.map(({ ended }) => ended))
    await audience.more(5)
    await flow.stop()
    await audience.until(events.last)
    audience.stop()
    await events.close()
    expect(audience.faults()).toEqual([])
    const [sockets, streams] = [ends.slice(0, SOCKETS), ends.slice(SOCKETS)]
    expect(new Set(sockets.map(({ how }) => how))).toEqual(new Set(['1012']))
    expect(new Set(streams.map(({ how }) => how))).toEqual(new Set(['interrupted']))
    for (const some of [sockets, streams]) {
      const atMs = some.map((end) => end.atMs).sort((a, b) => a - b)
      const spanMs = (atMs.at(-1) ?? 0) - (atMs[0] ?? 0)
      process.stdout.write(`${some.length} were sent away over ${Math.round(spanMs)} ms\n`)
      // 10 ms for each, where there are few.
      expect(spanMs).toBeGreaterThan(some.length * 4)
    }
  })
})

test('hundreds of sockets and of streams are sent elsewhere within one spread, and the server ends as it should', async () => {
  const config = await writeTestConfig((file) => {
    file.server = { drainTimeout: '5500ms', maxConnectionsPerAddress: 4 * CROWD }
    Object.assign(file, {
      ipBudget: { capacity: 1e6, window: '60s' },
      subscriptions: { drainSpread: '3s', maxSocketsPerAddress: CROWD },
    })
    addClient(file, 'subscriber', SUBSCRIBER_KEY, UNLIMITED)
  })
  onTestFinished(config.remove)
  const server = await startServer({ TOLLGATE_CONFIG: config.path })
  onTestFinished(async () => void (await server.stop('SIGKILL')))
  const opened: Opened[] = []
  for (let count = 0; count < CROWD; count += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, () => [openSocket, openStream]).flat()
    opened.push(...(await Promise.all(some.map((open) => open(server, SUBSCRIBER_KEY)))))
  }
  await expect.poll(() => openSubscriptions(server)).toBe(2 * CROWD)
  expect(await server.stop()).toBe(0)
  const ends = await Promise.all(opened.map(({ ended }) => ended))
  expect(ends.filter(({ how }) => how === '1012')).toHaveLength(CROWD)
  expect(ends.filter(({ how }) => how === 'interrupted')).toHaveLength(CROWD)
}, 120_000)

/** As many as take the whole spread, of each kind, at 10 ms for each. */
const CROWD = 300
const AT_ONCE = 20

const FORMER = 'formerly-staff'
const ORDER = 'Order:49999'

const revokedKeys = Array.from({ length: REVOCATIONS }, (_, index) => `revoked-${index}`)

async function openSubscriptions({ url }: ServerProcess): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^tollgate_subscriptions (\d+)$/m.exec(metrics)?.[1])
}

interface Opened {
  /** What it has been told. */
  text(): string
  readonly ended: Promise<{ readonly how: string; readonly atMs: number; readonly text: string }>
  stop(): void
}

/** Resolves once it is connected, and has asked to subscribe. It ends with its close code. */
async function openSocket({ url }: ServerProcess, key: string, query = QUERY): Promise<Opened> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-api-key': key },
  })
  let stopped = false
  let text = ''
  const ended = new Promise<number>((resolve) => socket.once('close', resolve)).then((code) => ({
    how: stopped ? 'stopped' : String(code),
    atMs: performance.now(),
    text,
  }))
  socket.on('open', () => socket.send('{"type":"connection_init"}'))
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('message', () => resolve())
  })
  socket.on('message', (data) => {
    text += String(data)
  })
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  return {
    text: () => text,
    ended,
    stop() {
      stopped = true
      socket.close(1000)
    },
  }
}

/** Resolves once it is subscribed. It ends as `complete`, or as `interrupted`. */
async function openStream({ url }: ServerProcess, key: string, query = QUERY): Promise<Opened> {
  const controller = new AbortController()
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': key },
    body: JSON.stringify({ query }),
    signal: controller.signal,
  })
  expect(response.status).toBe(200)
  let text = ''
  async function read(): Promise<{ how: string; text: string }> {
    try {
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += part
    } catch {
      return { how: controller.signal.aborted ? 'stopped' : 'broken', text }
    }
    return { how: text.includes('event: complete') ? 'complete' : 'interrupted', text }
  }
  return {
    text: () => text,
    ended: read().then((end) => ({ ...end, atMs: performance.now() })),
    stop: () => controller.abort(),
  }
}
