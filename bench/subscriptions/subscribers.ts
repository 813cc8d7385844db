// Many subscribers of one topic, in a process of their own that also publishes: so all times are of one clock. Started by
// fan-out.bench.ts.
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createRedisConnection } from '../../src/budget/redis/redis-connection.ts'
import { createRedisEventLog } from '../../src/events/redis/redis-event-log.ts'
import { openWebSocket } from './open-web-socket.ts'

export interface SubscribersOrder {
  readonly server: 'tollgate' | 'plain'
  readonly port: number
  readonly redisUrl: string
  /** What all of them subscribe to. */
  readonly query: string
  readonly subscribers: number
  /** The subscribers are of so many clients, each with an address of its own. */
  readonly clients: number
}

/** What came of one round. */
export interface RoundResult {
  readonly events: number
  /** From the publishing of the first event to the receipt of the last by the last subscriber. */
  readonly tookMs: number
  /** From the publishing of an event to its receipt, for each subscriber and event. */
  readonly latenciesMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

/** How many sockets are being opened at once. */
const OPENING = 100

process.once('message', async (order: SubscribersOrder) => {
  const { subscribers, clients, server, redisUrl } = order
  let received = 0
  let sentAtMs = 0
  let latencies: number[] = []
  let onAll = () => {}
  const all = () => {
    received += 1
    latencies.push(performance.now() - sentAtMs)
    if (received % subscribers === 0) onAll()
  }
  const lanes = Array.from({ length: OPENING }, async (_, lane) => {
    for (let index = lane; index < subscribers; index += OPENING) await subscribe(order, index % clients, all)
  })
  await Promise.all(lanes)
  const publish = server === 'tollgate' ? await tollgatePublisher(redisUrl) : plainPublisher(redisUrl)
  process.send?.('subscribed')

  process.on('message', async (events: number) => {
    latencies = []
    const startedAtMs = performance.now()
    for (let event = 0; event < events; event++) {
      const reached = new Promise<void>((resolve) => {
        onAll = resolve
      })
      sentAtMs = performance.now()
      await publish(event)
      await Promise.race([reached, setTimeout(60_000).then(() => Promise.reject(new Error('An event was lost')))])
    }
    const tookMs = performance.now() - startedAtMs
    const sorted = latencies.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
    const result: RoundResult = { events, tookMs, latenciesMs: { p50: at(0.5), p99: at(0.99), max: at(1) } }
    process.send?.(result)
  })
})

/** Resolves once the server has acknowledged the socket and been asked for the subscription. */
async function subscribe(
  { server, port, query }: SubscribersOrder,
  client: number,
  onEvent: () => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = openWebSocket({
      port,
      localAddress: `127.0.1.${1 + client}`,
      headers: {
        'sec-websocket-protocol': 'graphql-transport-ws',
        ...(server === 'tollgate' && { 'x-api-key': `client-${client}` }),
      },
      onOpen: () => socket.send('{"type":"connection_init"}'),
      onClose: (why) => reject(new Error(`A socket was closed: ${why}`)),
      onText(frame) {
        // The type stands near the beginning, in whatever order the members are.
        const head = frame.toString('latin1', 0, 90)
        if (head.includes('"next"')) return onEvent()
        if (!head.includes('connection_ack')) return reject(new Error(head))
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
        resolve()
      },
    })
  })
}

async function tollgatePublisher(redisUrl: string): Promise<(quantity: number) => Promise<unknown>> {
  const [commands, subscriber] = await Promise.all([createRedisConnection(redisUrl), createRedisConnection(redisUrl)])
  const log = createRedisEventLog({ commands, subscriber })
  const life = process.pid
  let key = 0
  return (quantity) => log.append('product:1:stock', [{ key: `${life}-${key++}`, payload: { productId: 1, quantity } }])
}

function plainPublisher(redisUrl: string): (quantity: number) => Promise<unknown> {
  const redis = new Redis(redisUrl)
  return (quantity) => redis.publish('plain:Product:1', JSON.stringify({ quantity }))
}
