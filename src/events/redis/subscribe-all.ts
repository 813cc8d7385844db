import type { Cluster, Redis } from 'ioredis'

/** Subscribes to any number of channels. Resolves once all of them are heard. */
export async function subscribeAll(subscriber: Redis | Cluster, channels: readonly string[]): Promise<void> {
  for (let from = 0; from < channels.length; from += AT_ONCE) {
    await subscriber.subscribe(...channels.slice(from, from + AT_ONCE))
  }
}

/** Far fewer than a call may have arguments, and soon answered: the connection's deadline is for each of these. */
const AT_ONCE = 1_000
