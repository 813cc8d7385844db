import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ServerProcess } from '../../support/server-process.ts'
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

const revokedKeys = Array.from({ length: REVOCATIONS }, (_, index) => `revoked-${index}`)

interface Opened {
  readonly ended: Promise<{ readonly how: string; readonly atMs: number; readonly text: string }>
  stop(): void
}

/** Resolves once it is connected, and has asked to subscribe. It ends with its close code. */
async function openSocket({ url }: ServerProcess, key: string): Promise<Opened> {
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
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }))
  return {
    ended,
    stop() {
      stopped = true
      socket.close(1000)
    },
  }
}

/** Resolves once it is subscribed. It ends as `complete`, or as `interrupted`. */
async function openStream({ url }: ServerProcess, key: string): Promise<Opened> {
  const controller = new AbortController()
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': key },
    body: JSON.stringify({ query: QUERY }),
    signal: controller.signal,
  })
  expect(response.status).toBe(200)
  async function read(): Promise<{ how: string; text: string }> {
    let text = ''
    try {
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += part
    } catch {
      return { how: controller.signal.aborted ? 'stopped' : 'broken', text }
    }
    return { how: text.includes('event: complete') ? 'complete' : 'interrupted', text }
  }
  return {
    ended: read().then((end) => ({ ...end, atMs: performance.now() })),
    stop: () => controller.abort(),
  }
}
