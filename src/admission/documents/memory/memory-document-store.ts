import { LRUCache } from 'lru-cache'
import type { DocumentStore } from '../document-store.ts'

export interface MemoryDocumentStore extends DocumentStore {
  get(hash: string): string | undefined
  set(hash: string, source: string): void
}

/** Documents within one process, in about `maxBytes`. The least recently used go first. */
export function createMemoryDocumentStore({ maxBytes }: { readonly maxBytes: number }): MemoryDocumentStore {
  const documents = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (source) => BYTES_OF_AN_ENTRY + 2 * source.length,
  })
  return {
    get: (hash) => documents.get(hash),
    set(hash, source) {
      documents.set(hash, source)
    },
  }
}

/** The hash and what the cache itself needs for it, rounded up. */
const BYTES_OF_AN_ENTRY = 500
