import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestApi, keys } from '../support/test-api.ts'

/** Sends messages over one connection, each in packets of its own and when the one before is answered. */
async function exchange(address: string, messages: readonly (readonly string[])[]): Promise<readonly string[]> {
  const { port } = new URL(address)
  const socket = connect(Number(port), '127.0.0.1').setNoDelay(true)
  onTestFinished(() => void socket.destroy())
  const answers: string[] = []
  for (const packets of messages) {
    const answered = new Promise<string>((resolve) => {
      let answer = ''
      socket.on('data', (text) => {
        answer += text
        if (/\{"data".*\}\n/.test(answer)) resolve(answer)
      })
    })
    for (const packet of packets) await new Promise((resolve) => socket.write(packet, resolve))
    answers.push(await answered)
    socket.removeAllListeners('data')
  }
  return answers
}

describe('a request that asks for another upgrade than to a WebSocket', () => {
  const body = '{"query":"{ few(first: 2) { id } }"}'
  const head = (extra: string) =>
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${keys.ada}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\n${extra}\r\n`
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n'

  test.each([
    { how: 'in one packet', parts: [head(h2c) + body] },
    { how: 'with its body after it', parts: [head(h2c), body] },
    { how: 'with its body in pieces', parts: [head(h2c), body.slice(0, 5), body.slice(5)] },
  ])('is served as if it had not asked, $how', async ({ parts }) => {
    const api = await createTestApi()
    onTestFinished(api.close)
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const [answer] = await exchange(address, [parts])
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toContain('graphql-cost: estimated=4, actual=4')
  })

  test('keeps its connection for the next requests', async () => {
    const api = await createTestApi()
    onTestFinished(api.close)
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
    const answers = await exchange(address, [[head(h2c) + body], [head(h2c) + body], [head('') + body]])
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })
})
