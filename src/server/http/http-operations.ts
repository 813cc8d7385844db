import type { IncomingHttpHeaders } from 'node:http'
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server'
import type { GraphQLError } from 'graphql'
import type { Admission } from '../../admission/admission.ts'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import { refusedUnpriced } from '../../admission/operation-observer.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import type { Refusal } from '../../errors/refusal.ts'
import { type BeginOperationOptions, refuseOperation } from '../operations/begin-operation.ts'
import type { shownResult } from '../operations/shown-result.ts'
import type { AskedOperation } from './asked-operation.ts'
import { type Answer, errorsAnswer, refusedAnswer } from './refused-answer.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

export interface HttpOperationsOptions extends BeginOperationOptions {
  readonly apollo: ApolloServer<AdmissionContext>
  readonly admission: Admission
  readonly statusProfile: StatusProfile
  /** What a client sees of an error. */
  readonly formatError: Parameters<typeof shownResult>[0]
}

export interface HttpOperations {
  /** Takes one operation through its document, the guard and Apollo. Whatever comes of it is an answer. */
  answer(operation: AskedOperation, from: Sender, context: AdmissionContext): Promise<Answer>
  /** The answer to what is refused before it is an operation. It costs one request. */
  refuse(refusal: Refusal, from: Sender, context: Pick<AdmissionContext, 'client' | 'admission'>): Promise<Answer>
  headersOf(report: OperationReport): ReadonlyMap<string, string>
}

/** What is known of whoever asks. */
export interface Sender {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

export function createHttpOperations(options: HttpOperationsOptions): HttpOperations {
  const { apollo, admission, documents, conclude, statusProfile, formatError } = options

  function headersOf(report: OperationReport): ReadonlyMap<string, string> {
    return reportHeaders(report, Date.now(), conclude.headers?.())
  }

  async function refuse(
    refusal: Refusal,
    { headers }: Sender,
    { client, admission: record }: Pick<AdmissionContext, 'client' | 'admission'>,
  ): Promise<Answer> {
    const { report, denied } = await admission.chargeRequest(client)
    record.report = report
    const refused = denied ?? refusal
    conclude.observe?.(refusedUnpriced(client.tier, refused.code, Date.now() - record.startedAtMs))
    return refusedAnswer(headers.accept, refused, headersOf(report))
  }

  /** Before Apollo, which would validate it anew each time. */
  async function answerInvalid(
    query: string,
    mistakes: readonly GraphQLError[],
    { headers: { accept } }: Sender,
    context: AdmissionContext,
  ): Promise<Answer> {
    const errors = await refuseOperation(options, context, { query }, mistakes)
    const body = { errors: errors.map((error) => formatError(error.toJSON(), error)) }
    const { status, headers, ...answer } = errorsAnswer(accept, errors, body)
    const { report } = context.admission
    return {
      ...answer,
      status: profiledStatus(statusProfile, accept, { status, code: errors[0]?.extensions['code'], hasData: false }),
      headers: new Map([...headers, ...(report === undefined ? [] : headersOf(report))]),
    }
  }

  async function answer(operation: AskedOperation, from: Sender, context: AdmissionContext): Promise<Answer> {
    const { admission: record, client } = context
    // Other methods Apollo answers, whatever they carry.
    const document = METHODS.has(from.method) ? operation.document : undefined
    const found = document === undefined ? undefined : await documents.find(document)
    if (found !== undefined && 'code' in found) return refuse(found, from, context)
    const verdict = found === undefined ? undefined : admission.inspect(found.source)
    if (verdict !== undefined) return refuse(verdict, from, context)
    const validated = found === undefined ? undefined : admission.validate(found.source)
    if (found !== undefined && validated !== undefined && !('kind' in validated)) {
      return answerInvalid(found.source, validated, from, context)
    }
    record.known = found?.known ?? true
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: from.method,
        headers: headerMap(from.headers),
        ...operation.toApollo(found?.source),
      },
      context: async () => context,
    })
    const { headers, body, status = 200 } = response
    if (body.kind !== 'complete') throw new Error('Apollo answers in parts, which is not asked of it')
    if (found !== undefined && record.admitted !== undefined) documents.keep(found)
    if (record.report !== undefined) return { status, headers, body: body.string }
    // Apollo refused it before it was an operation.
    const { report, denied } = await admission.chargeRequest(client)
    record.report = report
    if (denied !== undefined) return refusedAnswer(from.headers.accept, denied, headersOf(report))
    const refused = { status, code: 'BAD_REQUEST', hasData: false }
    return {
      status: profiledStatus(statusProfile, from.headers.accept, refused),
      headers: new Map([...headers, ...headersOf(report)]),
      body: body.string,
    }
  }

  return { answer, refuse, headersOf }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST'])

function headerMap(headers: IncomingHttpHeaders): HTTPGraphQLRequest['headers'] {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}
