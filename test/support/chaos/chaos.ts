import { type ChaosLoad, type ChaosReport, startChaosLoad } from './chaos-load.ts'

/** Something that can happen to Redis. */
export interface Chaos {
  readonly name: string
  /** What Redis itself may forget by it: nothing, its last writes, or whole buckets. */
  readonly loses: 'nothing' | 'last writes' | 'buckets'
  start(): Promise<Stage>
}

interface Stage {
  readonly url: string
  /** Whose place is disturbed; the tenant matters where Redis is many servers. */
  readonly tenant?: string
  disturb(load: ChaosLoad): Promise<void>
  stop(): Promise<void>
}

/** Lets it happen under load, before which and after which everything is well. */
export async function runChaos(chaos: Chaos): Promise<ChaosReport> {
  const stage = await chaos.start()
  try {
    const load = await startChaosLoad(stage.url, stage.tenant)
    await load.admits(60, 'store')
    await stage.disturb(load)
    await load.becomes('ok')
    // The store answers again, and has admitted all that there was.
    await load.denies(1, 'closed')
    return await load.end()
  } finally {
    await stage.stop()
  }
}
