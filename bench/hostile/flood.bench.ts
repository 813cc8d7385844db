// What a good client keeps of its throughput while 500 hostile requests a second come from one other address without a
// key, in turns: quiet, flood, quiet, flood. They are the hostile corpus of test/e2e/hostile, over 8 connections that are
// kept, in a process of its own. The good client asks as fast as it is answered, so that whatever the flood takes of the
// processor is missing. Run with `npm run flood` in bench/.
import { startFloodProcess } from '../../test/e2e/hostile/flood-process.ts'
import { createGoodClient } from '../../test/e2e/hostile/good-client.ts'
import { twoClients, wideIpBudget } from '../../test/e2e/hostile/hostile-config.ts'
import { median, quantile } from '../../test/e2e/hostile/median.ts'
import { startServer } from '../../test/support/server-process.ts'
import { type ShippedConfig, writeTestConfig } from '../../test/support/test-config.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 4)
const SECONDS = Number(process.env['SECONDS'] ?? 5)
const PER_SECOND = Number(process.env['PER_SECOND'] ?? 500)
const IN_FLIGHT = Number(process.env['IN_FLIGHT'] ?? 16)

console.log(`${ROUNDS} rounds of ${SECONDS} s quiet and ${SECONDS} s with ${PER_SECOND} hostile requests a second\n`)
await measure('an address that has been at it for longer than the burst of its budget', (file) => twoClients(file), 10)
await measure('while that burst lasts: all are read', (file) => {
  twoClients(file)
  wideIpBudget(file)
})

async function measure(title: string, change: (file: ShippedConfig) => void, floodedForSeconds = 0): Promise<void> {
  const config = await writeTestConfig(change)
  const server = await startServer({ TOLLGATE_CONFIG: config.path, NODE_ENV: 'production' })
  const port = Number(new URL(server.url).port)
  const flooder = await startFloodProcess()
  // A good client of this speed has many machines: each stays within what an address may send.
  const good = createGoodClient(port, (index) => `127.0.1.${1 + (index % 200)}`)
  try {
    await good.busy(IN_FLIGHT, 5)
    const options = {
      port,
      localAddress: '127.0.0.3',
      perSecond: PER_SECOND,
      connections: 'kept',
      anonymous: true,
    } as const
    await flooder.flood({ ...options, seconds: floodedForSeconds })
    let from = 0
    const quiet: number[] = []
    const flooded: number[] = []
    const answers = new Map<string, number>()
    const elapsedMs: number[] = []
    const wrong = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push((await good.busy(IN_FLIGHT, SECONDS)) / SECONDS)
      const flood = flooder.flood({ ...options, seconds: SECONDS, from })
      from += PER_SECOND * SECONDS
      flooded.push((await good.busy(IN_FLIGHT, SECONDS)) / SECONDS)
      const result = await flood
      for (const [answer, count] of Object.entries(result.answers)) {
        answers.set(answer, (answers.get(answer) ?? 0) + count)
      }
      elapsedMs.push(...result.elapsedMs)
      for (const line of result.wrong) if (!/: (429 RATE_LIMITED|503 OVERLOADED),/.test(line)) wrong.add(line)
    }
    const kept = flooded.map((rate, round) => rate / (quiet[round] ?? Number.NaN))
    console.log(`## ${title}`)
    console.log(`quiet   ${rounded(quiet)} requests a second of the good client, median ${median(quiet).toFixed(0)}`)
    console.log(`flooded ${rounded(flooded)}, median ${median(flooded).toFixed(0)}`)
    console.log(`kept    ${kept.map(percent).join(' ')}, median ${percent(median(kept))}`)
    console.log(
      `hostile: ${elapsedMs.length} answered; median ${median(elapsedMs).toFixed(1)} ms, p99 ${quantile(elapsedMs, 0.99).toFixed(1)} ms`,
    )
    for (const [answer, count] of [...answers].sort(([, a], [, b]) => b - a)) console.log(`  ${count} × ${answer}`)
    for (const line of wrong) console.log(`  wrong: ${line}`)
    console.log()
  } finally {
    good.close()
    flooder.close()
    await server.stop()
    await config.remove()
  }
}

function rounded(values: readonly number[]): string {
  return values.map((value) => value.toFixed(0)).join(' ')
}

function percent(part: number): string {
  return `${(part * 100).toFixed(0)} %`
}
