import type { Redis } from 'ioredis'
import { must } from './must.ts'

/**
 * Every key under a prefix on these servers, byte for byte, with the moment it expires.
 *
 * @throws Error for a key that does not expire
 */
export async function writtenKeys(servers: readonly Redis[], prefix: string): Promise<readonly string[]> {
  const written = await Promise.all(
    servers.map(async (server) => {
      const keys = await server.keys(`${prefix}:*`)
      return Promise.all(
        keys.map(async (key) => {
          const [bytes, expiresAt] = await Promise.all([server.dumpBuffer(key), server.pexpiretime(key)])
          must(expiresAt > 0, () => `the key ${key} does not expire`)
          return `${key} ${expiresAt} ${bytes.toString('base64')}`
        }),
      )
    }),
  )
  return written.flat().toSorted()
}

/** Takes away what a history has written: it was to outlive it. */
export async function deleteKeys(servers: readonly Redis[], prefix: string): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const keys = await server.keys(`${prefix}:*`)
      await Promise.all(keys.map((key) => server.unlink(key)))
    }),
  )
}
