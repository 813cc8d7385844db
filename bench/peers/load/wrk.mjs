import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LOAD_CPU, pinned } from '../machine.mjs'
import { bodyOf } from '../work.mjs'

export const API_KEY = 'bench'

const script = (name) => fileURLToPath(new URL(name, import.meta.url))

let runs = 0

/**
 * A closed loop: so many connections, each with the next request as soon as it has the answer to the last. By wrk, which
 * takes the least of a processor that it shares with Redis. It cannot look into answers, which are checked by others.
 *
 * @param clients where it is given, requests come from so many addresses in place of one key
 */
export async function closedLoop({ url, work, seconds, connections, clients, isPinned = true }) {
  const requests = clients === undefined ? (work.distinct ? 'unseen.lua' : undefined) : 'clients.lua'
  const [command, ...args] = pinned(isPinned ? LOAD_CPU : undefined, [
    'wrk',
    ...['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s'],
    ...['-s', script('report.lua'), url],
  ])
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      API_KEY,
      BODY: bodyOf(work),
      RUN: `${process.pid}_${runs++}`,
      ...(requests && { REQUESTS: script(requests) }),
      ...(clients && { CLIENTS: String(clients) }),
    },
  })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  await once(child, 'close')
  const result = JSON.parse(/^RESULT (.*)$/m.exec(output)?.[1] ?? 'null')
  if (result === null) throw new Error(`wrk said nothing of what came of it:\n${output}`)
  if (result.failed > 0 || result.refused > 0) {
    throw new Error(`${result.failed} requests failed and ${result.refused} were refused, of ${result.requests}`)
  }
  return { ...result, perSecond: (result.requests / result.micros) * 1e6 }
}
