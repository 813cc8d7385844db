import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {} from 'vitest'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A real Redis, reachable from this process. Tests share it and keep to key prefixes of their own. */
    redisUrl: string
    /** A real PostgreSQL where DATABASE_URL names one; otherwise the tests run on PGlite. */
    databaseUrl: string | undefined
  }
}

/** Finds or starts the services the tests need. Vitest calls it once for each project that asks for it. */
export default async function services(project: TestProject): Promise<() => Promise<void>> {
  project.provide('databaseUrl', process.env['DATABASE_URL'])
  const url = process.env['REDIS_URL']
  if (url !== undefined && url !== '') {
    project.provide('redisUrl', url)
    return async () => undefined
  }
  const redis = await startRedis()
  project.provide('redisUrl', redis.url)
  return redis.stop
}

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Kills it. */
  stop(): Promise<void>
}

/** A redis-server of our own on the loopback interface, without persistence; on a free port unless one is named. */
export async function startRedis(args: readonly string[] = [], port?: number): Promise<RedisServer> {
  return startRedisProcess(
    (at) => ['--port', at, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...args],
    'Ready to accept connections',
    port,
  )
}

/** Starts `redis-server` in a directory of its own, and waits for the line that says that it is ready. */
export async function startRedisProcess(
  argsFor: (port: string, directory: string) => readonly string[],
  readyLine: string,
  port?: number,
): Promise<RedisServer> {
  ensureRedisInstalled()
  const at = port ?? (await freePort())
  const directory = await mkdtemp(join(tmpdir(), 'tollgate-redis-'))
  const child = spawn('redis-server', argsFor(String(at), directory), {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`redis-server ended with exit code ${code} before it was ready`)))
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes(readyLine)) resolve()
    })
  })
  if (child.pid === undefined) throw new Error('redis-server started without a process id')
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    pid: child.pid,
    stop: async () => {
      child.kill('SIGKILL')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Below those that systems give to connections: one of these may be taken before it is used. */
const PORTS = { first: 10_000, count: 20_000 }

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    if (await isFree(port)) return port
  }
  throw new Error(`Of 100 ports from ${PORTS.first} on, none was free`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return isListening
}

const MEND = 'The tests need a Redis. Set REDIS_URL, or install one: sudo apt-get install -y redis-server'

function ensureRedisInstalled(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return
  const debianRoot = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0
  if (!debianRoot) throw new Error(MEND)
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'redis-server']]) {
    const run = spawnSync('apt-get', args, {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (run.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed. ${MEND}`)
  }
  if (spawnSync('redis-server', ['--version']).status !== 0) throw new Error(MEND)
}
