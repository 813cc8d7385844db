import { type ExecutionArgs, type ExecutionResult, execute, OperationTypeNode } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import { type Execution, executeWithDeadline } from '../execution/execute-with-deadline.ts'
import type { AdmissionContext, AdmissionRecord } from './admission-context.ts'
import { clientGone } from './admit-operation.ts'

/**
 * Executes an operation that has been admitted, for as long as its tier allows. One that is cut off, by the deadline or
 * because the client has gone, has no data and keeps its estimate charged.
 */
export async function executeAdmitted(
  args: ExecutionArgs & { readonly contextValue: AdmissionContext },
): Promise<ExecutionResult> {
  const { admission: record, controller } = args.contextValue
  if (record.admitted === undefined) throw new Error('An operation is executed that was not admitted')
  const { timeoutMs, prepared } = record.admitted
  const execution = await executeWithDeadline(() => execute(args), timeoutMs, controller)
  if (execution.kind !== 'completed') return cutOff(record, execution)
  // A deadline holds whatever the database and however busy the process. But who has changed something has to learn it.
  const tooLate = execution.late && prepared.operation.operation === OperationTypeNode.QUERY
  return tooLate ? cutOff(record, { kind: 'timed-out', timeoutMs }) : execution.result
}

/** The answer to what did not end by itself, and what admission has to know of it. */
export function cutOff(
  record: AdmissionRecord,
  execution: Exclude<Execution<unknown>, { kind: 'completed' }>,
): ExecutionResult {
  switch (execution.kind) {
    case 'timed-out':
      record.keepsEstimate = true
      return { errors: [toGraphQLError(refusal('OPERATION_TIMEOUT', { timeoutMs: execution.timeoutMs }))] }
    case 'abandoned':
      record.keepsEstimate = execution.begun
      record.abandoned = true
      return { errors: [clientGone()] }
  }
}
