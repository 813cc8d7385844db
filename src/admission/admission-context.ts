import type { Client } from '../accounts/client.ts'
import type { OperationContext } from '../execution/operation-context.ts'
import type { AdmittedOperation } from './admission.ts'
import type { OperationReport, ReportMode } from './operation-report.ts'

/** The context of an operation on its journey through admission. */
export interface AdmissionContext extends OperationContext {
  readonly controller: AbortController
  readonly admission: AdmissionRecord
}

/** What admission knows of one operation, filled in along the way. */
export interface AdmissionRecord {
  readonly mode: ReportMode
  readonly startedAtMs: number
  report: OperationReport | undefined
  /** Present from the take on. */
  admitted: AdmittedOperation | undefined
  /** True where the deadline or the client's leaving ended the execution: its estimate stays charged. */
  cutOff: boolean
}

/** The context of a new operation. */
export function admissionContext(client: Client, mode: ReportMode, startedAtMs: number): AdmissionContext {
  const controller = new AbortController()
  const admission = { mode, startedAtMs, report: undefined, admitted: undefined, cutOff: false }
  return { client, controller, signal: controller.signal, admission }
}
