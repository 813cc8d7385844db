import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort, type RedisServer, startRedis, startRedisProcess } from './services.ts'

export interface SentinelDeployment {
  /** The URL of the connection, without user and password. */
  readonly url: string
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinels: readonly RedisServer[]
  stop(): Promise<void>
}

/** A master with a replica that has caught up, and three sentinels that know each other. */
export async function startRedisSentinels(password = ''): Promise<SentinelDeployment> {
  const args = ['--requirepass', password, '--masterauth', password, '--repl-diskless-sync-delay', '0']
  const master = await startRedis(args)
  const replica = await startRedis([...args, '--replicaof', '127.0.0.1', String(master.port)])
  await caughtUp(master, password)
  const peers = await Promise.all([1, 2, 3].map(async () => ({ port: await freePort(), id: randomId() })))
  const sentinels = await Promise.all(
    peers.map((self) => {
      const settings = [
        `bind 127.0.0.1`,
        `sentinel myid ${self.id}`,
        `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 2`,
        `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
        `sentinel failover-timeout ${MASTER_NAME} 3000`,
        ...(password === '' ? [] : [`sentinel auth-pass ${MASTER_NAME} ${password}`]),
        // What they would find out by themselves in some seconds.
        `sentinel known-replica ${MASTER_NAME} 127.0.0.1 ${replica.port}`,
        ...peers
          .filter((peer) => peer !== self)
          .map((peer) => `sentinel known-sentinel ${MASTER_NAME} 127.0.0.1 ${peer.port} ${peer.id}`),
      ]
      return startRedisProcess(
        (port, directory) => {
          // A sentinel keeps what it knows in its own configuration file.
          const file = join(directory, 'sentinel.conf')
          writeFileSync(file, `${settings.join('\n')}\n`)
          return [file, '--sentinel', '--port', port]
        },
        `+monitor master ${MASTER_NAME}`,
        self.port,
      )
    }),
  )
  await Promise.all(sentinels.map(agreed))
  const servers = [master, replica, ...sentinels]
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`,
    master,
    replica,
    sentinels,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

export const MASTER_NAME = 'tollgate'

const POLL_MS = 20

/** Waits until a sentinel sees the master, its replica and the other sentinels, all well. */
async function agreed({ url }: RedisServer): Promise<void> {
  const client = new Redis(url)
  try {
    for (;;) {
      const info = await client.info('sentinel')
      const replicas = String(await client.call('SENTINEL', 'REPLICAS', MASTER_NAME))
      if (info.includes('status=ok') && info.includes('sentinels=3') && replicas.includes('master-link-status,ok'))
        return
      await setTimeout(POLL_MS)
    }
  } finally {
    client.disconnect()
  }
}

/** Waits until a write reaches the replica at once: it may count as online some time before. */
async function caughtUp({ url }: RedisServer, password: string): Promise<void> {
  const client = new Redis(url, { password })
  while (!(await client.info('replication')).includes('state=online')) await setTimeout(POLL_MS)
  await client.set('written', '1', 'PX', 1)
  await client.wait(1, 0)
  client.disconnect()
}

function randomId(): string {
  return randomBytes(20).toString('hex')
}
