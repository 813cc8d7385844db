import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RedisConnection } from './redis-connection.ts'

/** Runs on Redis in one call, and in one piece. Strings come back as bytes. */
export type RedisScript = (keys: readonly string[], args: readonly string[]) => Promise<unknown>

/**
 * A script made of Lua files, later ones using what earlier ones define. It is called by its digest; a server that does
 * not know it (new, restarted, failed over, flushed) is sent the source.
 */
export function redisScript(connection: RedisConnection, files: readonly string[]): RedisScript {
  const source = luaSource(files)
  const digest = createHash('sha1').update(source).digest('hex')
  return async (keys, args) => {
    try {
      return await connection.callBuffer('evalsha', digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return await connection.callBuffer('eval', source, keys.length, ...keys, ...args)
    }
  }
}

/** The text of Lua files under `scripts/`, one after the other. */
export function luaSource(files: readonly string[]): string {
  return files.map((file) => readFileSync(new URL(`scripts/${file}`, import.meta.url), 'utf8')).join('\n')
}
