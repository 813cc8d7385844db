import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Cluster, Redis } from 'ioredis'

/** Runs on Redis in one piece, on the node that has the key. */
export type RedisScript = (key: string, args: readonly (string | number)[]) => Promise<unknown>

/** A script under `scripts/`, called by its digest. A server that does not know it yet is sent the text. */
export function redisScript(connection: Redis | Cluster, file: string): RedisScript {
  const source = readFileSync(new URL(`scripts/${file}`, import.meta.url), 'utf8')
  const digest = createHash('sha1').update(source).digest('hex')
  return async (key, args) => {
    try {
      return await connection.call('evalsha', digest, 1, key, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await connection.call('eval', source, 1, key, ...args)
    }
  }
}
