import { Redis } from 'ioredis'
import { MASTER_NAME, type SentinelDeployment, startRedisSentinels } from '../redis-sentinel.ts'
import type { Chaos } from './chaos.ts'
import type { ChaosLoad } from './chaos-load.ts'

/** What can happen to a master that sentinels watch, and that a replica follows. */
export const sentinelChaos: readonly Chaos[] = [
  chaos('sentinel: the replica is promoted (SENTINEL FAILOVER)', 'last writes', async ({ sentinel }) => {
    await sentinel.call('SENTINEL', 'FAILOVER', MASTER_NAME)
  }),
  // The old master refuses writes as soon as it sees that its replica has left it.
  chaos('sentinel: the same, with min-replicas-to-write 1', 'last writes', async ({ redis, sentinel }) => {
    const master = new Redis(redis.master.url)
    await master.config('SET', 'min-replicas-to-write', '1')
    master.disconnect()
    await sentinel.call('SENTINEL', 'FAILOVER', MASTER_NAME)
  }),
  chaos('sentinel: the master is killed (SIGKILL)', 'last writes', async ({ redis }) => {
    await redis.master.stop()
  }),
  chaos('sentinel: the master freezes, and thaws when another is one', 'last writes', async ({ redis, switched }) => {
    process.kill(redis.master.pid, 'SIGSTOP')
    await switched
    process.kill(redis.master.pid, 'SIGCONT')
  }),
]

interface Scene {
  readonly redis: SentinelDeployment
  readonly sentinel: Redis
  /** Until there is a new master. */
  readonly switched: Promise<void>
  readonly load: ChaosLoad
}

function chaos(name: string, loses: Chaos['loses'], disturb: (scene: Scene) => Promise<void>): Chaos {
  return {
    name,
    loses,
    async start() {
      const redis = await startRedisSentinels()
      const [{ url } = { url: '' }] = redis.sentinels
      const sentinel = new Redis(url)
      const listener = new Redis(url)
      return {
        url: redis.url,
        async disturb(load) {
          const switched = new Promise<void>((resolve) => listener.once('message', () => resolve()))
          await listener.subscribe('+switch-master')
          await disturb({ redis, sentinel, switched, load })
          await switched
        },
        async stop() {
          sentinel.disconnect()
          listener.disconnect()
          await redis.stop()
        },
      }
    },
  }
}
