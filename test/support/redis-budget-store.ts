import type { Redis } from 'ioredis'
import type { BudgetStore } from '../../src/budget/budget-store.ts'
import { createRedisBudgetStore } from '../../src/budget/redis/redis-budget-store.ts'
import { createRedisConnection } from '../../src/budget/redis/redis-connection.ts'

let prefixes = 0

/** A prefix for keys that no other test uses, in this process or another. */
export function freshPrefix(): string {
  prefixes += 1
  return `test-${process.pid}-${Date.now()}-${prefixes}`
}

/** A store on a connection of its own. Busy machines get their time: nothing here tests deadlines. */
export async function openRedisStore(url: string, prefix = freshPrefix()): Promise<BudgetStore> {
  return createRedisBudgetStore({ connection: await createRedisConnection(url, { commandTimeoutMs: 5_000 }), prefix })
}

/** Everything under a prefix, byte for byte, with the moment it expires. */
export async function dump(redis: Redis, prefix: string): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const keys = (await redis.keys(`${prefix}:*`)).toSorted()
  const entries = keys.map(async (key) => [key, [await redis.dumpBuffer(key), await redis.pexpiretime(key)]] as const)
  return new Map(await Promise.all(entries))
}

/** The times to live of everything under a prefix, the shortest first. A key without one counts as -1. */
export async function ttls(redis: Redis, prefix: string): Promise<readonly number[]> {
  const found = await Promise.all((await redis.keys(`${prefix}:*`)).map((key) => redis.pttl(key)))
  return found.toSorted((a, b) => a - b)
}
