import type { GraphQLError } from 'graphql'
import type { Refusal } from '../../errors/refusal.ts'
import { refusalHeaders } from '../../errors/to-graphql-error.ts'

/** What a request, or one operation of it, is answered with. */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** JSON. */
  readonly body: string
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
  const http: unknown = errors[0]?.extensions['http']
  const { status = 400, headers = [] } = isHttp(http) ? http : {}
  return {
    status,
    headers: new Map([...headers, ['content-type', mediaType(accept)]]),
    body: `${JSON.stringify(body)}\n`,
  }
}

interface Http {
  readonly status?: number
  readonly headers?: ReadonlyMap<string, string>
}

function isHttp(http: unknown): http is Http {
  return typeof http === 'object' && http !== null
}

/** The type that an answer comes in. */
export function mediaType(accept: string | undefined): string {
  const type = accept?.includes('application/graphql-response+json')
    ? 'application/graphql-response+json'
    : 'application/json'
  return `${type}; charset=utf-8`
}
