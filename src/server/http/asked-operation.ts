import type { HTTPGraphQLRequest } from '@apollo/server'
import type { FastifyRequest } from 'fastify'
import type { AskedDocument } from '../../admission/documents/documents.ts'

/** An operation as a client asks for it over HTTP, with nothing checked. */
export interface AskedOperation {
  /** What names its document. Undefined where nothing does, which Apollo will say. */
  readonly document: AskedDocument | undefined
  /** What is to run of the document; undefined where Apollo has to look at it first. */
  readonly plain: PlainOperation | undefined
  /** The request as Apollo reads it, with the text of the document where that has been found. */
  toApollo(source: string | undefined): Pick<HTTPGraphQLRequest, 'search' | 'body'>
}

/** What a POST asks for that has each of its fields in the form in which it has to be. */
export interface PlainOperation {
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
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
  if (!isFields(body)) return { document: undefined, plain: undefined, toApollo: () => ({ search: '', body }) }
  return {
    document: namedBy(body),
    plain: plainOf(body),
    toApollo(query) {
      if (query === undefined) return { search: '', body }
      const { documentId, extensions, ...others } = body
      return {
        search: '',
        body: { ...others, query, ...('extensions' in body && !isObject(extensions) && { extensions }) },
      }
    },
  }
}

function plainOf({ operationName, variables, extensions }: Fields): PlainOperation | undefined {
  const isPlain =
    (isMissing(operationName) || isText(operationName)) &&
    (isMissing(variables) || isObject(variables)) &&
    (isMissing(extensions) || isObject(extensions))
  return isPlain ? { operationName: operationName ?? undefined, variables: variables ?? {} } : undefined
}

function inSearch(params: URLSearchParams): AskedOperation {
  const query = params.get('query') ?? undefined
  const documentId = params.get('documentId') ?? undefined
  const extensions = json(params.get('extensions'))
  return {
    document: namedBy({ query, documentId, extensions }),
    plain: undefined,
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
  readonly operationName?: unknown
  readonly variables?: unknown
  readonly extensions?: unknown
}

function isFields(body: unknown): body is Fields {
  return typeof body === 'object' && body !== null
}

function namedBy({ query, documentId, extensions }: Fields): AskedDocument | undefined {
  const named = isText(query) || documentId !== undefined || hasPersistedQuery(extensions)
  return named ? { query, documentId, extensions } : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null
}

function hasPersistedQuery(extensions: unknown): boolean {
  return isObject(extensions) && 'persistedQuery' in extensions
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
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
