import { OperationTypeNode } from 'graphql'
import { isErrorCode } from '../errors/error-registry.ts'
import type { Refusal } from '../errors/refusal.ts'
import type { NowOrLater } from '../execution/now-or-later.ts'
import type { Ending } from '../guard/overload/overload-control.ts'
import type { Admission, AdmittedOperation, RequestCharge } from './admission.ts'
import type { AdmissionContext, AdmissionRecord } from './admission-context.ts'
import type { Used } from './charging/charges.ts'
import type { OperationEnded, OperationObserver } from './operation-observer.ts'
import { type CostExtension, costExtension } from './report/cost-extension.ts'
import { type OperationReport, settled } from './report/operation-report.ts'
import type { HeaderOptions } from './report/report-headers.ts'

export interface ConcludeOptions {
  readonly admission: Admission
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number
  readonly observe?: OperationObserver | undefined
  /**
   * The form of the headers, read anew for each answer.
   * @default draft 11, and the time of a reset as seconds since 1970
   */
  readonly headers?: (() => HeaderOptions) | undefined
}

/** The answer to an operation, as far as its price depends on it. */
export interface Answer {
  readonly data?: unknown
  readonly errors?: readonly GraphQLErrorLike[] | undefined
  /** What is sent, but for the report. Undefined where nothing is. */
  readonly body: object | undefined
}

interface GraphQLErrorLike {
  readonly extensions?: Readonly<Record<string, unknown>>
}

export interface Concluded {
  readonly report: OperationReport
  /** Where no request was left: what to answer instead. */
  readonly denied: Refusal | undefined
  /** `extensions.cost` of the answer, where the client asked for it. */
  readonly extension: CostExtension | undefined
}

/**
 * The end of an operation's journey, whichever way it came in: what ran is settled at what it used, what never got as
 * far as a price is charged one request, and telemetry is told. Once for each context.
 */
export function concludeOperation(
  options: ConcludeOptions,
  context: AdmissionContext,
  answer: Answer,
): NowOrLater<Concluded> {
  const { report } = context.admission
  if (report !== undefined) return concluded(options, context, answer, { report, denied: undefined })
  return options.admission.chargeRequest(context.client).then((charge) => concluded(options, context, answer, charge))
}

function concluded(
  { admission, now = Date.now, observe }: ConcludeOptions,
  { client, admission: record }: AdmissionContext,
  answer: Answer,
  { report: charged, denied }: RequestCharge,
): Concluded {
  const { admitted } = record
  const report =
    admitted === undefined
      ? charged
      : admission.settle(
          admitted,
          charged,
          usedBy(admitted, charged, record, answer, admission),
          endingOf(record, admitted),
        )
  record.report = report
  observe?.({
    tier: client.tier,
    outcome: denied?.code ?? outcomeOf(record, answer.errors),
    estimatedCost: admitted === undefined ? 0 : (report.estimate?.cost ?? 0),
    actualCost: report.actualCost ?? 0,
    durationMs: now() - record.startedAtMs,
  })
  return { report, denied, extension: costExtension(report, record.mode) }
}

/** What its time on the server says of how busy it is. A subscription ends here as soon as it has begun. */
function endingOf({ abandoned, keepsEstimate }: AdmissionRecord, { prepared }: AdmittedOperation): Ending {
  if (abandoned || prepared.operation.operation === OperationTypeNode.SUBSCRIPTION) return 'unmeasured'
  return keepsEstimate ? 'cut-off' : 'completed'
}

function usedBy(
  admitted: AdmittedOperation,
  report: OperationReport,
  { keepsEstimate, abandoned, mode }: AdmissionRecord,
  { data, body }: Answer,
  admission: Admission,
): Used {
  const cost = keepsEstimate ? (report.estimate?.cost ?? 0) : admission.measure(admitted, data).cost
  const { charges } = admitted.reservation
  const unsent = { cost, responseBytes: undefined }
  if (body === undefined || abandoned) return unsent
  if (!charges.some(({ budget }) => budget.meter === 'responseBytes')) return unsent
  // The report is a part of the answer. It tells nothing of bytes, so it can be had before they are counted.
  const extension = costExtension(settled(report, charges, unsent), mode)
  return { cost, responseBytes: Buffer.byteLength(JSON.stringify(withCost(body, extension))) }
}

/** An answer with `extensions.cost`, where there is one. */
export function withCost<Body extends { readonly extensions?: Readonly<Record<string, unknown>> | undefined }>(
  body: Body,
  cost: CostExtension | undefined,
): Body {
  return cost === undefined ? body : { ...body, extensions: { ...body.extensions, cost } }
}

function outcomeOf({ mode, abandoned }: AdmissionRecord, errors: Answer['errors']): OperationEnded['outcome'] {
  if (abandoned) return 'abandoned'
  if (errors === undefined || errors.length === 0) return mode === 'validate' ? 'validated' : 'completed'
  const code = errors[0]?.extensions?.['code']
  return isErrorCode(code) ? code : 'failed'
}
