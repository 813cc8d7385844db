import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { EventLog } from '../../../src/events/event-log.ts'
import { fullSize } from '../../../src/storefront/seed/shop-size.ts'
import { openRedisEventLog } from '../../support/redis-event-log.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { liveHeapBytes } from '../hostile/live-heap.ts'
import { median, quantile } from '../hostile/median.ts'
import { openShop, type ShopProcesses, SUBSCRIBER_KEY } from './shop-processes.ts'

const stallMs = Number(process.env['STALL_SECONDS'] ?? 8) * 1_000
const WARM_UP_MS = 8_000

/** A process that has just started has to compile what it runs: a tenth of the flow comes first. */
const SLOW_START_MS = 3_000

/** What responseTimeout of the server is by default: then it gives the socket up. */
const GIVEN_UP_MS = 30_000

/** 900 reviews and 100 changes of the stock each second. */
const EVERY_MS = 10
const REVIEWS_AT_ONCE = 9

/** 4 kB, so that what the system itself buffers is full within a few seconds. */
const LONG = 'é'.repeat(2_000)
const ADD = `mutation {
  addReview(input: { customerId: "Customer:1", productId: "Product:2", rating: 5, title: "a", body: "${LONG}" }) {
    review { id }
  }
}`
const REVIEWS = 'subscription { reviewAdded(productId: "Product:1") { id body } }'
const STOCK = 'subscription { stockChanged(productIds: ["Product:1"]) { quantity product { description } } }'

describe('a subscriber that stops reading under 1 000 events each second', () => {
  let shop: ShopProcesses
  let server: ServerProcess
  let log: EventLog
  beforeAll(async () => {
    shop = await openShop()
    server = await shop.start({ NODE_OPTIONS: '--inspect=127.0.0.1:0' })
    log = await openRedisEventLog(shop.redisUrl, { prefix: shop.prefix })
  })
  afterAll(async () => {
    await log.close()
    await shop.close()
  })

  /** A socket with these subscriptions. */
  async function subscribe(queries: readonly string[], onMessage: (text: string) => void): Promise<WebSocket> {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-api-key': SUBSCRIBER_KEY },
    })
    socket.on('open', () => socket.send('{"type":"connection_init"}'))
    await new Promise((resolve, reject) => socket.once('error', reject).once('message', resolve))
    socket.on('message', (data) => onMessage(String(data)))
    for (const query of queries) {
      socket.send(JSON.stringify({ id: randomUUID(), type: 'subscribe', payload: { query } }))
    }
    return socket
  }

  /** Tells of one review over and over until it is stopped, and of the stock. Answers when each review was told of. */
  function flow(reviewId: number) {
    const sentAtMs: number[] = []
    let flows = true
    async function run(): Promise<void> {
      let changes = 0
      const startedAtMs = performance.now()
      for (let dueMs = startedAtMs; flows; ) {
        const reviews = Array.from({ length: REVIEWS_AT_ONCE }, () => {
          sentAtMs.push(performance.now())
          return { key: randomUUID(), payload: { reviewId } }
        })
        const change = { key: randomUUID(), payload: { productId: 1, quantity: ++changes } }
        await Promise.all([log.append('product:1:reviews', reviews), log.append('product:1:stock', [change])])
        dueMs += performance.now() - startedAtMs < SLOW_START_MS ? 10 * EVERY_MS : EVERY_MS
        await setTimeout(Math.max(0, dueMs - performance.now()))
      }
    }
    const running = run()
    return {
      sentAtMs,
      async stop() {
        flows = false
        await running
      },
    }
  }

  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1),
    )
  }

  test('takes no memory from the server, and no time from others', { timeout: 60_000 + 3 * stallMs }, async () => {
    // The first one after those of the seed.
    await server.query(ADD, { headers: { 'x-api-key': SUBSCRIBER_KEY } })
    const delaysMs: number[] = []
    const ends: string[] = []
    let got = 0
    const good = await subscribe([REVIEWS], (text) => {
      if (text.includes('"type":"next"')) delaysMs.push(performance.now() - (events.sentAtMs[got++] ?? Number.NaN))
      else ends.push(text)
    })
    const stalledEnds: string[] = []
    const stalled = await subscribe([REVIEWS, STOCK], (text) => {
      if (!text.includes('"type":"next"')) stalledEnds.push(text)
    })
    stalled.once('close', () => stalledEnds.push('closed'))
    await expect.poll(() => metric('tollgate_subscriptions ')).toBe(3)
    const events = flow(fullSize.reviews + 1)

    async function observe(ms: number) {
      delaysMs.length = 0
      const rssMb: number[] = []
      const heapMb: number[] = []
      for (const endMs = performance.now() + ms; performance.now() < endMs; await setTimeout(200)) {
        rssMb.push((await metric('process_resident_memory_bytes ')) / 1e6)
        heapMb.push((await metric('nodejs_heap_size_used_bytes ')) / 1e6)
      }
      return {
        rssMb: median(rssMb),
        heapMb: median(heapMb),
        delayMs: median(delaysMs),
        p99Ms: quantile(delaysMs, 0.99),
        perSecond: (1_000 * delaysMs.length) / ms,
      }
    }

    await setTimeout(SLOW_START_MS + WARM_UP_MS)
    const liveBytes = await liveHeapBytes(server.output())
    const before = await observe(WARM_UP_MS)
    stalled.pause()
    const during = await observe(stallMs)
    const grownBytes = (await liveHeapBytes(server.output())) - liveBytes
    const overflows = await metric('tollgate_subscription_events_total{tier="subscriber",event="overflow"}')
    await events.stop()
    await expect.poll(() => [got, ends], { timeout: 10_000 }).toEqual([events.sentAtMs.length, []])
    for (const [when, figures] of Object.entries({ before, during })) {
      const texts = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`)
      process.stdout.write(`${when} the stall: ${texts.join(', ')}\n`)
    }
    process.stdout.write(`what is alive on the heap has grown by ${(grownBytes / 1e6).toFixed(1)} MB\n`)
    stalled.resume()
    await expect.poll(() => stalledEnds.length, { timeout: 10_000 }).toBe(1)
    if (stallMs < GIVEN_UP_MS) expect(stalledEnds[0]).toContain('SUBSCRIPTION_OVERFLOW')
    else expect(stalledEnds[0]).toBe('closed')
    expect(overflows).toBe(1)
    for (const socket of [good, stalled]) socket.terminate()

    expect(grownBytes).toBeLessThan(10e6)
    // Garbage comes and goes, as the collector sees fit: this is to see a leak of everything that is sent.
    expect(during.rssMb).toBeLessThan(2 * before.rssMb)
    expect(during.delayMs).toBeLessThan(3 * before.delayMs + 10)
  })
})
