import { Redis } from 'ioredis'
import { MASTER_NAME, type SentinelDeployment, startRedisSentinels } from '../redis-sentinel.ts'
import type { Chaos } from './chaos.ts'
import type { ChaosLoad } from './chaos-load.ts'

/** What can happen to a master that sentinels watch, and that a replica follows. */
export const sentinelChaos: readonly Chaos[] = [
  chaos('sentinel: the replica is promoted (SENTINEL FAILOVER)', async ({ sentinel }) => {
    await sentinel.call('SENTINEL', 'FAILOVER', MASTER_NAME)
  }),
  chaos('sentinel: the master is killed (SIGKILL)', async ({ redis }) => {
    await redis.master.stop()
  }),
  chaos(
    'sentinel: the master freezes (SIGSTOP), and comes back when another is master',
    async ({ redis, switched }) => {
      process.kill(redis.master.pid, 'SIGSTOP')
      await switched
      process.kill(redis.master.pid, 'SIGCONT')
    },
  ),
]

interface Scene {
  readonly redis: SentinelDeployment
  readonly sentinel: Redis
  /** Until there is a new master. */
  readonly switched: Promise<void>
  readonly load: ChaosLoad
}

function chaos(name: string, disturb: (scene: Scene) => Promise<void>): Chaos {
  return {
    name,
    loses: 'last writes',
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
