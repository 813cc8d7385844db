import type { IncomingHttpHeaders } from 'node:http'
import { anonymousClient } from '../accounts/anonymous-client.ts'
import type { Client } from '../accounts/client.ts'
import type { ClientDirectory } from '../accounts/client-directory.ts'
import { credentialFrom } from '../accounts/credential.ts'
import type { Admission } from '../admission/admission.ts'
import { type AdmissionContext, admissionContext } from '../admission/admission-context.ts'
import type { ReportMode } from '../admission/operation-report.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'

/** Who sends a request: by the key in its headers, else by its address. */
export function identify(directory: ClientDirectory, headers: IncomingHttpHeaders, ip: string): Client | Refusal {
  const credential = credentialFrom(headers)
  switch (credential.kind) {
    case 'none':
      return anonymousClient(ip)
    case 'malformed':
      return refusal('UNAUTHENTICATED', { reason: credential.found })
    case 'key':
      return directory.findByKey(credential.key) ?? refusal('UNAUTHENTICATED', { reason: 'This API key is not known.' })
  }
}

/** The request header `GraphQL-Cost`: how much the client wants to be told. */
export function reportMode(headers: IncomingHttpHeaders): ReportMode | Refusal {
  const asked = headers['graphql-cost']
  if (asked === undefined) return 'headers'
  if (asked === 'report' || asked === 'explain' || asked === 'validate') return asked
  return refusal('BAD_REQUEST', {
    reason: `The header GraphQL-Cost says "${asked}"; it may say report, explain or validate.`,
  })
}

/** What happens to an HTTP request before Apollo sees it: who is it, what does it want told, may it be parsed. */
export function beginOperation(
  { admission, directory }: { readonly admission: Admission; readonly directory: ClientDirectory },
  request: { readonly headers: IncomingHttpHeaders; readonly ip: string; readonly source: string | undefined },
  nowMs: number,
): { readonly context: AdmissionContext } | { readonly refusal: Refusal; readonly client: Client | undefined } {
  const client = identify(directory, request.headers, request.ip)
  if ('code' in client) return { refusal: client, client: undefined }
  const mode = reportMode(request.headers)
  if (typeof mode !== 'string') return { refusal: mode, client }
  const verdict = request.source === undefined ? undefined : admission.inspect(request.source)
  if (verdict !== undefined) return { refusal: verdict, client }
  return { context: admissionContext(client, mode, nowMs) }
}
