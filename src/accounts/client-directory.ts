import { hash } from 'node:crypto'
import type { Client } from './client.ts'

/** A client together with what its API key hashes to; the key itself is kept nowhere. */
export interface ClientEntry {
  readonly client: Client
  /** SHA-256 of the key, as 64 hexadecimal digits. Keys are long random text, so a plain hash tells nothing of them. */
  readonly keySha256: string
}

/** Finds clients by their API keys. */
export interface ClientDirectory {
  findByKey(key: string): Client | undefined
}

export function createClientDirectory(entries: readonly ClientEntry[]): ClientDirectory {
  const clients = new Map(entries.map(({ client, keySha256 }) => [keySha256.toLowerCase(), client]))
  // Looking up a hash takes the same time whatever part of a key is right, so timing tells nothing of other keys.
  return { findByKey: (key) => clients.get(sha256(key)) }
}

export function sha256(key: string): string {
  return hash('sha256', key)
}
