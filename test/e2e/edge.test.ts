import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { resolve } from 'node:path'
import { type AuditResult, auditServer } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { writeTestConfig } from '../support/test-config.ts'

describe('the shipped configuration', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(async () => {
    await server.stop()
  })

  test('passes all 61 audits of GraphQL over HTTP', async () => {
    const results = await auditServer({ url: `${server.url}/graphql` })
    expect(results.filter(({ status }) => status !== 'ok').map(reasonOf)).toEqual([])
    expect(results).toHaveLength(61)
  })
})

describe('a configured edge', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  beforeAll(async () => {
    const tls = { cert: resolve('test/fixtures/tls/localhost.crt'), key: resolve('test/fixtures/tls/localhost.key') }
    const cors = { origins: ['https://shop.example'] }
    config = await writeTestConfig((file) => {
      file.server = { tls, cors, statusProfile: 'spec-2026' }
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })

  test('serves TLS, lets the origins that it knows read budgets, and answers mistakes as the specification says', async () => {
    expect(server.url).toMatch(/^https:/)
    const headers = { 'content-type': 'application/json', 'x-api-key': 'demo-free', origin: 'https://shop.example' }
    const ca = readFileSync('test/fixtures/tls/localhost.crt')
    const sent = request(`${server.url}/graphql`, { method: 'POST', ca, headers })
    sent.end(JSON.stringify({ query: '{ noSuchField }' }))
    const [response] = await once(sent, 'response')
    response.resume()
    expect(response.statusCode).toBe(422)
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-expose-headers': expect.stringContaining('RateLimit'),
      'strict-transport-security': expect.any(String),
    })
  })
})

function reasonOf(result: AuditResult): string {
  return result.status === 'ok' ? result.name : `${result.id} ${result.name}: ${result.reason}`
}
