import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import { type ConcludeOptions, concludeOperation, withCost } from '../../admission/conclude-operation.ts'
import { executeAdmitted } from '../../admission/execute-admitted.ts'
import { subscribeAdmitted } from '../../admission/subscribe-admitted.ts'
import { asGraphQLError } from './as-graphql-error.ts'
import type { AdmittedArgs } from './begin-operation.ts'
import { nameMistake, nameMistakes } from './name-mistakes.ts'

export interface OperationRunnerOptions {
  readonly conclude: ConcludeOptions
  /** Adds what resolvers need to the context of an operation. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
  /** What a client sees of an error. */
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError
  /** Told with 1 when a subscription begins and with -1 when it ends. */
  readonly onSubscriptions: (change: 1 | -1) => void
}

/** Runs what `beginOperation` has admitted, to its settling. */
export interface OperationRunner {
  execute(args: AdmittedArgs): Promise<ExecutionResult>
  /** The results of a subscription, until its context's signal aborts; or one result, where it cannot begin. */
  subscribe(args: AdmittedArgs): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>
  /** A result as the client sees it. */
  shown(result: Shown): ShownResult
}

/** Those that graphql-ws and graphql-js declare differ in what may be undefined. */
type Shown = { readonly [Key in keyof ExecutionResult]: ExecutionResult[Key] | undefined }

type ShownResult = Omit<ExecutionResult, 'errors'> & { readonly errors?: readonly GraphQLFormattedError[] }

export function createOperationRunner(options: OperationRunnerOptions): OperationRunner {
  const { conclude, extendContext, formatError, onSubscriptions } = options

  async function execute(args: AdmittedArgs): Promise<ExecutionResult> {
    const { contextValue: context } = args
    const { mode, admitted } = context.admission
    const validated = mode === 'validate' || admitted === undefined
    const result = validated
      ? { data: null }
      : nameMistakes(await executeAdmitted(args).catch((thrown) => thrownResult(context, thrown)))
    const { extension } = await concludeOperation(conclude, context, { ...result, body: result })
    return withCost(result, extension)
  }

  /** What graphql-js throws rather than answers, such as of a source that is none, has to come to its end all the same. */
  function thrownResult({ admission: record }: AdmissionContext, thrown: unknown): ExecutionResult {
    record.keepsEstimate = true
    return { errors: [asGraphQLError(thrown)] }
  }

  return {
    execute,
    async subscribe(args) {
      const { contextValue: context } = args
      if (context.admission.mode === 'validate') return execute(args)
      const results = await subscribeAdmitted({ ...args, extendContext }).catch((thrown) =>
        thrownResult(context, thrown),
      )
      const failed = Symbol.asyncIterator in results ? undefined : nameMistakes(results)
      // It has begun, and with that it has given back its place among the operations that run.
      await concludeOperation(conclude, context, { errors: failed?.errors, body: failed })
      if (failed !== undefined) return failed
      if (!context.signal.aborted) {
        onSubscriptions(1)
        context.signal.addEventListener('abort', () => onSubscriptions(-1), { once: true })
      }
      return results
    },
    shown({ data, errors, extensions }) {
      return {
        ...(errors !== undefined && {
          errors: errors.map(nameMistake).map((error) => formatError(error.toJSON(), error)),
        }),
        ...(data !== undefined && { data }),
        ...(extensions !== undefined && { extensions }),
      }
    },
  }
}
