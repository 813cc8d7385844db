// Sends operations to a server: so many a second whatever becomes of them, as many clients do that do not know of each
// other, or so many at once. Started by load.ts.
import { Agent, request } from 'node:http'
import { median, quantile } from '../../test/e2e/hostile/median.ts'
import type { ClientResult, LoadOrder, LoadResult } from './load.ts'
import { randomBody } from './operations.ts'

/** Nobody waits longer for a page. */
const PATIENCE_MS = 3_000

const ADDRESSES = 20

interface Tally {
  offered: number
  readonly ends: Map<string, number>
  readonly tookMs: number[]
}

const bodies = Array.from({ length: 2_000 }, () => randomBody(Math.random))
let nextBody = 0

process.on('message', async (order: LoadOrder) => {
  const started = process.cpuUsage()
  const startedAtMs = performance.now()
  const { clients, lateMs } = order.kind === 'open' ? await openLoop(order) : await closedLoop(order)
  const { user, system } = process.cpuUsage(started)
  const results = Object.entries(clients).map(([key, tally]) => [key, resultOf(tally)] as const)
  const result: LoadResult = {
    clients: Object.fromEntries(results),
    lateShare: lateMs.filter((ms) => ms > 10).length / Math.max(1, lateMs.length),
    lateP99Ms: quantile(lateMs, 0.99),
    processor: (user + system) / 1000 / (performance.now() - startedAtMs),
  }
  process.send?.(result)
})

type Loop = Promise<{ readonly clients: Readonly<Record<string, Tally>>; readonly lateMs: readonly number[] }>

async function openLoop({ port, perSecond, settleMs, countedMs }: LoadOrder & { kind: 'open' }): Loop {
  const clients = Object.fromEntries(Object.keys(perSecond).map((key) => [key, emptyTally()]))
  const fromMs = performance.now() + settleMs
  const untilMs = fromMs + countedMs
  const lateMs: number[] = []
  const open = new Set<Promise<void>>()
  const arrivals = Object.entries(perSecond).map(([key, rate]) => {
    const gap = () => (-Math.log(1 - Math.random()) * 1000) / rate
    return { gap, atMs: performance.now() + gap(), tally: clients[key] ?? emptyTally(), send: sender(port, key) }
  })
  while (performance.now() < untilMs) {
    for (const arrival of arrivals) {
      for (; arrival.atMs <= performance.now() && arrival.atMs < untilMs; arrival.atMs += arrival.gap()) {
        const counted = arrival.atMs >= fromMs
        if (counted) lateMs.push(performance.now() - arrival.atMs)
        const sent = arrival.send(arrival.atMs, counted ? arrival.tally : emptyTally()).then(() => {
          open.delete(sent)
        })
        open.add(sent)
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(open)
  for (const { send } of arrivals) send.close()
  return { clients, lateMs }
}

async function closedLoop({ port, key, inFlight, settleMs, countedMs }: LoadOrder & { kind: 'closed' }): Loop {
  const tally = emptyTally()
  const fromMs = performance.now() + settleMs
  const untilMs = fromMs + countedMs
  const send = sender(port, key)
  async function worker(): Promise<void> {
    for (let nowMs = performance.now(); nowMs < untilMs; nowMs = performance.now()) {
      await send(nowMs, nowMs >= fromMs ? tally : emptyTally())
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  send.close()
  return { clients: { [key]: tally }, lateMs: [] }
}

function emptyTally(): Tally {
  return { offered: 0, ends: new Map(), tookMs: [] }
}

function resultOf({ offered, ends, tookMs }: Tally): ClientResult {
  const served = tookMs.length
  return { offered, served, ends: Object.fromEntries(ends), p50Ms: median(tookMs), p99Ms: quantile(tookMs, 0.99) }
}

/**
 * Sends one operation and counts what comes of it. Connections are kept, and there are as many as are needed, from many
 * machines: an address may have some hundreds of them.
 */
function sender(port: number, key: string) {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 10_000 })
  let sentBefore = 0
  const send = (dueAtMs: number, tally: Tally) =>
    new Promise<void>((resolve) => {
      const body = bodies[nextBody++ % bodies.length] ?? ''
      tally.offered += 1
      const headers = { 'content-type': 'application/json', 'content-length': body.length, 'x-api-key': key }
      const localAddress = `127.0.1.${1 + (sentBefore++ % ADDRESSES)}`
      const sent = request({ port, host: '127.0.0.1', localAddress, path: '/graphql', method: 'POST', agent, headers })
      const impatient = setTimeout(() => sent.destroy(new Error('gave up')), PATIENCE_MS)
      const end = (how: string) => {
        clearTimeout(impatient)
        tally.ends.set(how, (tally.ends.get(how) ?? 0) + 1)
        resolve()
      }
      sent.once('error', ({ message }) => end(message))
      sent.once('response', (response) => {
        let text = ''
        response.setEncoding('latin1').on('data', (part) => {
          text += part
        })
        // Where it is cut off, the request has its error, or nothing more comes.
        response.once('close', () => {
          const hasData = text.startsWith('{"data":{')
          if (response.complete && hasData) tally.tookMs.push(performance.now() - dueAtMs)
          if (!response.complete) end('gave up')
          else end(hasData ? '200' : `${response.statusCode} ${/"code":"(\w+)"/.exec(text)?.[1]}`)
        })
      })
      sent.end(body)
    })
  return Object.assign(send, { close: () => agent.destroy() })
}

process.send?.('ready')
