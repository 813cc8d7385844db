import { AggregatorRegistry } from 'prom-client'
import type { Exposed, MetricValues } from './metrics.ts'

/** The metrics of several processes as those of one. */
export interface JoinedMetrics<Process> {
  /**
   * Asks every process, this one among them.
   *
   * @throws what one of them throws: a sum without it would look like a restart
   */
  expose(): Promise<Exposed>
  add(process: Process, read: () => Promise<MetricValues>): void
  /** It has ended. What it had counted when it was last asked stays in the sums, which never go down. */
  remove(process: Process): void
}

export function createJoinedMetrics<Process>(): JoinedMetrics<Process> {
  const processes = new Map<Process, { readonly read: () => Promise<MetricValues>; last: MetricValues }>()
  let ended: Promise<MetricValues> = Promise.resolve([])

  return {
    async expose() {
      const values = await Promise.all(
        [...processes.values()].map(async (process) => {
          process.last = await process.read()
          return process.last
        }),
      )
      const joined = AggregatorRegistry.aggregate([await ended, ...values])
      return { contentType: joined.contentType, body: await joined.metrics() }
    },
    add: (process, read) => void processes.set(process, { read, last: [] }),
    remove(process) {
      const counted = processes.get(process)?.last.filter(({ type }) => COUNTING.includes(String(type))) ?? []
      processes.delete(process)
      ended = ended.then((before) => AggregatorRegistry.aggregate([before, counted]).getMetricsAsJSON())
    },
  }
}

/** As they are named in values. A gauge is of what is there, and ends with its process. */
const COUNTING = ['counter', 'histogram']
