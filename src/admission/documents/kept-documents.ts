import { LRUCache } from 'lru-cache'
import { withDeadline } from '../../budget/with-deadline.ts'
import type { DocumentStore } from './document-store.ts'
import { createMemoryDocumentStore } from './memory/memory-document-store.ts'
import { sha256Of } from './sha256-of.ts'

export interface KeptDocumentsOptions {
  /** What processes share. It is asked for what this process does not have. @default this process is alone */
  readonly store?: DocumentStore | undefined
  /** How long the store keeps a text. What is in use is set again when half of that is over. */
  readonly keepForMs: number
  /** Monotonic, in milliseconds. */
  readonly nowMs: () => number
  /** About how much memory documents may take here. @default 16777216 */
  readonly maxMemoryBytes?: number
  /** How many bytes this process sets in the store within `keepForMs`, twice that at most. @default 33554432 */
  readonly maxStoredBytes?: number
  /** After how long a store without an answer counts as one that does not have the document. @default 50 */
  readonly deadlineMs?: number
  /** Told when the store fails, once a second at most, and when this process may set nothing more in it. */
  readonly onStoreFailure?: (error: Error) => void
}

/** The documents that clients may name by their hash because one of them has sent the text. */
export interface KeptDocuments {
  /** Never rejects. A text whose hash is another is not believed. */
  get(hash: string): Promise<string | undefined> | string | undefined
  /** Never throws and waits for nothing. Texts of more than 64 KiB are not kept. */
  keep(hash: string, source: string): void
}

export function createKeptDocuments(options: KeptDocumentsOptions): KeptDocuments {
  const { store, keepForMs, nowMs, deadlineMs = 50, onStoreFailure } = options
  const here = createMemoryDocumentStore({ maxBytes: options.maxMemoryBytes ?? 16 * 1024 * 1024 })
  /** When this process last set a document in the store, by hash. */
  const setAtMs = new LRUCache<string, number>({ max: 20_000 })
  const allowance = createAllowance(options.maxStoredBytes ?? 32 * 1024 * 1024, keepForMs)
  let leftAloneUntilMs = -Infinity
  let full = false

  function failed(error: unknown): void {
    if (nowMs() < leftAloneUntilMs) return
    leftAloneUntilMs = nowMs() + LEFT_ALONE_MS
    onStoreFailure?.(error instanceof Error ? error : new Error(String(error)))
  }

  async function ask(store: DocumentStore, hash: string): Promise<string | undefined> {
    try {
      const source = await withDeadline(Promise.resolve(store.get(hash)), deadlineMs)
      // Whoever else writes there must not choose what a hash stands for.
      if (source === undefined || sha256Of(source) !== hash) return undefined
      here.set(hash, source)
      return source
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  async function tell(store: DocumentStore, hash: string, source: string): Promise<void> {
    try {
      await withDeadline(Promise.resolve(store.set(hash, source)), deadlineMs)
    } catch (error) {
      setAtMs.delete(hash)
      failed(error)
    }
  }

  function isFull(bytes: number): boolean {
    const wasFull = full
    full = !allowance.spend(bytes, nowMs())
    if (full && !wasFull) {
      onStoreFailure?.(new Error('So many documents are new that this server shares no more of them for a while'))
    }
    return full
  }

  return {
    get(hash) {
      const source = here.get(hash)
      if (source !== undefined || store === undefined || nowMs() < leftAloneUntilMs) return source
      return ask(store, hash)
    },
    keep(hash, source) {
      const bytes = Buffer.byteLength(source)
      if (bytes > MAX_DOCUMENT_BYTES) return
      here.set(hash, source)
      if (store === undefined || nowMs() < leftAloneUntilMs) return
      if (nowMs() - (setAtMs.get(hash) ?? -Infinity) < keepForMs / 2) return
      if (isFull(bytes)) return
      setAtMs.set(hash, nowMs())
      void tell(store, hash, source)
    },
  }
}

const MAX_DOCUMENT_BYTES = 64 * 1024

/** So that a store that does not answer costs its deadline once a second, and not for each request. */
const LEFT_ALONE_MS = 1_000

/** So many bytes at once, which come back evenly within `refillMs`. */
function createAllowance(maxBytes: number, refillMs: number) {
  let usedBytes = 0
  let sinceMs = -Infinity
  return {
    spend(bytes: number, nowMs: number): boolean {
      usedBytes = Math.max(0, usedBytes - ((nowMs - sinceMs) / refillMs) * maxBytes)
      sinceMs = nowMs
      if (usedBytes + bytes > maxBytes) return false
      usedBytes += bytes
      return true
    },
  }
}
