import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { startServer } from '../support/server-process.ts'
import { freePort } from '../support/services.ts'
import { writeTestConfig } from '../support/test-config.ts'

async function failedStart(env: Record<string, string>) {
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['dist/main.js'], { env: { PATH, PORT: '0', ...env } })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => {
    stderr += text
  })
  const [code] = await once(child, 'exit')
  return { code, stderr }
}

describe('a start', () => {
  test('prints where it serves and the demo keys, and is ready', async () => {
    const server = await startServer()
    onTestFinished(async () => void (await server.stop()))
    expect(server.output()).toContain('demo keys: demo-free, demo-basic, demo-premium, demo-enterprise, demo-staff')
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${server.url}/livez`)).json()).toEqual({ status: 'ok' })
    await server.query('{ products(first: 3) { nodes { name } } }')
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('tollgate_operations_total{tier="free",outcome="completed"} 1')
    expect(metrics).toContain('tollgate_actual_cost_total{tier="free"} 7')
  })

  test('compiles what comes a third time', async () => {
    const server = await startServer()
    onTestFinished(async () => void (await server.stop()))
    const answers: unknown[] = []
    for (let time = 0; time < 4; time++) {
      answers.push((await server.query('{ products(first: 3) { nodes { name } } }')).body)
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('tollgate_executions_total{way="compiled"} 2')
    expect(metrics).toContain('tollgate_executions_total{way="interpreted"} 2')
  })

  test('in production knows no demo key and answers no introspection', async () => {
    const server = await startServer({ NODE_ENV: 'production' })
    onTestFinished(async () => void (await server.stop()))
    expect(server.output()).not.toContain('demo-free')
    expect((await server.query('{ __typename }')).status).toBe(401)
    const introspection = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __schema { types { name } } }' }),
    })
    expect(introspection.status).toBe(400)
  })

  test('with bad configuration ends with one message that names every mistake', async () => {
    const { code, stderr } = await failedStart({ PORT: 'http', LOG_LEVEL: 'loud', REDIS_URL: 'localhost' })
    expect(code).toBe(1)
    for (const name of ['PORT', 'LOG_LEVEL', 'REDIS_URL']) expect(stderr).toContain(name)
    expect(stderr).not.toContain('    at ')
  })

  test('without the services it was told of ends and says which', async () => {
    const port = await freePort()
    const redis = await failedStart({ REDIS_URL: `redis://:hush@127.0.0.1:${port}` })
    expect(redis).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`Redis at 127.0.0.1:${port} cannot be used`),
    })
    const database = await failedStart({ DATABASE_URL: `postgres://shop:hush@127.0.0.1:${port}/shop` })
    expect(database).toMatchObject({ code: 1, stderr: expect.stringContaining(`127.0.0.1:${port}`) })
    for (const { stderr } of [redis, database]) {
      expect(stderr).not.toContain('hush')
      expect(stderr).not.toContain('    at ')
    }
  })

  test('on a port that is taken ends and says so', async () => {
    const taken = createServer().listen(0, 'localhost')
    await once(taken, 'listening')
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    expect(await failedStart({ PORT: port })).toMatchObject({ code: 1, stderr: expect.stringContaining('EADDRINUSE') })
  })
})

describe('SIGTERM', () => {
  test('is not held up by connections on which nothing has come, nor by sockets that do not answer', async () => {
    const config = await writeTestConfig((config) => {
      config.server = { drainTimeout: '30s' }
    })
    onTestFinished(config.remove)
    const server = await startServer({ TOLLGATE_CONFIG: config.path })
    const { port } = new URL(server.url)
    const silent = connect(Number(port), 'localhost')
    const partial = connect(Number(port), 'localhost', () => partial.write('POST /graphql HTTP/1.1\r\nHost: x\r\n'))
    for (const socket of [silent, partial]) socket.on('error', () => undefined)
    const stubborn = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    await once(stubborn, 'open')
    // It reads nothing any more, so it never answers the close.
    stubborn.pause()
    stubborn.on('error', () => undefined)
    const start = performance.now()
    expect(await server.stop()).toBe(0)
    expect(performance.now() - start).toBeLessThan(20_000)
    stubborn.terminate()
  })

  test('leaves load balancers the time to notice', async () => {
    const config = await writeTestConfig((config) => {
      config.server = { drainDelay: '3s' }
    })
    onTestFinished(config.remove)
    const server = await startServer({ TOLLGATE_CONFIG: config.path })
    const stopped = server.stop()
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await server.query('{ __typename }')).status).toBe(200)
    expect(await stopped).toBe(0)
  })

  test('cuts off after the timeout what does not end, and says so', async () => {
    const config = await writeTestConfig((config) => {
      config.server = { drainTimeout: '1s' }
    })
    onTestFinished(config.remove)
    const server = await startServer({ TOLLGATE_CONFIG: config.path })
    const halfSent = connect(Number(new URL(server.url).port), 'localhost', () =>
      halfSent.write(
        'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
      ),
    )
    halfSent.on('error', () => undefined)
    await expect.poll(async () => (await fetch(`${server.url}/metrics`)).text()).toContain('tollgate_subscriptions 0')
    expect(await server.stop()).toBe(1)
    expect(server.output()).toContain('did not end within 1000 ms')
  })

  test('loses no accepted operation, and ends the process with exit code 0', async () => {
    const server = await startServer()
    const query = '{ products(first: 100) { nodes { reviews(first: 3) { nodes { author { name } } } } } }'
    const staff = { headers: { 'x-api-key': 'demo-staff' } }
    const operations = Array.from({ length: 20 }, () => server.query(query, staff))
    await operations[0]
    const code = server.stop()
    const answers = await Promise.allSettled(operations)
    expect(await code).toBe(0)
    // Those that were accepted were answered whole; those that were not were refused a connection, and none hung.
    for (const answer of answers) if (answer.status === 'fulfilled') expect(answer.value.status).toBe(200)
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
  })
})
