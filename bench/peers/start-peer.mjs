import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { API_KEY } from './load/wrk.mjs'
import { pinned, SERVER_CPU } from './machine.mjs'
import { PEERS } from './peers.mjs'
import { writeConfig } from './tollgate/write-config.mjs'

const serve = fileURLToPath(new URL('serve.mjs', import.meta.url))

/**
 * A server in a process of its own, on a processor of its own, ready to answer.
 *
 * @param processes how many of Tollgate serve
 * @param isPinned false where it may run on any processor
 */
export async function startPeer(id, { redisUrl, trustedProxies, processes = 1, isPinned = true }) {
  const { server, protection, leases } = PEERS[id]
  const config = server === 'tollgate' ? writeConfig({ key: API_KEY, leases, trustedProxies }) : undefined
  const mode = protection === undefined ? [] : ['protected']
  const profile = process.env.PROFILE ? ['--cpu-prof', '--cpu-prof-dir', process.env.PROFILE] : []
  const program = [process.execPath, ...profile, serve, server, ...mode]
  const [command, ...args] = pinned(isPinned ? SERVER_CPU : undefined, program)
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      REDIS_URL: redisUrl,
      WEB_CONCURRENCY: String(processes),
      ...(process.env.RESOLVERS && { RESOLVERS: process.env.RESOLVERS }),
      ...(process.env.NODE_OPTIONS && { NODE_OPTIONS: process.env.NODE_OPTIONS }),
      ...(config && { TOLLGATE_CONFIG: config.path }),
    },
  })
  const exited = once(child, 'exit')
  let complaints = ''
  const url = await new Promise((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
      const ready = /^READY (\S+)/m.exec(output)?.[1]
      if (ready !== undefined) resolve(ready)
    })
    child.stderr.on('data', (text) => {
      complaints += text
    })
    child.once('exit', (code) => reject(new Error(`${id} ended with ${code}:\n${output}${complaints}`)))
  })
  return {
    id,
    url,
    // taskset becomes what it starts.
    pid: child.pid,
    /** How often Tollgate has decided without Redis, because that did not answer in time. Others have no such thing. */
    async decidedAlone() {
      if (server !== 'tollgate') return 0
      const text = await (await fetch(new URL('/metrics', url))).text()
      const counts = text.matchAll(/^tollgate_budget_store_policy_takes_total\{.*\} (\d+)/gm)
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
    },
    async stop() {
      child.kill()
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(late)
      config?.remove()
    },
  }
}
