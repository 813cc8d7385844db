import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import { executorOf } from '../execution/compiled/executor-of.ts'
import { WrittenResult } from '../execution/compiled/writing/written-result.ts'
import { type AnswerBound, createAnswerBound } from '../execution/containment/answer-bound.ts'
import { answerSize } from '../execution/containment/answer-size.ts'
import { beginContainment } from '../execution/containment/contain-schema.ts'
import type { Ended } from '../execution/containment/operation-containment.ts'
import { OversizedListError } from '../execution/containment/oversized-list-error.ts'
import { type Execution, executeWithDeadline } from '../execution/execute-with-deadline.ts'
import { andThen, type NowOrLater } from '../execution/now-or-later.ts'
import type { AdmissionContext, AdmissionRecord } from './admission-context.ts'
import { clientGone } from './admit-operation.ts'
import type { PreparedOperation } from './prepared-operations.ts'

/** An operation that may run, for whoever executes it. */
export interface AdmittedArgs extends ExecutionArgs {
  readonly contextValue: AdmissionContext
}

export interface Executing {
  /** Where plugins of Apollo Server have been at work on the operation since it was admitted. */
  readonly plugins?: PluginsAtWork
  /** Whether a result that can write itself does, without extensions. Its length is known then. */
  readonly isWritten?: boolean
}

export interface PluginsAtWork {
  /** Whether one is to be told of each field. Resolvers are wrapped by then; graphql-js, which looks them up, calls that. */
  readonly watchFields: boolean
}

/**
 * Executes an operation that has been admitted, for as long as its tier allows and, where its schema is contained, within
 * the limits of that. One that is cut off, by them, by the deadline or because the client has gone, has no data and
 * keeps its estimate charged. Whatever resolvers return or throw, the answer can be serialised.
 */
export function executeAdmitted(
  args: AdmittedArgs,
  { plugins, isWritten = false }: Executing = {},
): NowOrLater<ExecutionResult> {
  const { schema, contextValue } = args
  const { admission: record, controller } = contextValue
  if (record.admitted === undefined) throw new Error('An operation is executed that was not admitted')
  const { timeoutMs, prepared, variables, coerced } = record.admitted
  const sizeOf = prepared.plan.sizes(variables)
  const containment = beginContainment(schema, contextValue, { controller, sizeOf })
  const executor = executorOf(schema)
  const isCompiled = executor !== undefined && plugins?.watchFields !== true
  // Plugins may have changed them, and each event of a subscription is one execution more.
  const isKnown = plugins === undefined && prepared.operation.operation !== OperationTypeNode.SUBSCRIPTION
  const known = isKnown && args.variableValues === variables ? coerced : undefined
  const run = () => (isCompiled ? executor.execute(args, prepared, known) : execute(args))
  return andThen(executeWithDeadline(run, timeoutMs, controller), (execution) => {
    // It aborts the signal as a client does that goes away.
    if (containment?.ended !== undefined) return endedAnswer(record, containment.ended)
    if (execution.kind !== 'completed') return cutOff(record, execution)
    // A deadline holds whatever the database and however busy the process. But who has changed something has to learn it.
    const tooLate = execution.late && prepared.operation.operation === OperationTypeNode.QUERY
    if (tooLate) return cutOff(record, { kind: 'timed-out', timeoutMs })
    const maxBytes = containment?.settings.maxResponseBytes ?? Number.POSITIVE_INFINITY
    const { result } = execution
    const bytesOf = isWritten && result instanceof WrittenResult ? () => result.shortBytes() : undefined
    return sendable(record, result, maxBytes, (data) => bytesOf?.() ?? boundOf(schema, prepared)?.(data))
  })
}

interface Bounded {
  runs: number
  bound: AnswerBound | undefined
}

const bounds = new WeakMap<PreparedOperation, Bounded>()

/** How often answers are looked at as they are: to make the bound of an operation costs more than it saves once. */
const UNBOUNDED_RUNS = 2

function boundOf(schema: GraphQLSchema, prepared: PreparedOperation): AnswerBound | undefined {
  const known = bounds.get(prepared) ?? { runs: 0, bound: undefined }
  if (known.bound !== undefined) return known.bound
  if (known.runs === 0) bounds.set(prepared, known)
  known.runs += 1
  if (known.runs > UNBOUNDED_RUNS) {
    known.bound = createAnswerBound(schema, prepared.operation, prepared.fragments)
  }
  return known.bound
}

/** The answer, or where it cannot be sent, why. */
function sendable(
  record: AdmissionRecord,
  result: ExecutionResult,
  maxBytes: number,
  bound: (data: unknown) => number | undefined,
): ExecutionResult {
  const answer = result.errors === undefined ? result : { ...result, errors: result.errors.map(presentable) }
  const size = answerSize(answer, maxBytes, bound)
  if (size.kind === 'fits') return answer
  record.keepsEstimate = true
  if (size.kind === 'unserialisable') return { errors: [unserialisable(size.error)] }
  return endedAnswer(record, { kind: 'too-large', foundBytes: size.foundBytes, maxBytes })
}

/** An error as it can be sent: resolvers may throw some that break whatever reads them. */
function presentable(error: GraphQLError): GraphQLError {
  try {
    if (error.originalError instanceof OversizedListError) {
      const { message, extensions } = toGraphQLError(refusal('LIST_SIZE_EXCEEDED', error.originalError.list))
      return new GraphQLError(message, { ...placeOf(error), extensions })
    }
    JSON.stringify(error)
    return error
  } catch (cause) {
    return unserialisable(cause, error)
  }
}

/** A bug of a resolver, for the log: it has no code, so that its message is not sent. */
function unserialisable(cause: unknown, error?: GraphQLError): GraphQLError {
  const originalError = new Error('What a resolver answered or threw cannot be serialised', { cause })
  const extensions = { http: { status: 500 } }
  return new GraphQLError(originalError.message, { ...(error && placeOf(error)), originalError, extensions })
}

function placeOf({ nodes, path }: GraphQLError) {
  return { nodes: nodes ?? null, path: path ?? null }
}

/** The answer to what was ended because it took too much. */
function endedAnswer(record: AdmissionRecord, ended: Ended): ExecutionResult {
  record.keepsEstimate = true
  switch (ended.kind) {
    case 'held-loop': {
      const facts = { timeoutMs: ended.budgetMs, heldMs: Math.ceil(ended.heldMs) }
      return { errors: [toGraphQLError(refusal('OPERATION_TIMEOUT', facts))] }
    }
    case 'too-large': {
      const facts = { found: ended.foundBytes, allowed: ended.maxBytes }
      return { errors: [toGraphQLError(refusal('RESPONSE_TOO_LARGE', facts))] }
    }
  }
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
