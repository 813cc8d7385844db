import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { freePort } from '../support/services.ts'

const run = promisify(execFile)
const readme = readFileSync('README.md', 'utf8')
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')

describe("the README's commands work as printed", () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(async () => {
    await server.stop()
  })

  /** Runs the one block that has this in it, against this test's server. */
  async function block(part: string): Promise<string> {
    const [command, ...others] = commands.filter((text) => text.includes(part))
    if (command === undefined || others.length > 0) throw new Error(`Not one block of the README has ${part}`)
    const here = command.replaceAll('localhost:4000', new URL(server.url).host).replace('npm run --silent build\n', '')
    return (await run('bash', ['-euc', here])).stdout
  }

  test('the first question answers with what it cost', async () => {
    const answer = await block('GraphQL-Cost: report')
    expect(answer).toContain('HTTP/1.1 200 OK')
    for (const line of ['graphql-cost: estimated=7, actual=7', '"nodes":[{"name":"Gorgeous Aluminium Trunk"']) {
      expect(answer).toContain(line)
      expect(readme).toContain(line)
    }
    expect(answer).toContain('"requestedQueryCost":7,"actualQueryCost":7,"fieldCost":3,"typeCost":4')
  })

  test('asking for the price alone executes nothing', async () => {
    expect(JSON.parse(await block('GraphQL-Cost: validate'))).toMatchObject({
      data: null,
      extensions: { cost: { actualQueryCost: null } },
    })
  })

  test('the loop meets the end of its budget', async () => {
    const answer = await block('seq 12')
    expect(answer).toMatch(/^(200\n)+(429\n)+\{/)
    expect(answer).toContain('"code":"RATE_LIMITED","budget":"burst"')
  })

  test('the watcher is told of the order that is moved on', async () => {
    const watcher = spawn('node', [
      'examples/watch-order.mjs',
      'Order:49999',
      `${server.url.replace('http', 'ws')}/graphql`,
    ])
    onTestFinished(() => void watcher.kill())
    let output = ''
    watcher.stdout.on('data', (text: Buffer) => {
      output += text
    })
    await expect.poll(async () => (await fetch(`${server.url}/metrics`)).text()).toContain('tollgate_subscriptions 1')
    expect(JSON.parse(await block('advanceOrder'))).toMatchObject({ data: { advanceOrder: { problems: [] } } })
    await expect.poll(() => output).toContain('{"orderStatusChanged":{"id":"Order:49999","status":"PAID"}}')
  })

  test('explain prints where the cost comes from', async () => {
    const printed = await block('tollgate explain')
    const [, shown = ''] = /```\n(Estimated cost[\s\S]*?)…\n```/.exec(readme) ?? []
    expect(printed.startsWith(shown)).toBe(true)
    expect(shown.length).toBeGreaterThan(100)
  })

  test('the embedded example charges an Apollo Server of its own', async () => {
    const port = await freePort()
    const { PATH = '' } = process.env
    const example = spawn('node', ['examples/embed.mjs'], { env: { PATH, PORT: String(port) } })
    onTestFinished(() => void example.kill())
    await once(example.stdout, 'data')
    const response = await fetch(`http://localhost:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ books(first: 20) { title } }"}',
    })
    expect(response.headers.get('graphql-cost')).toBe('estimated=22, actual=5')
    expect(response.headers.get('ratelimit')).toMatch(/^"burst";r=95;t=\d+$/)
  })
})
