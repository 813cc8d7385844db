import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type RedisCluster, startRedisCluster } from '../redis-cluster.ts'
import type { Chaos } from './chaos.ts'
import type { ChaosLoad } from './chaos-load.ts'

/** What can happen to a Redis Cluster. All of it happens to the first master, where the tenant is. */
export const clusterChaos: readonly Chaos[] = [
  chaos('cluster: a replica takes over (CLUSTER FAILOVER)', 'nothing', async ({ replica }) => {
    while (!(await replica.info('replication')).includes('role:master')) {
      // It is given up after some seconds where a node is too busy; asked again, it begins anew.
      await replica.call('CLUSTER', 'FAILOVER').catch(() => undefined)
      await setTimeout(FAILOVER_MS)
    }
  }),
  chaos('cluster: a master is killed (SIGKILL), its replica takes over', 'last writes', async ({ cluster, load }) => {
    await cluster.masters[0]?.stop()
    await load.becomes('degraded')
    await load.denies(10, 'local')
  }),
  chaos('cluster: the slot moves to another master', 'nothing', async ({ cluster, load }) => {
    const [from, to] = cluster.masters.map(({ url }) => new Redis(url))
    if (from === undefined || to === undefined) return
    const [fromId, toId] = [await from.call('CLUSTER', 'MYID'), await to.call('CLUSTER', 'MYID')]
    const slot = await from.call('CLUSTER', 'KEYSLOT', `{${TENANT}}`)
    await to.call('CLUSTER', 'SETSLOT', Number(slot), 'IMPORTING', String(fromId))
    await from.call('CLUSTER', 'SETSLOT', Number(slot), 'MIGRATING', String(toId))
    const { port } = to.options
    await load.denies(5, 'local')
    for (;;) {
      const keys = await from.call('CLUSTER', 'GETKEYSINSLOT', Number(slot), 10)
      if (!Array.isArray(keys) || keys.length === 0) break
      await from.call('MIGRATE', '127.0.0.1', Number(port), '', 0, 5000, 'KEYS', ...keys.map(String))
    }
    for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', Number(slot), 'NODE', String(toId))
    for (const node of [to, from]) node.disconnect()
  }),
]

/** Its slot is 3808, one of the first master's. */
const TENANT = 'shop'
const FAILOVER_MS = 500

interface Scene {
  readonly cluster: RedisCluster
  readonly replica: Redis
  readonly load: ChaosLoad
}

function chaos(name: string, loses: Chaos['loses'], disturb: (scene: Scene) => Promise<void>): Chaos {
  return {
    name,
    loses,
    async start() {
      const cluster = await startRedisCluster({ replica: true, nodeTimeoutMs: 1000 })
      const replica = new Redis(cluster.replica?.url ?? '')
      return {
        url: cluster.url,
        tenant: TENANT,
        disturb: (load) => disturb({ cluster, replica, load }),
        async stop() {
          replica.disconnect()
          await cluster.stop()
        },
      }
    },
  }
}
