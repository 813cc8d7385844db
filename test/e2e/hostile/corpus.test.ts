import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../../support/server-process.ts'
import { writeTestConfig } from '../../support/test-config.ts'
import { corpus } from './corpus/corpus.ts'
import { type FloodProcess, startFloodProcess } from './flood-process.ts'
import { createGoodClient, type GoodClient } from './good-client.ts'
import { twoClients, wideIpBudget } from './hostile-config.ts'
import { median, quantile } from './median.ts'
import { sendHostile } from './send-hostile.ts'

/** What an attack may take on a machine that does nothing else. */
const ANSWERED_WITHIN_MS = 200

const ROUNDS = 6

/** Beside the good client. The whole corpus is through after some four rounds. */
const ATTACKS_PER_SECOND = 20

describe('the hostile corpus', () => {
  let config: Awaited<ReturnType<typeof writeTestConfig>>
  let server: ServerProcess
  let flooder: FloodProcess
  let good: GoodClient
  let port: number
  beforeAll(async () => {
    config = await writeTestConfig((file) => {
      twoClients(file)
      wideIpBudget(file)
    })
    server = await startServer({ TOLLGATE_CONFIG: config.path })
    port = Number(new URL(server.url).port)
    flooder = await startFloodProcess()
    good = createGoodClient(port)
    await good.busy(2, 3)
  })
  afterAll(async () => {
    good.close()
    flooder.close()
    await server.stop()
    await config.remove()
  })

  test('has more than 40 attacks, each with a name of its own', () => {
    expect(corpus.length).toBeGreaterThan(40)
    expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length)
  })

  test.each(corpus)('$name: $answer, at once', async (entry) => {
    const first = await sendHostile(entry, { port })
    expect(first.answer).toBe(entry.answer)
    // A pause of the machine does not come twice in the same place.
    const { elapsedMs } = first.elapsedMs < ANSWERED_WITHIN_MS ? first : await sendHostile(entry, { port })
    expect(elapsedMs).toBeLessThan(ANSWERED_WITHIN_MS)
  })

  // The machine's own noise is in both phases of a round, and one round that it spoils does not change a median.
  test('slows a good client on the same server down by less than a factor of two', { retry: 1 }, async () => {
    const rounds: { readonly quiet: number; readonly hostile: number }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const quiet = await good.steady(60, 3)
      const from = round * 3 * ATTACKS_PER_SECOND
      const options = { port, perSecond: ATTACKS_PER_SECOND, seconds: 3, from, connections: 'each' } as const
      const [hostile, flooded] = await Promise.all([good.steady(60, 3), flooder.flood(options)])
      rounds.push({ quiet: quantile(quiet, 0.99), hostile: quantile(hostile, 0.99) })
      expect(flooded.wrong).toEqual([])
    }
    const quiet = median(rounds.map((round) => round.quiet))
    const hostile = median(rounds.map((round) => round.hostile))
    process.stdout.write(`p99 of the good client: ${quiet.toFixed(1)} ms, beside the corpus ${hostile.toFixed(1)} ms\n`)
    expect(hostile).toBeLessThan(2 * quiet)
  })
})
