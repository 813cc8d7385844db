import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import { executeWithDeadline } from '../execution/execute-with-deadline.ts'
import type { AdmissionContext } from './admission-context.ts'

/**
 * Executes an operation that has been admitted, for as long as its tier allows. One that is cut off, by the deadline or
 * because the client has gone, has no data and keeps its estimate charged.
 */
export async function executeAdmitted(
  args: ExecutionArgs & { readonly contextValue: AdmissionContext },
): Promise<ExecutionResult> {
  const { admission: record, controller } = args.contextValue
  if (record.admitted === undefined) throw new Error('An operation is executed that was not admitted')
  const execution = await executeWithDeadline(() => execute(args), record.admitted.timeoutMs, controller)
  switch (execution.kind) {
    case 'completed':
      return execution.result
    case 'timed-out':
      record.keepsEstimate = true
      return { errors: [toGraphQLError(refusal('OPERATION_TIMEOUT', { timeoutMs: execution.timeoutMs }))] }
    case 'abandoned':
      record.keepsEstimate = true
      return { errors: [toGraphQLError(refusal('BAD_REQUEST', { reason: 'The client went away before the answer.' }))] }
  }
}
