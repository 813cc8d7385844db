import cluster from 'node:cluster'
import type { Channel } from './calls.ts'

/** The channel to the process that started this one; undefined where this is no worker. */
export function channelToPrimary(): Channel | undefined {
  if (!cluster.isWorker) return undefined
  return {
    send: (message) => void (process.connected && process.send?.(message, undefined, undefined, () => undefined)),
    onMessage: (listener) => process.on('message', listener),
    // A channel that is open keeps this process from ending by itself.
    close: () => cluster.worker?.disconnect(),
  }
}
