import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { openRedisEventLog } from '../../support/redis-event-log.ts'
import type { ShopProcesses } from './shop-processes.ts'

/** Events with the numbers 1, 2, 3 and so on, straight into the log: they name reviews that the seed has written. */
export interface NumberedEvents {
  /** For `reviewAdded`, which tells of every event or ends; `stockChanged` may leave some out. */
  readonly operation: { readonly query: string; readonly variables: { readonly product: string } }
  /** The number of the last one that has been logged. */
  readonly last: number
  /** Logs so many more at once. */
  burst(count: number): Promise<void>
  /** Logs one after the other until it is stopped. Outages only delay it. */
  flow(everyMs: number): { stop(): Promise<void> }
  close(): Promise<void>
}

export async function openNumberedEvents(
  { redisUrl, prefix }: Pick<ShopProcesses, 'redisUrl' | 'prefix'>,
  productId: number,
): Promise<NumberedEvents> {
  // A machine that is busy with starting processes may leave its subscribers far behind.
  const log = await openRedisEventLog(redisUrl, { prefix, maxEventsPerTopic: 10_000 })
  const topic = `product:${productId}:reviews`
  let last = 0

  async function append(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => ({
      key: randomUUID(),
      payload: { reviewId: last + 1 + index },
    }))
    // Where nobody knows whether it arrived it is sent again, under the same key.
    for (;;) {
      try {
        await log.append(topic, events)
        last += count
        return
      } catch {
        await setTimeout(20)
      }
    }
  }

  return {
    operation: { query: QUERY, variables: { product: `Product:${productId}` } },
    get last() {
      return last
    },
    burst: append,
    flow(everyMs) {
      let flows = true
      async function run(): Promise<void> {
        for (let dueMs = performance.now(); flows; dueMs += everyMs) {
          await append(1)
          await setTimeout(Math.max(0, dueMs + everyMs - performance.now()))
        }
      }
      const running = run()
      return {
        async stop() {
          flows = false
          await running
        },
      }
    },
    close: () => log.close(),
  }
}

const QUERY = 'subscription ($product: ID!) { reviewAdded(productId: $product) { id } }'
