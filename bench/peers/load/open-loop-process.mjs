// Sends operations at a rate, whatever becomes of them, as many clients do that do not know of each other. Speaks HTTP
// over bare sockets, which takes a fraction of what Node's client takes. Started by open-loop.mjs.
import { connect } from 'node:net'
import { quantile } from '../statistics.mjs'

/** Far less than any server keeps a connection open for that nothing comes on. */
const FRESH_MS = 3_000

process.on('message', async (order) => {
  const cpu = process.cpuUsage()
  const fromMs = performance.now()
  const result = await openLoop(order)
  const { user, system } = process.cpuUsage(cpu)
  process.send({ ...result, processor: (user + system) / 1000 / (performance.now() - fromMs) })
})

async function openLoop({ port, body, headers, clients, perSecond, settleMs, countedMs, connections }) {
  const fromMs = performance.now() + settleMs
  const untilMs = fromMs + countedMs
  const pool = createPool(port, connections)
  const tookMs = []
  let [sent, mistaken] = [0, 0]
  const text = requestWriter({ body, headers, clients })
  const open = new Set()
  let dueMs = performance.now()
  while (performance.now() < untilMs) {
    for (; dueMs <= performance.now() && dueMs < untilMs; dueMs += (-Math.log(1 - Math.random()) * 1000) / perSecond) {
      const due = dueMs
      const counted = due >= fromMs
      if (counted) sent += 1
      const answered = pool.send(text()).then((isData) => {
        open.delete(answered)
        if (!counted) return
        // From when it was to come, so that a server that stops is not asked less.
        tookMs.push(performance.now() - due)
        if (!isData) mistaken += 1
      })
      open.add(answered)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(open)
  pool.close()
  const [p50Ms, p99Ms] = [quantile(tookMs, 0.5), quantile(tookMs, 0.99)]
  return { sent, mistaken, p50Ms, p99Ms, mostConnections: pool.size() }
}

/** Writes a request, from one of so many addresses where that is asked. */
function requestWriter({ body, headers, clients }) {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${fields.join('')}content-length: ${Buffer.byteLength(body)}\r\n`
  if (clients === undefined) return () => `${head}\r\n${body}`
  return () => {
    const client = Math.floor(Math.random() * clients)
    return `${head}x-forwarded-for: 10.${client >> 16}.${(client >> 8) & 255}.${client & 255}\r\n\r\n${body}`
  }
}

/** Connections that have one request each at a time. Where all are taken, the next requests wait. */
function createPool(port, most) {
  const free = []
  const waiting = []
  const all = new Set()
  let mostOpen = 0

  function serve(connection) {
    const next = waiting.shift()
    if (next === undefined) free.push(connection)
    else next(connection)
  }

  return {
    async send(text) {
      const connection = taken() ?? (all.size < most ? opened() : await new Promise((next) => waiting.push(next)))
      const isData = await connection.ask(text)
      serve(connection)
      return isData
    },
    size: () => mostOpen,
    close() {
      for (const connection of all) connection.close()
    },
  }

  function opened() {
    const connection = createConnection(port)
    all.add(connection)
    mostOpen = Math.max(mostOpen, all.size)
    return connection
  }

  /** One that is free and was used lately: a server closes those that nothing comes on, perhaps at this moment. */
  function taken() {
    for (let connection = free.pop(); connection !== undefined; connection = free.pop()) {
      if (connection.isFresh()) return connection
      connection.close()
      all.delete(connection)
    }
    return undefined
  }
}

function createConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).setEncoding('latin1')
  let [received, expected, resolve] = ['', 0, undefined]
  let usedAtMs = performance.now()
  socket.on('data', (part) => {
    received += part
    if (expected === 0) {
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const [, length] = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, end + 2)) ?? []
      if (length === undefined) throw new Error(`An answer has no length:\n${received.slice(0, end)}`)
      expected = end + 4 + Number(length)
    }
    if (received.length < expected) return
    const isData = received.startsWith('HTTP/1.1 200') && received.includes('\r\n\r\n{"data":{')
    received = ''
    expected = 0
    usedAtMs = performance.now()
    const answered = resolve
    resolve = undefined
    answered(isData)
  })
  socket.on('error', (error) => {
    throw error
  })
  socket.on('close', () => {
    if (resolve !== undefined) throw new Error('A connection was closed in place of an answer')
  })
  return {
    isFresh: () => performance.now() - usedAtMs < FRESH_MS,
    ask: (text) =>
      new Promise((answered) => {
        resolve = answered
        socket.write(text)
      }),
    close: () => {
      resolve = undefined
      socket.destroy()
    },
  }
}

process.send('ready')
