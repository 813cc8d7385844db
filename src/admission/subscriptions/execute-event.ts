import type { ExecutionResult } from 'graphql'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import type { Admission, AdmittedOperation } from '../admission.ts'
import { type AdmissionContext, eventContext } from '../admission-context.ts'
import { selectionCounts } from '../charging/selection-counts.ts'
import { type AdmittedArgs, executeAdmitted } from '../execute-admitted.ts'
import type { EventResult } from './event-message.ts'

export interface ExecuteEventOptions {
  readonly admission: Pick<Admission, 'measure'>
  /** Adds what resolvers need to the context of one event: nothing that an event loaded is seen by the next. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  /** A result as clients see it. */
  readonly show: (result: ExecutionResult) => object
}

/** Executes a subscription for one event, under the tier's deadline. Never rejects. */
export async function executeEvent(
  { admission, extendContext, show }: ExecuteEventOptions,
  args: AdmittedArgs,
  admitted: AdmittedOperation,
  payload: unknown,
): Promise<EventResult> {
  const context = eventContext(args.contextValue, Date.now())
  const result = await execute(extendContext, { ...args, rootValue: payload, contextValue: context })
  // Node keeps a signal made of others for as long as those live, if a resolver has left a listener on it.
  context.controller.abort(EXECUTED)
  const { keepsEstimate, report } = context.admission
  const cost = keepsEstimate ? (report?.estimate?.cost ?? 0) : admission.measure(admitted, result.data).cost
  const json = JSON.stringify(show(result)).slice(0, -1)
  const selections = selectionCounts(args.schema, admitted.prepared, admitted.variables)
  return { json, use: { cost, responseBytes: Buffer.byteLength(json) + 1, selections } }
}

async function execute(
  extendContext: ExecuteEventOptions['extendContext'],
  args: AdmittedArgs,
): Promise<ExecutionResult> {
  try {
    return await executeAdmitted({ ...args, contextValue: extendContext(args.contextValue) })
  } catch (thrown) {
    return { errors: [asGraphQLError(thrown)] }
  }
}

const EXECUTED = new DOMException('The event has been executed', 'AbortError')
