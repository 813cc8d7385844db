import { createRedisConnection } from '../../src/budget/redis/redis-connection.ts'
import type { EventLog } from '../../src/events/event-log.ts'
import { createRedisEventLog, type RedisEventLogOptions } from '../../src/events/redis/redis-event-log.ts'

/** A log on connections of its own. Busy machines get their time: nothing here tests deadlines. */
export async function openRedisEventLog(
  url: string,
  { subscriberUrl = url, ...options }: Partial<RedisEventLogOptions> & { readonly subscriberUrl?: string } = {},
): Promise<EventLog> {
  const [commands, subscriber] = await Promise.all(
    [url, subscriberUrl].map((each) => createRedisConnection(each, { commandTimeoutMs: 5_000 })),
  )
  if (commands === undefined || subscriber === undefined) throw new Error('There are two connections')
  return createRedisEventLog({ commands, subscriber, ...options })
}
