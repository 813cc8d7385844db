import type { IncomingHttpHeaders } from 'node:http'
import type { ReportMode } from '../../admission/report/operation-report.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'

/** The request header `GraphQL-Cost`: how much the client wants to be told. */
export function reportMode(headers: IncomingHttpHeaders): ReportMode | Refusal {
  const asked = headers['graphql-cost']
  if (asked === undefined) return 'headers'
  if (asked === 'report' || asked === 'explain' || asked === 'validate') return asked
  return refusal('BAD_REQUEST', {
    reason: `The header GraphQL-Cost says "${asked}"; it may say report, explain or validate.`,
  })
}
