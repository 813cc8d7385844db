import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort, type RedisServer, startRedis } from './services.ts'

export interface RedisCluster {
  readonly url: string
  /** Those of the masters. */
  readonly urls: readonly string[]
  readonly masters: readonly RedisServer[]
  /** Of the first master, where one was asked for. */
  readonly replica: RedisServer | undefined
  stop(): Promise<void>
}

/**
 * Three masters on free ports of the loopback interface, which share the slots. With a replica, the first can fail: the
 * others notice within `nodeTimeoutMs`.
 */
export async function startRedisCluster({ replica = false, nodeTimeoutMs = 15_000 } = {}): Promise<RedisCluster> {
  const roles = ['master', 'master', 'master', ...(replica ? ['replica'] : [])]
  const busPorts = await Promise.all(roles.map(() => freePort()))
  const servers = await allStarted(busPorts.map((port) => startRedis(clusterArgs(port, nodeTimeoutMs))))
  const clients = servers.map(({ url }) => new Redis(url))
  try {
    await Promise.all(clients.slice(0, MASTERS).map(addSlots))
    const [head, ...others] = clients
    await Promise.all(
      others.map((_, index) =>
        head?.call('CLUSTER', 'MEET', '127.0.0.1', servers[index + 1]?.port ?? 0, busPorts[index + 1] ?? 0),
      ),
    )
    await Promise.all(clients.map((client) => agreed(client, roles.length)))
    if (replica) await replicate(clients)
  } finally {
    for (const client of clients) client.disconnect()
  }
  const masters = servers.slice(0, MASTERS)
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    urls: masters.map(({ url }) => url),
    masters,
    replica: servers[MASTERS],
    stop: async () => {
      await Promise.all(servers.map(({ stop }) => stop()))
    },
  }
}

const MASTERS = 3
const SLOTS = 16_384
const POLL_MS = 20

/** All of them, or none: what has started would outlive the tests. */
async function allStarted(starting: readonly Promise<RedisServer>[]): Promise<readonly RedisServer[]> {
  try {
    return await Promise.all(starting)
  } catch (error) {
    for (const started of await Promise.allSettled(starting)) {
      if (started.status === 'fulfilled') await started.value.stop()
    }
    throw error
  }
}

function clusterArgs(busPort: number, nodeTimeoutMs: number): readonly string[] {
  const settings = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)]
  return [...settings, '--cluster-node-timeout', String(nodeTimeoutMs), '--repl-diskless-sync-delay', '0']
}

async function addSlots(master: Redis, index: number): Promise<void> {
  const first = Math.ceil((index * SLOTS) / MASTERS)
  const last = Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1
  await master.call('CLUSTER', 'ADDSLOTSRANGE', first, last)
}

/** Waits until a node knows all others, and who serves every slot. */
async function agreed(client: Redis, nodes: number): Promise<void> {
  for (;;) {
    const info = String(await client.call('CLUSTER', 'INFO'))
    const masters = String(await client.call('CLUSTER', 'NODES')).split('connected ').length - 1
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`) && masters >= MASTERS) return
    await setTimeout(POLL_MS)
  }
}

/** Makes the last node the replica of the first, and waits until all know and it is sent what is written. */
async function replicate(nodes: readonly Redis[]): Promise<void> {
  const [master] = nodes
  await nodes.at(-1)?.call('CLUSTER', 'REPLICATE', String(await master?.call('CLUSTER', 'MYID')))
  for (const node of nodes) {
    while (!String(await node.call('CLUSTER', 'NODES')).includes('slave')) await setTimeout(POLL_MS)
  }
  while (!(await master?.info('replication'))?.includes('state=online')) await setTimeout(POLL_MS)
  // It may count as online some time before what is written reaches it. The key is one of the first master's.
  await master?.set('shop', 'written', 'PX', 1)
  await master?.wait(1, 0)
}
