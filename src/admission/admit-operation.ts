import type { GraphQLError } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import { andThen, type NowOrLater } from '../execution/now-or-later.ts'
import type { Admission, AdmissionResult } from './admission.ts'
import type { AdmissionContext, AdmissionRecord } from './admission-context.ts'
import type { OperationRequest } from './operation-request.ts'

/**
 * Takes an operation through admission and notes in its context what came of it. The answer is the error that says why
 * it may not run; undefined where it may, or was only to be validated.
 */
export function admitOperation(
  admission: Admission,
  context: AdmissionContext,
  operation: AskedOperation,
): NowOrLater<GraphQLError | undefined> {
  return admitOperationThen(admission, context, operation, (error) => error)
}

/** The same, and goes on with the answer in one go, as `Admission.admitThen` does. */
export function admitOperationThen<Result>(
  admission: Admission,
  context: AdmissionContext,
  { source, document, operationName, variables }: AskedOperation,
  next: (error: GraphQLError | undefined) => NowOrLater<Result>,
): NowOrLater<Result> {
  const { client, admission: record } = context
  const { mode, known } = record
  const signal = () => context.signal
  const request = { client, source, document, operationName, variables, mode, known, signal }
  const goOn = (result: AdmissionResult) => next(note(record, result))
  return record.batch === undefined ? admission.admitThen(request, goOn) : andThen(record.batch.admit(request), goOn)
}

type AskedOperation = Omit<OperationRequest, 'client' | 'mode' | 'signal' | 'known'>

function note(record: AdmissionRecord, result: AdmissionResult): GraphQLError | undefined {
  record.report = result.report
  switch (result.kind) {
    case 'refused':
      return toGraphQLError(result.refusal)
    case 'abandoned':
      record.abandoned = true
      return clientGone()
    case 'admitted':
      record.admitted = result.admitted
      return undefined
    case 'validated':
      return undefined
  }
}

/** The answer to whoever went away. Nobody is there to read it, and it is no failure for the log. */
export function clientGone(): GraphQLError {
  return toGraphQLError(refusal('BAD_REQUEST', { reason: 'The client went away before the answer.' }))
}
