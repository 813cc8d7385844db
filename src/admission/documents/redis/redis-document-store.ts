import type { DocumentStore } from '../document-store.ts'

export interface RedisDocumentStoreOptions {
  readonly redis: RedisStrings
  /** What all keys begin with. Servers with the same prefix share their documents. */
  readonly prefix: string
  /** How long a text is kept after it was set. */
  readonly keepForMs: number
}

/** What is needed of a connection to Redis, to one server or a cluster. */
export interface RedisStrings {
  get(key: string): Promise<string | null>
  set(key: string, value: string, unit: 'PX', ttlMs: number): Promise<unknown>
}

/** Documents that several processes share: a string each, under `<prefix>:document:<hash>`. Rejects as Redis does. */
export function createRedisDocumentStore({ redis, prefix, keepForMs }: RedisDocumentStoreOptions): DocumentStore {
  const keyOf = (hash: string) => `${prefix}:document:${hash}`
  return {
    async get(hash) {
      return (await redis.get(keyOf(hash))) ?? undefined
    },
    async set(hash, source) {
      await redis.set(keyOf(hash), source, 'PX', keepForMs)
    },
  }
}
