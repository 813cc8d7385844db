import type { Client } from '../accounts/client.ts'
import { CONTAINMENT } from '../execution/containment/contain-schema.ts'
import type { OperationContainment } from '../execution/containment/operation-containment.ts'
import type { OperationContext } from '../execution/operation-context.ts'
import { OperationController } from '../execution/operation-controller.ts'
import type { AdmittedOperation } from './admission.ts'
import type { BatchMember } from './batch.ts'
import type { OperationReport, ReportMode } from './report/operation-report.ts'

/** The context of an operation on its journey through admission. */
export interface AdmissionContext extends OperationContext {
  readonly controller: AbortController
  /** The WebSocket that it came over, where it did. */
  readonly socket?: object | undefined
  readonly admission: AdmissionRecord
}

/** What admission knows of one operation, filled in along the way. */
export interface AdmissionRecord {
  readonly mode: ReportMode
  readonly startedAtMs: number
  /** Where it came in one request with others. */
  readonly batch: BatchMember | undefined
  /** False where its document is one that nobody has vouched for, and those that somebody has go first. */
  known: boolean
  report: OperationReport | undefined
  /** Present from the take on. */
  admitted: AdmittedOperation | undefined
  /** True where no answer is there to be measured, because the work was cut off or goes on: the estimate stays charged. */
  keepsEstimate: boolean
  /** True where the client went away before the answer. */
  abandoned: boolean
}

/** The context of a new operation. */
export function admissionContext(
  client: Client,
  mode: ReportMode,
  startedAtMs: number,
  batch?: BatchMember,
): AdmissionContext {
  const controller = new AbortController()
  return { client, controller, signal: controller.signal, admission: admissionRecord(mode, startedAtMs, batch) }
}

/**
 * The same for an operation that may be over before anybody asks for its signal, which then is not made. It is no property
 * of its own: whoever copies properties, copies the signal by its name.
 */
export class BriefContext implements AdmissionContext {
  readonly client: Client
  readonly controller = new OperationController()
  readonly admission: AdmissionRecord
  readonly [CONTAINMENT]: OperationContainment | undefined = undefined

  constructor(client: Client, admission: AdmissionRecord) {
    this.client = client
    this.admission = admission
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }
}

/** The record of a new operation. */
export function admissionRecord(mode: ReportMode, startedAtMs: number, batch?: BatchMember): AdmissionRecord {
  return {
    mode,
    startedAtMs,
    batch,
    known: true,
    report: undefined,
    admitted: undefined,
    keepsEstimate: false,
    abandoned: false,
  }
}

/** Tells the context of an operation from somebody else's: Apollo hands contexts on without their type. */
export function isAdmissionContext(context: object): context is AdmissionContext {
  return 'admission' in context && 'controller' in context && 'client' in context
}
