import { type Refusal, refusal } from '../../errors/refusal.ts'
import type { KeptDocuments } from './kept-documents.ts'
import type { Manifest } from './manifest.ts'
import { type NamedDocument, nameDocument } from './name-document.ts'
import { isSha256, sha256Of } from './sha256-of.ts'

/** The documents that operations are in, whatever way requests name them. Every door asks here, and nowhere else. */
export interface Documents {
  /** The text of the document that a request asks for. Never rejects; it is a promise only where a store is asked. */
  find(asked: AskedDocument): Promise<FoundDocument | Refusal> | FoundDocument | Refusal
  /**
   * Keeps the text for those who send its hash alone. To be called once the operation has been admitted, so that
   * garbage is not kept. Never throws, never waits for the store.
   */
  keep(found: FoundDocument): void
}

/** What a request says of its document, as the client sent it: nothing of it has to be looked at before. */
export interface AskedDocument {
  /** The text. */
  readonly query?: unknown
  /** By the proposal for persisted documents in GraphQL over HTTP. */
  readonly documentId?: unknown
  /** An object, or its JSON as GET has it. Of it, `persistedQuery` matters here. */
  readonly extensions?: unknown
}

export interface FoundDocument {
  readonly source: string
  /** Whether it is in the manifest. With mode `any` none is less than another: all are known. */
  readonly known: boolean
  /** What it is to be kept under. */
  readonly hash?: string
}

/**
 * Which documents may run.
 * - `any`: all
 * - `known-first`: all; those that the manifest does not have are counted, and go last under overload
 * - `known-only`: those that the manifest has; others are refused before they are parsed
 */
export type DocumentsMode = 'any' | 'known-first' | 'known-only'

export interface DocumentsOptions {
  readonly mode: DocumentsMode
  /** The documents that are known. @default none */
  readonly manifest?: Manifest | undefined
  /**
   * What automatic persisted queries are kept in. In the mode `known-only` it is not used.
   * @default clients are told that there are none
   */
  readonly kept?: KeptDocuments | undefined
  /** Told of each document that the manifest does not have, in the mode `known-first`. */
  readonly onUnknownDocument?: (source: string) => void
}

export function createDocuments({ mode, manifest, kept: configured, onUnknownDocument }: DocumentsOptions): Documents {
  const kept = mode === 'known-only' ? undefined : configured

  function unknown(source: string, hash: string | undefined): FoundDocument {
    if (mode === 'known-first') onUnknownDocument?.(source)
    return { source, known: mode === 'any', ...(hash !== undefined && { hash }) }
  }

  function byText(source: string, hash: string | undefined): FoundDocument | Refusal {
    const known = manifest?.has(source) ?? false
    if (!known && mode === 'known-only') return refusal('QUERY_NOT_IN_SAFELIST', {})
    // The ids of a manifest need not be hashes.
    if (hash !== undefined && manifest?.find(hash) !== source && sha256Of(source) !== hash) return OTHER_HASH
    return known ? { source, known } : unknown(source, kept && hash)
  }

  function byHash(hash: string): ReturnType<Documents['find']> {
    const source = manifest?.find(hash)
    if (source !== undefined) return { source, known: true }
    if (kept === undefined) return NOT_SUPPORTED
    if (!isSha256(hash)) return NO_HASH
    const found = kept.get(hash)
    const result = (source: string | undefined) => (source === undefined ? NOT_FOUND : unknown(source, hash))
    return found instanceof Promise ? found.then(result) : result(found)
  }

  function byId(id: string): FoundDocument | Refusal {
    const source = manifest?.find(id)
    return source === undefined ? refusal('PERSISTED_QUERY_NOT_IN_LIST', { id }) : { source, known: true }
  }

  function find(named: NamedDocument): ReturnType<Documents['find']> {
    switch (named.by) {
      case 'text':
        return byText(named.source, named.hash)
      case 'hash':
        return byHash(named.hash)
      case 'id':
        return byId(named.id)
    }
  }

  return {
    find(asked) {
      const named = nameDocument(asked)
      return 'code' in named ? named : find(named)
    },
    keep({ source, hash }) {
      if (hash !== undefined) kept?.keep(hash, source)
    },
  }
}

// Clients of automatic persisted queries know these two by their words.
const NOT_FOUND = refusal('PERSISTED_QUERY_NOT_FOUND', { reason: 'PersistedQueryNotFound' })
const NOT_SUPPORTED = refusal('PERSISTED_QUERY_NOT_SUPPORTED', { reason: 'PersistedQueryNotSupported' })

const OTHER_HASH = refusal('BAD_REQUEST', {
  reason:
    'extensions.persistedQuery.sha256Hash is not the SHA-256 hash of the "query" beside it. Send the hash of exactly that text, or the text alone.',
})

const NO_HASH = refusal('BAD_REQUEST', {
  reason:
    'extensions.persistedQuery.sha256Hash is no SHA-256 hash. Send 64 hexadecimal digits, in lower case, or the text of the document as "query".',
})
