import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { LOAD_CPU, pinned } from '../machine.mjs'
import { bodyOf } from '../work.mjs'
import { API_KEY } from './wrk.mjs'

const script = fileURLToPath(new URL('open-loop-process.mjs', import.meta.url))

/**
 * Operations come at a rate, at random, whether or not those before have been answered; each is timed from when it was to
 * come. In a process of its own, beside Redis.
 *
 * @param clients where it is given, they come from so many addresses in place of one key
 */
export async function openLoop({ url, work, perSecond, clients, settleSeconds, seconds }) {
  const [command, ...args] = pinned(LOAD_CPU, [process.execPath, script])
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The load ended with ${code}`)
  })
  try {
    await Promise.race([once(child, 'message'), ended])
    const key = clients === undefined ? { 'x-api-key': API_KEY } : {}
    child.send({
      port: Number(new URL(url).port),
      body: bodyOf(work),
      headers: { 'content-type': 'application/json', ...key },
      clients,
      perSecond,
      settleMs: settleSeconds * 1000,
      countedMs: seconds * 1000,
      connections: 256,
    })
    const [result] = await Promise.race([once(child, 'message'), ended])
    if (result.mistaken > 0) throw new Error(`${result.mistaken} of ${result.sent} operations had no data`)
    return result
  } finally {
    ended.catch(() => undefined)
    child.kill()
  }
}
