import type { GraphQLError } from 'graphql'
import type { Refusal } from '../../errors/refusal.ts'
import { refusalHeaders } from '../../errors/to-graphql-error.ts'

/** What a request, or one operation of it, is answered with. */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** JSON, as text or in UTF-8. */
  readonly body: string | Buffer
  /** True where all headers are the server's own, and none is of an error that a resolver has thrown. */
  readonly hasOwnHeadersOnly?: boolean
}

/**
 * The answer to what did not get as far as Apollo, in the form in which Apollo answers. `report` holds the headers that
 * tell of its budgets.
 */
export function refusedAnswer(
  accept: string | undefined,
  { code, status, message, extensions, retryAfterMs }: Refusal,
  report: ReadonlyMap<string, string> = new Map(),
): Answer {
  return {
    status,
    headers: new Map([...report, ...refusalHeaders({ status, retryAfterMs }), ['content-type', mediaType(accept)]]),
    body: `${JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] })}\n`,
  }
}

/**
 * The same for errors of GraphQL. A single one has its status in `extensions.http`, as Apollo takes it; those of parser
 * and validation have none.
 */
export function errorsAnswer(accept: string | undefined, errors: readonly GraphQLError[], body: object): Answer {
  const { status = 400, headers } = errorsHead(errors)
  return {
    status,
    headers: new Map([...headers, ['content-type', mediaType(accept)]]),
    body: `${JSON.stringify(body)}\n`,
  }
}

/** The status and the headers that errors say their answer has, as Apollo joins them: of several, the last one counts. */
export function errorsHead(errors: readonly GraphQLError[]): Head {
  let status: number | undefined
  const headers = new Map<string, string>()
  for (const { extensions } of errors) {
    const { http } = extensions
    if (!isHttp(http)) continue
    if (http.status) status = http.status
    for (const [name, value] of http.headers ?? []) headers.set(name.toLowerCase(), value)
  }
  return { status, headers }
}

interface Head {
  readonly status: number | undefined
  readonly headers: Map<string, string>
}

interface Http {
  readonly status?: number
  readonly headers?: ReadonlyMap<string, string>
}

/** As Apollo tells it from what an error may have there for reasons of its own. */
function isHttp(http: unknown): http is Http {
  if (typeof http !== 'object' || http === null) return false
  const isStatus = !('status' in http) || typeof http.status === 'number'
  return isStatus && (!('headers' in http) || http.headers instanceof Map)
}

/** The type that an answer comes in. */
export function mediaType(accept: string | undefined): string {
  const type = accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json'
  return `${type}; charset=utf-8`
}
