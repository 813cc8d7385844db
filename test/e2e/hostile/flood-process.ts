import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type FloodOptions, type FloodResult, flood } from './flood.ts'

/** Floods from a process of its own, so that sending does not slow down whoever measures. */
export interface FloodProcess {
  flood(options: FloodOptions): Promise<FloodResult>
  close(): void
}

export async function startFloodProcess(): Promise<FloodProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['flood'], { execArgv: ['--import', 'tsx'] })
  await once(child, 'message')
  return {
    async flood(options) {
      child.send(options)
      const [result] = await once(child, 'message')
      return result
    },
    close: () => void child.kill(),
  }
}

if (process.argv[2] === 'flood') {
  process.on('message', async (options: FloodOptions) => process.send?.(await flood(options)))
  process.send?.('ready')
}
