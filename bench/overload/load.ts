import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What is asked of a load process. `open`: operations come at a rate, whatever becomes of them. */
export type LoadOrder =
  | ({ readonly kind: 'open'; readonly port: number; readonly perSecond: Readonly<Record<string, number>> } & Times)
  | ({ readonly kind: 'closed'; readonly port: number; readonly key: string; readonly inFlight: number } & Times)

interface Times {
  /** Not counted: the server is to settle. */
  readonly settleMs: number
  readonly countedMs: number
}

export interface LoadResult {
  /** By the key that operations came with. */
  readonly clients: Readonly<Record<string, ClientResult>>
  /** Sent more than 10 ms after it was to come, and the p99 of that delay. */
  readonly lateShare: number
  readonly lateP99Ms: number
  /** Of a processor, what the load itself took. */
  readonly processor: number
}

export interface ClientResult {
  readonly offered: number
  /** Answers with data. */
  readonly served: number
  /** How many came to which end: `200`, `503 OVERLOADED`, `gave up`. */
  readonly ends: Readonly<Record<string, number>>
  /** Of those served, from when they were to come. */
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface LoadProcess {
  run(order: LoadOrder): Promise<LoadResult>
  close(): void
}

/** A process of its own for the load, so that it and the server do not wait for each other. */
export async function startLoadProcess(): Promise<LoadProcess> {
  const script = fileURLToPath(new URL('load-process.ts', import.meta.url))
  // JSON would lose the NaN of a client that nothing was served of.
  const child = fork(script, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
  await once(child, 'message')
  return {
    async run(order) {
      child.send(order)
      const [result]: LoadResult[] = await once(child, 'message')
      if (result === undefined) throw new Error('The load process did not answer')
      return result
    },
    close: () => child.disconnect(),
  }
}
