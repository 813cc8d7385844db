import cluster from 'node:cluster'
import { channelToPrimary } from '../../../dist/workers/channel-to-primary.js'
import { startWorkers } from '../../../dist/workers/start-workers.js'

/**
 * As many processes as WEB_CONCURRENCY says, started and stopped as the product does. `start` is called in each of them;
 * both answer the port.
 */
export async function serveWorkers(start) {
  if (cluster.isWorker) {
    const port = await start()
    channelToPrimary()?.send({ listensOn: port })
    return port
  }
  const workers = await startWorkers({
    count: Number(process.env.WEB_CONCURRENCY),
    attach: ({ channel }) => ({
      ready: new Promise((resolve) => channel.onMessage(({ listensOn }) => listensOn && resolve(listensOn))),
      gone: () => undefined,
    }),
    onLost: ({ how }) => console.error(`a worker ended with ${how}`),
    stopTimeoutMs: 5_000,
  })
  process.removeAllListeners('SIGTERM')
  process.once('SIGTERM', () => workers.stop().then(() => process.exit()))
  return workers.port
}
