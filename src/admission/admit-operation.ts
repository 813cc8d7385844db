import type { GraphQLError } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import type { Admission } from './admission.ts'
import type { AdmissionContext } from './admission-context.ts'
import type { OperationRequest } from './operation-request.ts'

/**
 * Takes an operation through admission and notes in its context what came of it. The answer is the error that says why
 * it may not run; undefined where it may, or was only to be validated.
 */
export async function admitOperation(
  admission: Admission,
  { client, signal, admission: record }: AdmissionContext,
  request: Omit<OperationRequest, 'client' | 'mode' | 'signal' | 'known'>,
): Promise<GraphQLError | undefined> {
  const result = await (record.batch ?? admission).admit({
    ...request,
    client,
    signal,
    mode: record.mode,
    known: record.known,
  })
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
