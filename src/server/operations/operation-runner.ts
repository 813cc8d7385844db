import type { ExecutionResult } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import { type ConcludeOptions, concludeOperation, withCost } from '../../admission/conclude-operation.ts'
import { type AdmittedArgs, executeAdmitted } from '../../admission/execute-admitted.ts'
import type { Sink, Subscriber } from '../../admission/subscriptions/subscriber.ts'
import type { Subscriptions } from '../../admission/subscriptions/subscriptions.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import { nameMistakes } from './name-mistakes.ts'
import type { Show } from './shown-result.ts'

export interface OperationRunnerOptions {
  readonly conclude: ConcludeOptions
  /**
   * Adds what resolvers need to the context of an operation. Not before it runs: those who start operations keep what they
   * have of one for as long as a subscription is open.
   */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  readonly subscriptions: Subscriptions
  /** A result as the client sees it. */
  readonly show: Show
  /** Told with 1 when a subscription begins and with -1 when it ends. */
  readonly onSubscriptions: (change: 1 | -1) => void
}

/** Runs what `beginOperation` has admitted, to its settling. */
export interface OperationRunner {
  execute(args: AdmittedArgs): Promise<ExecutionResult>
  /**
   * Begins a subscription whose messages go to a sink. When it ends, so does its context's signal, and the other way
   * round. Or one result, where it cannot begin.
   */
  subscribe(args: AdmittedArgs, sink: Sink, resumeFrom: string | undefined): Promise<Subscriber | ExecutionResult>
}

export function createOperationRunner(options: OperationRunnerOptions): OperationRunner {
  const { conclude, extendContext, subscriptions, onSubscriptions } = options

  async function execute(args: AdmittedArgs): Promise<ExecutionResult> {
    const { contextValue: context } = args
    const { mode, admitted } = context.admission
    const validated = mode === 'validate' || admitted === undefined
    const result = validated ? { data: null } : await executed(args)
    const { extension } = await concludeOperation(conclude, context, { ...result, body: result })
    return withCost(result, extension)
  }

  async function executed(args: AdmittedArgs): Promise<ExecutionResult> {
    try {
      return nameMistakes(await executeAdmitted(extended(args)))
    } catch (thrown) {
      return thrownResult(args.contextValue, thrown)
    }
  }

  function extended(args: AdmittedArgs): AdmittedArgs {
    return { ...args, contextValue: extendContext(args.contextValue) }
  }

  /** What graphql-js throws rather than answers, such as of a source that is none, has to come to its end all the same. */
  function thrownResult({ admission: record }: AdmissionContext, thrown: unknown): ExecutionResult {
    record.keepsEstimate = true
    return { errors: [asGraphQLError(thrown)] }
  }

  return {
    execute,
    async subscribe(args, sink, resumeFrom) {
      const { contextValue: context } = args
      const { admission: record, controller } = context
      if (record.mode === 'validate') return execute(args)
      const begun = await subscriptions
        .begin(extended(args), sink, resumeFrom)
        .catch((thrown) => thrownResult(context, thrown))
      const failed = 'ended' in begun ? undefined : nameMistakes(begun)
      if (failed === undefined) record.keepsEstimate = true
      // It has begun, and with that it has given back its place among the operations that run.
      await concludeOperation(conclude, context, { errors: failed?.errors, body: failed })
      if (!('ended' in begun)) {
        controller.abort(NOT_BEGUN)
        return failed ?? begun
      }
      onSubscriptions(1)
      void begun.ended.then(() => {
        onSubscriptions(-1)
        controller.abort(ENDED)
      })
      return begun
    },
  }
}

const NOT_BEGUN = new DOMException('The subscription could not begin', 'AbortError')
const ENDED = new DOMException('The subscription has ended', 'AbortError')
