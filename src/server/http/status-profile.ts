import type { ApolloServerPlugin } from '@apollo/server'
import { acceptsJsonAlone } from './accepts-json.ts'

/**
 * Which statuses tell of mistakes in a request. `audits`: 400, and 200 for clients that take `application/json` alone,
 * as the audits of graphql-http ask. `spec-2026`: as the GraphQL-over-HTTP specification of September 2026 says, in its
 * section on status codes, whatever the client takes.
 */
export type StatusProfile = 'audits' | 'spec-2026'

/** What 400 becomes, by code: for clients that take `application/json` alone in `audits`, and in `spec-2026`. */
const STATUSES = new Map<unknown, { readonly jsonAlone: number; readonly spec2026: number }>([
  ['BAD_REQUEST', { jsonAlone: 400, spec2026: 422 }],
  ['GRAPHQL_PARSE_FAILED', { jsonAlone: 200, spec2026: 400 }],
  ['GRAPHQL_VALIDATION_FAILED', { jsonAlone: 200, spec2026: 422 }],
  ['OPERATION_RESOLUTION_FAILURE', { jsonAlone: 200, spec2026: 422 }],
  ['BAD_USER_INPUT', { jsonAlone: 200, spec2026: 422 }],
])

/** Partial success: there are data, if only `null`, and errors. */
const PARTIAL_SUCCESS = 294

/** The status of what Apollo would answer with `status`. `code` is that of the first error. */
export function profiledStatus(
  profile: StatusProfile,
  accept: string | undefined,
  { status, code, hasData }: { readonly status: number; readonly code: unknown; readonly hasData: boolean },
): number {
  if (profile === 'spec-2026' && hasData && code !== undefined) return PARTIAL_SUCCESS
  const others = status === 400 ? STATUSES.get(code) : undefined
  if (others === undefined) return status
  if (profile === 'spec-2026') return others.spec2026
  return acceptsJsonAlone(accept) ? others.jsonAlone : status
}

/** Has to come after admission's plugin, which says 200 where there are data, and may still deny what is sent. */
export function statusProfilePlugin(profile: StatusProfile): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ request, response: { http, body } }) {
          if (body.kind !== 'single') return
          const { data, errors } = body.singleResult
          const code = errors?.[0]?.extensions?.['code']
          const answered = { status: http.status ?? 200, code, hasData: data !== undefined }
          http.status = profiledStatus(profile, request.http?.headers.get('accept'), answered)
        },
      }
    },
  }
}
