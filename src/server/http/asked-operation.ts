import type { HTTPGraphQLRequest } from '@apollo/server'
import type { FastifyRequest } from 'fastify'
import type { AskedDocument } from '../../admission/documents/documents.ts'

/** An operation as a client asks for it over HTTP, with nothing checked. */
export interface AskedOperation {
  /** What names its document. Undefined where nothing does, which Apollo will say. */
  readonly document: AskedDocument | undefined
  /** The request as Apollo reads it, with the text of the document where that has been found. */
  toApollo(source: string | undefined): Pick<HTTPGraphQLRequest, 'search' | 'body'>
}

/** The operation of a request; several where its body is a list. */
export function askedOperations({ method, url, body }: FastifyRequest): {
  readonly one?: AskedOperation
  readonly batch: readonly AskedOperation[]
} {
  if (method === 'GET') return { one: inSearch(new URL(url, 'http://localhost').searchParams), batch: [] }
  return Array.isArray(body) ? { batch: body.map(inBody) } : { one: inBody(body), batch: [] }
}

function inBody(body: unknown): AskedOperation {
  if (typeof body !== 'object' || body === null) return { document: undefined, toApollo: () => ({ search: '', body }) }
  const { documentId, ...fields }: Fields = { ...body }
  return {
    document: namedBy({ ...fields, documentId }),
    toApollo(query) {
      if (query === undefined) return { search: '', body }
      const { extensions, ...others } = fields
      return {
        search: '',
        body: { ...others, query, ...('extensions' in fields && !isObject(extensions) && { extensions }) },
      }
    },
  }
}

function inSearch(params: URLSearchParams): AskedOperation {
  const query = params.get('query') ?? undefined
  const documentId = params.get('documentId') ?? undefined
  const extensions = json(params.get('extensions'))
  return {
    document: namedBy({ query, documentId, extensions }),
    toApollo(found) {
      // Of several Apollo takes none.
      if (found === undefined || params.getAll('query').length > 1) return { search: `?${params}`, body: undefined }
      const search = new URLSearchParams(params)
      search.set('query', found)
      // Nothing reads them once the document is found, and Apollo says what is wrong with those that are none.
      if (isObject(extensions)) search.delete('extensions')
      return { search: `?${search}`, body: undefined }
    },
  }
}

interface Fields {
  readonly query?: unknown
  readonly documentId?: unknown
  readonly extensions?: unknown
}

function namedBy({ query, documentId, extensions }: Fields): AskedDocument | undefined {
  const named = isText(query) || documentId !== undefined || hasPersistedQuery(extensions)
  return named ? { query, documentId, extensions } : undefined
}

function isText(query: unknown): boolean {
  return typeof query === 'string' && query !== ''
}

function hasPersistedQuery(extensions: unknown): boolean {
  return isObject(extensions) && 'persistedQuery' in extensions
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function json(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    // Apollo says what is wrong with it.
    return undefined
  }
}
