import { Redis } from 'ioredis'
import { freePort, startRedis } from './services.ts'

/** Three masters on free ports of the loopback interface, which share the slots. */
export async function startRedisCluster(): Promise<{ url: string; urls: readonly string[]; stop(): Promise<void> }> {
  const busPorts = [await freePort(), await freePort(), await freePort()]
  const masters = await Promise.all(
    busPorts.map((port) => startRedis(['--cluster-enabled', 'yes', '--cluster-port', String(port)])),
  )
  const clients = masters.map(({ url }) => new Redis(url))
  try {
    await Promise.all(
      clients.map((client, index) => {
        const first = Math.ceil((index * SLOTS) / clients.length)
        const last = Math.ceil(((index + 1) * SLOTS) / clients.length) - 1
        return client.call('CLUSTER', 'ADDSLOTSRANGE', first, last)
      }),
    )
    const [head, ...others] = clients
    await Promise.all(
      others.map((_, index) =>
        head?.call('CLUSTER', 'MEET', '127.0.0.1', masters[index + 1]?.port ?? 0, busPorts[index + 1] ?? 0),
      ),
    )
    await Promise.all(clients.map(agreed))
  } finally {
    for (const client of clients) client.disconnect()
  }
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    urls: masters.map(({ url }) => url),
    stop: async () => {
      await Promise.all(masters.map(({ stop }) => stop()))
    },
  }
}

const SLOTS = 16_384

/** Waits until a master knows who serves every slot. */
async function agreed(client: Redis): Promise<void> {
  for (;;) {
    const info = String(await client.call('CLUSTER', 'INFO'))
    if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) return
    // Redis itself waits; its nodes talk meanwhile.
    await client.blpop('{wait}', 0.05).catch(() => undefined)
  }
}
