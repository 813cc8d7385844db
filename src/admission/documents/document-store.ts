/**
 * Where documents lie that clients have sent once and name by their hash from then on. It may forget any of them at any
 * time: the client then sends the text again.
 */
export interface DocumentStore {
  /** @param hash the SHA-256 hash of the text, as 64 lower-case hexadecimal digits */
  get(hash: string): Promise<string | undefined> | string | undefined
  /** Keeps a text, and one that it has already for as long again. */
  set(hash: string, source: string): Promise<void> | void
}
