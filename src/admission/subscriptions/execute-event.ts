import type { ExecutionResult } from 'graphql'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import type { Admission, AdmittedOperation } from '../admission.ts'
import type { AdmissionContext } from '../admission-context.ts'
import { selectionCounts } from '../charging/selection-counts.ts'
import { type AdmittedArgs, executeAdmitted } from '../execute-admitted.ts'
import type { EventResult } from './event-message.ts'

export interface ExecuteEventOptions {
  readonly admission: Pick<Admission, 'measure'>
  /**
   * Adds what resolvers need to the context of one event: nothing that an event loaded is seen by the next.
   */
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
  const { signal, admission: record } = args.contextValue
  const controller = new AbortController()
  const context: AdmissionContext = {
    client: args.contextValue.client,
    controller,
    signal: controller.signal,
    admission: { ...record, startedAtMs: Date.now(), keepsEstimate: false },
  }
  // Not AbortSignal.any: with that, Node keeps something of each event for as long as the subscription lives.
  const leave = () => controller.abort(signal.reason)
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })
  const result = await execute(extendContext, { ...args, rootValue: payload, contextValue: context })
  signal.removeEventListener('abort', leave)
  controller.abort(EXECUTED)
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
