import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { writeTestConfig } from '../../support/test-config.ts'
import { sockets } from './corpus/sockets.ts'
import { twoClients } from './hostile-config.ts'
import { sendHostile } from './send-hostile.ts'

let config: Awaited<ReturnType<typeof writeTestConfig>>
let server: ServerProcess
beforeAll(async () => {
  config = await writeTestConfig(twoClients)
  server = await startServer({ TOLLGATE_CONFIG: config.path })
})
afterAll(async () => {
  await server.stop()
  await config.remove()
})

test('frames that break the protocol are mistakes of the client, and no errors in the log', async () => {
  const port = Number(new URL(server.url).port)
  for (const entry of sockets.filter(({ answer }) => /^closed 1\d\d\d$/.test(answer)))
    await sendHostile(entry, { port })
  expect(server.output()).not.toMatch(/"level":"(error|fatal)"|Please check your implementation/)
})
