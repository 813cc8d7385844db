import type { IncomingHttpHeaders } from 'node:http'
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server'
import type { GraphQLError } from 'graphql'
import type { Admission } from '../../admission/admission.ts'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import type { FoundDocument } from '../../admission/documents/documents.ts'
import { refusedUnpriced } from '../../admission/operation-observer.ts'
import type { OperationReport } from '../../admission/report/operation-report.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import type { Refusal } from '../../errors/refusal.ts'
import { andThen, type NowOrLater } from '../../execution/now-or-later.ts'
import type { AdmittingApolloServer } from '../operations/apollo-server.ts'
import { type BeginOperationOptions, refuseOperation } from '../operations/begin-operation.ts'
import type { shownResult } from '../operations/shown-result.ts'
import { createDirectAnswers } from './answer-directly.ts'
import type { AskedOperation } from './asked-operation.ts'
import { type Answer, errorsAnswer, refusedAnswer } from './refused-answer.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

export interface HttpOperationsOptions extends BeginOperationOptions {
  readonly apollo: AdmittingApolloServer
  readonly admission: Admission
  readonly statusProfile: StatusProfile
  /** What a client sees of an error. */
  readonly formatError: Parameters<typeof shownResult>[0]
}

export interface HttpOperations {
  /** Takes one operation through its document and the guard to its end. Whatever comes of it is an answer. */
  answer(operation: AskedOperation, from: Sender, context: AdmissionContext): NowOrLater<Answer>
  /** The answer to what is refused before it is an operation. It costs one request. */
  refuse(refusal: Refusal, from: Sender, context: Pick<AdmissionContext, 'client' | 'admission'>): Promise<Answer>
  /** The answer to an operation for which there is none, because of a bug or an outage. */
  fail(thrown: unknown, from: Sender): Answer
  headersOf(report: OperationReport): ReadonlyMap<string, string>
}

/** What is known of whoever asks. */
export interface Sender {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

export function createHttpOperations(options: HttpOperationsOptions): HttpOperations {
  const { apollo, admission, documents, conclude, statusProfile, formatError } = options
  const answerDirectly = createDirectAnswers(options)

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

  function answer(operation: AskedOperation, from: Sender, context: AdmissionContext): NowOrLater<Answer> {
    // Other methods Apollo answers, whatever they carry.
    const document = METHODS.has(from.method) ? operation.document : undefined
    if (document === undefined) return answerByApollo(operation, undefined, from, context)
    return andThen(documents.find(document), (found) => answerFound(operation, found, from, context))
  }

  function answerFound(
    operation: AskedOperation,
    found: FoundDocument | Refusal,
    from: Sender,
    context: AdmissionContext,
  ): NowOrLater<Answer> {
    if ('code' in found) return refuse(found, from, context)
    const verdict = admission.inspect(found.source)
    if (verdict !== undefined) return refuse(verdict, from, context)
    const document = admission.validate(found.source)
    if (!('kind' in document)) return answerInvalid(found.source, document, from, context)
    context.admission.known = found.known
    const { source } = found
    const plain = apollo.hasOtherPlugins ? undefined : operation.plain
    const answered = plain && answerDirectly({ source, document, plain }, from.headers.accept, context)
    return andThen(answered ?? answerByApollo(operation, found.source, from, context), (answer) => {
      if (context.admission.admitted !== undefined) documents.keep(found)
      return answer
    })
  }

  async function answerByApollo(
    operation: AskedOperation,
    source: string | undefined,
    from: Sender,
    context: AdmissionContext,
  ): Promise<Answer> {
    const { admission: record, client } = context
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: from.method,
        headers: headerMap(from.headers),
        ...operation.toApollo(source),
      },
      context: async () => context,
    })
    const { headers, body, status = 200 } = response
    if (body.kind !== 'complete') throw new Error('Apollo answers in parts, which is not asked of it')
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

  function fail(thrown: unknown, { headers: { accept } }: Sender): Answer {
    const error = asGraphQLError(thrown)
    const body = { errors: [formatError(error.toJSON(), error)] }
    return { ...errorsAnswer(accept, [error], body), status: 500 }
  }

  return { answer, refuse, fail, headersOf }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST'])

function headerMap(headers: IncomingHttpHeaders): HTTPGraphQLRequest['headers'] {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}
