import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { buildSchema } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { loadConfig } from '../../src/config/load-config.ts'
import { isErrorCode } from '../../src/errors/error-registry.ts'
import { refusal } from '../../src/errors/refusal.ts'
import { toGraphQLError } from '../../src/errors/to-graphql-error.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const GUIDE = 'docs/guides/subscriptions.md'
const guide = readFileSync(GUIDE, 'utf8')
const blocks = [...guide.matchAll(/^```(.*)\n([\s\S]*?)\n```$/gm)].map(([, info = '', text = '']) => ({ info, text }))
const shipped: object = loadConfig({ env: { TOLLGATE_CONFIG: 'tollgate.yaml' }, cwd: process.cwd() })

describe('the guide to subscriptions', () => {
  test('names settings that there are', () => {
    const named = [...guide.matchAll(/`((?:server|subscriptions|budgetStore)\.\w+)`/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(10)
    for (const path of new Set(named)) expect(settings(shipped), path).toContain(path)
  })

  test('names codes that there are, and links to what exists', () => {
    const named = [...guide.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = '']) => code)
    expect(named.filter((code) => !isErrorCode(code) && code !== 'REDIS_URL')).toEqual([])
    const links = [...guide.matchAll(/\]\(([^)#:]+)[)#]/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join(dirname(GUIDE), link)))).toEqual([])
    const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading))
    const anchors = [...guide.matchAll(/\]\(#([^)]+)\)/g)].map(([, name]) => name)
    expect(headings).toEqual(expect.arrayContaining(anchors))
  })

  test('has all subscriptions of the schema, with their arguments', () => {
    const sdl = ['cost', 'platform', 'storefront/catalogue', 'storefront/orders'].map((name) =>
      readFileSync(`schema/${name}.graphql`, 'utf8'),
    )
    const fields = buildSchema(sdl.join('\n')).getSubscriptionType()?.getFields() ?? {}
    const there = Object.values(fields).map(({ name, args }) =>
      args.length > 0 ? `${name}(${args.map((arg) => arg.name).join(', ')})` : name,
    )
    expect(firstCells('subscription').toSorted()).toEqual(there.toSorted())
  })

  test('states the defaults of its limits', () => {
    const rows = [...guide.matchAll(/^\|.*: `(server|subscriptions)\.(\w+)` +\| ([\d ]+)( s)? +\|/gm)]
    expect(rows).toHaveLength(6)
    for (const [, section = '', name = '', stated = '', seconds] of rows) {
      const value = Number(stated.replaceAll(' ', ''))
      const setting = seconds === undefined ? { [name]: value } : { [`${name}Ms`]: value * 1000 }
      expect(shipped).toMatchObject({ [section]: setting })
    }
  })

  test('names metrics and events that there are', async () => {
    const { body } = await createMetrics().expose()
    const events = readFileSync('src/telemetry/README.md', 'utf8')
    for (const [, metric = '', event = ''] of guide.matchAll(/`(tollgate_\w+)(?:\{event="(\w+)"\})?/g)) {
      expect(body).toContain(`# TYPE ${metric} `)
      expect(events).toContain(event)
    }
  })

  test('shows a pause as it is sent', () => {
    const { errors, extensions } = JSON.parse(only('json paused'))
    const [sent] = errors
    expect(toGraphQLError(refusal('SUBSCRIPTION_PAUSED', sent.extensions))).toMatchObject(sent)
    expect(extensions).toEqual({ budget: { pausedUntil: sent.extensions.pausedUntil } })
  })

  test.each(blocks.filter(({ info }) => /^(js|ts)\b/.test(info)))('has code that parses: $info', async (block) => {
    const loader = block.info.startsWith('ts') ? 'ts' : 'js'
    await expect(transform(block.text, { loader })).resolves.toMatchObject({ warnings: [] })
  })

  test.each(closeCodes())('says whether graphql-ws comes back after $code', async ({ code, comesBack }) => {
    const server = new WebSocketServer({ port: 0 })
    let connections = 0
    server.on('connection', (socket) => {
      connections++
      socket.on('message', (message) => answer(socket, code, JSON.parse(String(message)).type))
    })
    await once(server, 'listening')
    const again = new Promise<boolean>((resolve) => {
      const client = createClient({
        url: `ws://localhost:${portOf(server)}`,
        webSocketImpl: WebSocket,
        retryWait() {
          resolve(true)
          return new Promise(() => undefined)
        },
      })
      client.subscribe({ query: '{ a }' }, { next() {}, complete() {}, error: () => resolve(false) })
      onTestFinished(() => void client.dispose())
    })
    onTestFinished(() => void server.close())
    expect(await again).toBe(comesBack)
    expect(connections).toBeGreaterThan(0)
  })
})

describe('the code of the guide, with a server and a connection that is cut', () => {
  const CLIENTS = ['js graphql-ws', 'js graphql-sse', 'js apollo', 'js urql']
  let server: Started
  const children: ChildProcess[] = []

  beforeAll(async () => {
    server = await startFromSource()
  })
  afterAll(() => {
    for (const child of [...children, server.child]) child.kill()
  })

  test('tells of every status once and in order, at the cost that is stated', { timeout: 90_000 }, async () => {
    const way = await cuttableWay(server.port)
    onTestFinished(way.close)
    const [begun, resumed] = blocks.filter(({ text }) => text.startsWith('curl')).map(({ text }) => text)
    if (begun === undefined || resumed === undefined) throw new Error('The guide has no two examples of curl')
    const here = (text: string) => text.replaceAll('localhost:4000', `localhost:${way.port}`)
    const outputs = CLIENTS.map((info) => {
      const code = `import { WebSocket as Ws } from 'ws'; globalThis.WebSocket ??= Ws\n${here(only(info))}`
      return lines('node', ['--input-type=module', '-e', code])
    })
    const curl = lines('sh', ['-c', `${here(begun)} -s`])
    const example = await fetch(`http://localhost:${server.port}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'demo-premium', 'graphql-cost': 'report' },
      body: JSON.stringify({ query: only('graphql example') }),
    })
    await expect.poll(server.subscriptions, { timeout: 20_000 }).toBe(CLIENTS.length + 2)

    await server.advance()
    await expect.poll(() => outputs.map(({ out }) => out), { timeout: 5_000 }).toEqual(CLIENTS.map(() => ['PAID']))
    await expect.poll(() => curl.out.join('\n')).toMatch(/id: .*\ndata: .*"PAID"/)
    expect(curl.out[1]).toBe('')
    const cursor = /^id: (.*)$/m.exec(curl.out.join('\n'))?.[1] ?? ''

    // They miss one event, and find nobody when they come back for the first time.
    way.cut()
    await server.advance()
    await expect.poll(way.refused, { timeout: 20_000 }).toBeGreaterThanOrEqual(CLIENTS.length)
    way.mend()
    const two = ['PAID', 'SHIPPED']
    await expect.poll(() => outputs.map(({ out }) => out), { timeout: 40_000 }).toEqual(CLIENTS.map(() => two))
    await server.advance()
    const all = [...two, 'DELIVERED']
    await expect.poll(() => outputs.map(({ out }) => out), { timeout: 5_000 }).toEqual(CLIENTS.map(() => all))

    const again = lines('sh', ['-c', `${here(resumed).replace(/Last-Event-ID: [^']*/, `Last-Event-ID: ${cursor}`)} -s`])
    await expect.poll(() => again.out.join('\n')).toMatch(/^data: .*"SHIPPED"[\s\S]*^data: .*"DELIVERED"/m)
    expect(again.out.join('\n')).not.toContain('PAID')
    const [, estimate, actual] = /estimated at (\d+)[\s\S]*?an event costs (\d+)/.exec(guide) ?? []
    expect(example.headers.get('graphql-cost')).toContain(`estimated=${estimate},`)
    expect(await firstMessage(example)).toMatchObject({ extensions: { cost: { actualQueryCost: Number(actual) } } })
  })

  function lines(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
    children.push(child)
    onTestFinished(() => {
      // A shell may have a child of its own.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    return {
      get out() {
        return text.split('\n').slice(0, -1)
      },
    }
  }
})

async function firstMessage({ body }: Response): Promise<unknown> {
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    const [, message] = /^data: (.*)\n\n/m.exec(text) ?? []
    if (message !== undefined) return JSON.parse(message)
  }
  throw new Error(`There is no message in ${JSON.stringify(text)}`)
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly advance: () => Promise<void>
  readonly subscriptions: () => Promise<number>
}

/** The server as it is, on a free port, with the storefront. */
async function startFromSource(): Promise<Started> {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: { PATH, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      const [, found] = /Tollgate serves http:\/\/localhost:(\d+)/.exec(output) ?? []
      if (found !== undefined) resolve(Number(found))
    })
    child.once('exit', () => reject(new Error(`The server ended:\n${output}`)))
  })
  return {
    child,
    port,
    async advance() {
      const response = await fetch(`http://localhost:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': 'demo-staff' },
        body: '{"query":"mutation { advanceOrder(id: \\"Order:50000\\") { problems { message } } }"}',
      })
      expect(await response.json()).toEqual({ data: { advanceOrder: { problems: [] } } })
    },
    async subscriptions() {
      const text = await (await fetch(`http://localhost:${port}/metrics`)).text()
      return Number(/^tollgate_subscriptions (\d+)/m.exec(text)?.[1])
    },
  }
}

/** A way to a port that can be cut: then who comes is refused. */
async function cuttableWay(to: number) {
  const open = new Set<Socket>()
  let isCut = false
  let refused = 0
  const way = createServer((near) => {
    near.on('error', () => undefined)
    if (isCut) {
      refused++
      near.destroy()
      return
    }
    const far = connect(to, 'localhost')
    far.on('error', () => undefined)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) open.add(socket.on('close', () => [near, far].map((one) => one.destroy())))
  })
  await new Promise<void>((resolve) => way.listen(0, 'localhost', resolve))
  function cut(): void {
    isCut = true
    for (const socket of open) socket.destroy()
  }
  return {
    port: portOf(way),
    cut,
    mend() {
      isCut = false
    },
    refused: () => refused,
    close() {
      cut()
      way.close()
    },
  }
}

function portOf(server: { address(): ReturnType<WebSocketServer['address']> }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return address.port
}

function answer(socket: WebSocket, code: number, type: unknown): void {
  if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
  // No server can send this one: it stands for a connection that was cut.
  else if (code === 1006) socket.terminate()
  else socket.close(code)
}

function closeCodes() {
  const rows = [...guide.matchAll(/^\| (\d{4}) \|.*?\| (yes|no) +\|/gm)]
  return rows.map(([, code, comesBack]) => ({ code: Number(code), comesBack: comesBack === 'yes' }))
}

/** The first cells of the table whose first column has this title. */
function firstCells(title: string): readonly string[] {
  const [, rows = ''] = new RegExp(`^\\| ${title} .*\\n\\|[- |]+\\n((?:\\|.*\\n)+)`, 'm').exec(guide) ?? []
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell)
}

function only(info: string): string {
  const found = blocks.filter((block) => block.info === info)
  if (found.length !== 1) throw new Error(`${GUIDE} has ${found.length} blocks of "${info}"`)
  return found[0]?.text ?? ''
}

function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

/** The paths of settings. Durations have no unit in the name that they have in the file. */
function settings(config: object): readonly string[] {
  return Object.entries(config).flatMap(([section, values]) =>
    typeof values === 'object' && values !== null
      ? Object.keys(values).map((key) => `${section}.${key.replace(/Ms$/, '')}`)
      : [],
  )
}
