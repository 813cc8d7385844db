import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '../services.ts'
import type { Chaos } from './chaos.ts'
import type { ChaosLoad } from './chaos-load.ts'
import { startCuttingProxy } from './cutting-proxy.ts'

/** What can happen to a Redis that is one server. */
export const oneServerChaos: readonly Chaos[] = [
  chaos('SIGSTOP, SIGCONT', async ({ server, load }) => {
    process.kill(server.pid, 'SIGSTOP')
    await load.becomes('degraded')
    await load.denies(10, 'local')
    process.kill(server.pid, 'SIGCONT')
  }),
  chaos('CLIENT PAUSE ALL', async ({ admin, load }) => {
    await admin.call('CLIENT', 'PAUSE', 700, 'ALL')
    await load.becomes('degraded')
  }),
  chaos('CLIENT PAUSE WRITE', async ({ admin, load }) => {
    await admin.call('CLIENT', 'PAUSE', 700, 'WRITE')
    await load.becomes('degraded')
  }),
  chaos('SCRIPT FLUSH in a loop', async ({ admin, load }) => {
    let flushing = true
    const enough = load.admits(100, 'store').then(() => {
      flushing = false
    })
    while (flushing) await admin.script('FLUSH')
    await enough
  }),
  chaos('memory full, maxmemory-policy noeviction', async ({ admin, load }) => {
    await admin.config('SET', 'maxmemory', '1')
    await load.becomes('degraded')
    await load.denies(10, 'local')
    await admin.config('SET', 'maxmemory', '0')
  }),
  chaos('made a read-only replica, and a master again', async ({ admin, load }) => {
    await admin.replicaof('127.0.0.1', 1)
    await load.becomes('degraded')
    await load.denies(10, 'local')
    await admin.replicaof('NO', 'ONE')
  }),
  // Under `everysec` Redis answers before it has written where the disk is slow, and may forget up to two seconds.
  killed('SIGKILL, restart with appendfsync always', 'nothing', ['--appendonly', 'yes', '--appendfsync', 'always']),
  killed('SIGKILL, restart without persistence', 'buckets', []),
  {
    name: 'connection reset after the write, 20 times',
    loses: 'nothing',
    async start() {
      const server = await startRedis()
      const proxy = await startCuttingProxy(server.port)
      return {
        url: `redis://127.0.0.1:${proxy.port}`,
        async disturb(load) {
          for (let cut = 0; cut < CUTS; cut++) {
            proxy.cutNextAnswer()
            await load.admits(10, 'store')
          }
        },
        async stop() {
          await proxy.close()
          await server.stop()
        },
      }
    },
  },
]

const CUTS = 20

interface Scene {
  readonly server: RedisServer
  readonly admin: Redis
  readonly load: ChaosLoad
}

function chaos(name: string, disturb: (scene: Scene) => Promise<void>): Chaos {
  return {
    name,
    loses: 'nothing',
    async start() {
      const server = await startRedis()
      const admin = new Redis(server.url)
      return {
        url: server.url,
        disturb: (load) => disturb({ server, admin, load }),
        async stop() {
          admin.disconnect()
          await server.stop()
        },
      }
    },
  }
}

function killed(name: string, loses: Chaos['loses'], persistence: readonly string[]): Chaos {
  return {
    name,
    loses,
    async start() {
      const directory = await mkdtemp(join(tmpdir(), 'tollgate-redis-'))
      const args = ['--dir', directory, ...persistence]
      let server = await startRedis(args)
      return {
        url: server.url,
        async disturb(load) {
          await server.stop()
          await load.becomes('degraded')
          await load.denies(10, 'local')
          server = await startRedis(args, server.port)
        },
        async stop() {
          await server.stop()
          await rm(directory, { recursive: true, force: true })
        },
      }
    },
  }
}
