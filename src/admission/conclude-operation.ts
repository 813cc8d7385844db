import { isErrorCode } from '../errors/error-registry.ts'
import type { Admission, RequestCharge } from './admission.ts'
import type { AdmissionContext, AdmissionRecord } from './admission-context.ts'
import type { OperationEnded, OperationObserver } from './operation-observer.ts'

export interface ConcludeOptions {
  readonly admission: Admission
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number
  readonly observe?: OperationObserver | undefined
}

/** The answer to an operation, as far as its price depends on it. */
export interface Answer {
  readonly data?: unknown
  readonly errors?: readonly GraphQLErrorLike[] | undefined
}

interface GraphQLErrorLike {
  readonly extensions?: Readonly<Record<string, unknown>>
}

/**
 * The end of an operation's journey, whichever way it came in: what ran is settled at its actual cost, what never got as
 * far as a price is charged one request, and telemetry is told. Once for each context.
 */
export async function concludeOperation(
  { admission, now = Date.now, observe }: ConcludeOptions,
  { client, admission: record }: AdmissionContext,
  { data, errors }: Answer,
): Promise<RequestCharge> {
  const charge: RequestCharge =
    record.report === undefined ? await admission.chargeRequest(client) : { report: record.report, denied: undefined }
  const { denied } = charge
  let { report } = charge
  if (record.admitted !== undefined) {
    const actual = record.keepsEstimate ? (report.estimate?.cost ?? 0) : admission.measure(record.admitted, data).cost
    report = admission.settle(record.admitted, report, actual)
  }
  record.report = report
  observe?.({
    tier: client.tier,
    outcome: denied?.code ?? outcomeOf(record, errors),
    estimatedCost: record.admitted === undefined ? 0 : (report.estimate?.cost ?? 0),
    actualCost: report.actualCost ?? 0,
    durationMs: now() - record.startedAtMs,
  })
  return { report, denied }
}

function outcomeOf({ mode, abandoned }: AdmissionRecord, errors: Answer['errors']): OperationEnded['outcome'] {
  if (abandoned) return 'abandoned'
  if (errors === undefined || errors.length === 0) return mode === 'validate' ? 'validated' : 'completed'
  const code = errors[0]?.extensions?.['code']
  return isErrorCode(code) ? code : 'failed'
}
