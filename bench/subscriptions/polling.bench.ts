// One hour of an order that changes its status three times, watched by polls every 5 s and by a subscription: requests,
// cost, bytes on the wire without TLS, and processor time of the server. The 720 polls are made without the time between
// them. The pings of the hour are counted at one a second, and scaled to one in 12 s. Each way has a client of its own,
// whose budgets say what was charged. Run with `npm run polling` in bench/.
import { createHash } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { startServer } from '../../test/support/server-process.ts'
import { type ShippedConfig, writeTestConfig } from '../../test/support/test-config.ts'

const HOUR_S = 3600
const POLLS = HOUR_S / 5
/** With the default of `subscriptions.pingInterval`. */
const PINGS_IN_AN_HOUR = HOUR_S / 12
const PINGS = Number(process.env['PINGS'] ?? 20)
const CHANGES = 3

const QUERY = 'query OrderStatus($id: ID!) { order(id: $id) { id status } }'
const SUBSCRIPTION = 'subscription OrderStatus($id: ID!) { orderStatusChanged(orderId: $id) { id status } }'
const CLIENTS = ['warm', 'poll', 'apq', 'websocket', 'sse', 'staff'] as const
type ClientName = (typeof CLIENTS)[number]

/** What the budgets hold. */
const CAPACITY = 1e6
/** How often each client has been asked what it has used. */
const asks = new Map<ClientName, number>()

/** What went over the wire: `sent` by the client, `received` by it. */
interface Bytes {
  readonly sent: number
  readonly received: number
}

interface Place {
  readonly client: ClientName
  /** The way to the server on which bytes are counted. */
  readonly url: string
  readonly orderId: string
  /** Has the order come to its next status. */
  readonly advance: () => Promise<void>
}

/** A subscription that has seen all changes. */
interface Idle {
  /** How many pings or comments have come so far. */
  readonly pings: () => number
  /** Resolves with the next one. */
  readonly nextPing: () => Promise<void>
  readonly close: () => void
}

const config = await writeTestConfig(withQuietBudgets)
const server = await startServer({ TOLLGATE_CONFIG: config.path, NODE_ENV: 'production' })
try {
  await measure('warm', poll)
  const lines = [
    `| one hour, ${CHANGES} changes | requests | cost | bytes sent | bytes received | CPU of the server |`,
    '| --- | --- | --- | --- | --- | --- |',
    `| poll every 5 s, \`POST\` | ${await measure('poll', poll)} |`,
    `| poll every 5 s, \`GET\` with APQ | ${await measure('apq', pollByHash)} |`,
    `| push over a WebSocket | ${await measure('websocket', overWebSocket)} |`,
    `| push as server-sent events | ${await measure('sse', overEventStream)} |`,
  ]
  console.log(lines.join('\n'))
} finally {
  await server.stop()
  await config.remove()
}

/** Has a client watch an order of its own. The CPU has what the three changes take as well, and not that of the pings. */
async function measure(client: ClientName, watch: (place: Place) => Promise<Idle | undefined>): Promise<string> {
  const wire = await countingProxy()
  const orderId = await placedOrder(CLIENTS.indexOf(client))
  const before = await used(client)
  const cpuBefore = await cpuSeconds()
  const idle = await watch({ client, url: wire.url, orderId, advance: () => advance(orderId) })
  const bytes = wire.bytes()
  const early = idle?.pings() ?? 0
  const cpuMs = Math.round(((await cpuSeconds()) - cpuBefore) * 1000)
  const after = await used(client)
  let { sent, received } = bytes
  if (idle !== undefined) {
    const ping = await bytesOfPing(idle, wire.bytes)
    console.log(`${client}: ${JSON.stringify(bytes)} with ${early} pings; ${JSON.stringify(ping)} for each ping`)
    // Those that came before all was seen are in what was counted.
    sent += (PINGS_IN_AN_HOUR - early) * ping.sent
    received += (PINGS_IN_AN_HOUR - early) * ping.received
    idle.close()
  }
  await wire.close()
  const cells = [after.requests - before.requests, after.cost - before.cost, Math.round(sent), Math.round(received)]
  return [...cells.map((cell) => cell.toLocaleString('en').replaceAll(',', ' ')), `${cpuMs} ms`].join(' | ')
}

/** The mean of some pings, from the moment after one to the moment after another. */
async function bytesOfPing({ nextPing }: Idle, bytes: () => Bytes): Promise<Bytes> {
  await settled(nextPing)
  const from = bytes()
  for (let ping = 0; ping < PINGS; ping++) await settled(nextPing)
  const to = bytes()
  return { sent: (to.sent - from.sent) / PINGS, received: (to.received - from.received) / PINGS }
}

/** The answer to a ping is on the wire a moment after the ping has come, and long before the next. */
async function settled(nextPing: () => Promise<void>): Promise<void> {
  await nextPing()
  await new Promise((resolve) => setTimeout(resolve, 300))
}

async function poll({ client, url, orderId, advance }: Place): Promise<undefined> {
  const body = JSON.stringify({ query: QUERY, variables: { id: orderId } })
  const headers = { 'content-type': 'application/json', 'x-api-key': client }
  await polls(() => fetch(`${url}/graphql`, { method: 'POST', headers, body }), advance)
}

async function pollByHash({ client, url, orderId, advance }: Place): Promise<undefined> {
  const headers = { 'content-type': 'application/json', 'x-api-key': client }
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(QUERY) } }
  const variables = { id: orderId }
  const asked = new URLSearchParams({ variables: JSON.stringify(variables), extensions: JSON.stringify(extensions) })
  const byHash = () => fetch(`${url}/graphql?${asked}`, { headers })
  // As Apollo Client does: the text is sent once the server has said that it does not know the hash.
  if ((await (await byHash()).text()).includes('PERSISTED_QUERY_NOT_FOUND')) {
    const body = JSON.stringify({ query: QUERY, variables, extensions })
    await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text()
  }
  await polls(byHash, advance)
}

/** The polls of an hour, with the changes at its quarters. All of them have to be answered with the right status. */
async function polls(ask: () => Promise<Response>, advance: () => Promise<void>): Promise<void> {
  const expected = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED']
  for (let asked = 0; asked < POLLS; asked++) {
    const quarter = (asked * (CHANGES + 1)) / POLLS
    if (asked > 0 && Number.isInteger(quarter)) await advance()
    const text = await (await ask()).text()
    if (!text.includes(`"${expected[Math.floor(quarter)]}"`)) throw new Error(`Poll ${asked}: ${text}`)
  }
}

async function overWebSocket({ client, url, orderId, advance }: Place): Promise<Idle> {
  const pinged = counter()
  const changed = counter()
  const sockets = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { 'x-api-key': client },
    on: { opened: (socket) => socket instanceof WebSocket && socket.on('ping', pinged.add) },
  })
  sockets.subscribe(
    { query: SUBSCRIPTION, variables: { id: orderId } },
    { next: changed.add, error: failed, complete: () => undefined },
  )
  await begun()
  for (let change = 0; change < CHANGES; change++) await Promise.all([changed.next(), advance()])
  return { pings: pinged.count, nextPing: pinged.next, close: () => void sockets.dispose() }
}

async function overEventStream({ client, url, orderId, advance }: Place): Promise<Idle> {
  const commented = counter()
  const changed = counter()
  const leave = new AbortController()
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': client },
    body: JSON.stringify({ query: SUBSCRIPTION, variables: { id: orderId } }),
    signal: leave.signal,
  })
  void read(response, (line) => {
    if (line === ':') commented.add()
    if (line === 'event: next') changed.add()
  }).catch((error) => leave.signal.aborted || failed(error))
  await begun()
  for (let change = 0; change < CHANGES; change++) await Promise.all([changed.next(), advance()])
  // The first comment begins the stream.
  return { pings: () => commented.count() - 1, nextPing: commented.next, close: () => leave.abort() }
}

async function read({ body }: Response, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  }
}

/** Resolves once the server has a subscription open. */
async function begun(): Promise<void> {
  while (!/^tollgate_subscriptions 1$/m.test(await metrics())) await new Promise((resolve) => setTimeout(resolve, 10))
}

function failed(error: unknown): never {
  throw error
}

/** Counts, and says when there is one more. */
function counter() {
  let count = 0
  const waiting: (() => void)[] = []
  return {
    count: () => count,
    add() {
      count++
      for (const resolve of waiting.splice(0)) resolve()
    },
    next: () => new Promise<void>((resolve) => waiting.push(resolve)),
  }
}

/** A way to the server that counts what goes over it. */
async function countingProxy() {
  let sent = 0
  let received = 0
  const open = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(Number(new URL(server.url).port), 'localhost')
    near.on('data', (chunk) => {
      sent += chunk.length
    })
    far.on('data', (chunk) => {
      received += chunk.length
    })
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined).on('close', () => [near, far].map((one) => open.delete(one) && one.destroy()))
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    bytes: (): Bytes => ({ sent, received }),
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}

/** What a client has used so far. To ask costs a request and what the answer says, which are left out. */
async function used(client: ClientName) {
  const { headers } = await server.query('{ viewer { id } }', { headers: { 'x-api-key': client } })
  const left = (budget: string) => Number(new RegExp(`"${budget}";r=(\\d+)`).exec(headers.get('ratelimit') ?? '')?.[1])
  const [, own] = /actual=(\d+)/.exec(headers.get('graphql-cost') ?? '') ?? []
  const asked = (asks.get(client) ?? 0) + 1
  asks.set(client, asked)
  return { requests: CAPACITY - left('requests') - asked, cost: CAPACITY - left('cost') - asked * Number(own) }
}

async function placedOrder(index: number): Promise<string> {
  const { body } = await server.query<{ readonly orders: { readonly nodes: readonly { readonly id: string }[] } }>(
    '{ orders(first: 10, status: PLACED) { nodes { id } } }',
    { headers: { 'x-api-key': 'staff' } },
  )
  const order = body.data?.orders.nodes[index]
  if (order === undefined) throw new Error(`There is no order to watch: ${JSON.stringify(body)}`)
  return order.id
}

async function advance(id: string): Promise<void> {
  const mutation = 'mutation ($id: ID!) { advanceOrder(id: $id) { problems { message } } }'
  const { body } = await server.query(mutation, { variables: { id }, headers: { 'x-api-key': 'staff' } })
  if (JSON.stringify(body.data) !== '{"advanceOrder":{"problems":[]}}') throw new Error(JSON.stringify(body))
}

async function metrics(): Promise<string> {
  return (await fetch(`${server.url}/metrics`)).text()
}

async function cpuSeconds(): Promise<number> {
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(await metrics())?.[1])
}

/** One client for each way, and budgets of which nothing comes back while it is watched. Pings come every second. */
function withQuietBudgets(file: ShippedConfig): void {
  const { enterprise } = file.tiers
  if (enterprise === undefined) throw new Error('The shipped configuration has other tiers')
  const window = { algorithm: 'fixed-window', capacity: CAPACITY, window: '12mo' }
  enterprise.budgets = [
    { name: 'cost', ...window },
    { name: 'requests', meter: 'requests', ...window },
  ]
  file.clients = CLIENTS.map((id) => ({
    ...{ id, tenant: id, tier: 'enterprise', keySha256: sha256(id) },
    role: id === 'staff' ? 'staff' : 'client',
  }))
  Object.assign(file, { subscriptions: { pingInterval: '1s' }, log: { level: 'error' } })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
