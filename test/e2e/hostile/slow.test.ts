import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { writeTestConfig } from '../../support/test-config.ts'
import { slow } from './corpus/slow.ts'
import { twoClients } from './hostile-config.ts'
import { sendHostile } from './send-hostile.ts'

describe('a client that makes the server wait', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  beforeAll(async () => {
    config = await writeTestConfig((file) => {
      twoClients(file)
      file.server = { headersTimeout: '1s', requestTimeout: '2s' }
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path })
  })
  afterAll(async () => {
    await server.stop()
    await config.remove()
  })

  // They wait side by side.
  test.concurrent.each(slow)('$name: $answer', async (entry) => {
    const { answer } = await sendHostile(entry, { port: Number(new URL(server.url).port) })
    expect(answer).toBe(entry.answer)
  })
})
