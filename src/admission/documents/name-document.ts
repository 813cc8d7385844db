import { type Refusal, refusal } from '../../errors/refusal.ts'

/** The one way in which a request names its document. */
export type NamedDocument =
  | { readonly by: 'text'; readonly source: string; readonly hash: string | undefined }
  | { readonly by: 'hash'; readonly hash: string }
  | { readonly by: 'id'; readonly id: string }

type RawNames = { readonly [name in 'query' | 'documentId' | 'extensions']?: unknown }

/** How a request names its document, or why it is refused: with `BAD_REQUEST`. Nothing and null are the same. */
export function nameDocument({ query, documentId, extensions }: RawNames): NamedDocument | Refusal {
  const hash = hashIn(extensions)
  if (typeof hash === 'object') return hash
  const source = query === null || query === '' ? undefined : query
  if (source !== undefined && typeof source !== 'string') {
    return badRequest('The "query" is no string. Send the text of a GraphQL document.')
  }
  if (documentId !== undefined && documentId !== null) {
    if (typeof documentId !== 'string') return badRequest('The "documentId" is no string. Send the id of a document.')
    if (source !== undefined || hash !== undefined) {
      return badRequest('The request has a "documentId" and another document beside it. Send one of them alone.')
    }
    return { by: 'id', id: documentId }
  }
  if (source !== undefined) return { by: 'text', source, hash }
  if (hash !== undefined) return { by: 'hash', hash }
  return badRequest(
    'The request names no document. Send its text as "query", or the id of one that is known here as "documentId".',
  )
}

/** `sha256Hash` of Apollo's automatic persisted queries. */
function hashIn(extensions: unknown): string | Refusal | undefined {
  const parsed = typeof extensions === 'string' ? parsedJson(extensions) : extensions
  if (parsed === undefined || parsed === null) return undefined
  if (!isObject(parsed)) return badRequest('The "extensions" are no object. Send a JSON object, or leave them out.')
  const { persistedQuery } = parsed
  if (persistedQuery === undefined || persistedQuery === null) return undefined
  if (!isObject(persistedQuery)) {
    return badRequest('extensions.persistedQuery is no object. Send an object with "version" and "sha256Hash".')
  }
  const { version, sha256Hash } = persistedQuery
  if (version !== 1) {
    return badRequest('extensions.persistedQuery is of a version that is not known here. Send "version": 1.')
  }
  if (typeof sha256Hash !== 'string') {
    return badRequest('extensions.persistedQuery has no "sha256Hash". Send the SHA-256 hash of the document.')
  }
  return sha256Hash
}

/** False where it is no JSON, and so no object. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return false
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function badRequest(reason: string): Refusal {
  return refusal('BAD_REQUEST', { reason })
}
