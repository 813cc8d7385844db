import { type DocumentNode, type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import { admitOperationThen } from '../../admission/admit-operation.ts'
import { concludeOperation, withCost } from '../../admission/conclude-operation.ts'
import { executeAdmitted } from '../../admission/execute-admitted.ts'
import type { CostExtension } from '../../admission/report/cost-extension.ts'
import { reportHeaders } from '../../admission/report/report-headers.ts'
import { asGraphQLError } from '../../errors/as-graphql-error.ts'
import { refusalHeaders } from '../../errors/to-graphql-error.ts'
import { WrittenResult } from '../../execution/compiled/writing/written-result.ts'
import { andThen, type NowOrLater } from '../../execution/now-or-later.ts'
import type { BeginOperationOptions } from '../operations/begin-operation.ts'
import { concealErrors } from '../operations/conceal-names.ts'
import { nameMistakes } from '../operations/name-mistakes.ts'
import { type ShownResult, shownResult } from '../operations/shown-result.ts'
import { typeNamedFirst } from './accepts-json.ts'
import type { PlainOperation } from './asked-operation.ts'
import { type Answer, errorsHead, mediaType } from './refused-answer.ts'
import { profiledStatus, type StatusProfile } from './status-profile.ts'

interface DirectOptions extends Pick<BeginOperationOptions, 'schema' | 'conclude' | 'introspection'> {
  readonly statusProfile: StatusProfile
  /** What a client sees of an error. */
  readonly formatError: Parameters<typeof shownResult>[0]
}

/** An operation whose document is valid. */
interface DirectOperation {
  readonly source: string
  readonly document: DocumentNode
  readonly plain: PlainOperation
}

/**
 * Answers operations as Apollo Server does with the plugins that it always has, without its pipeline: what nobody else
 * is told of needs no hooks, and where nobody has to be waited for, the answer is there at once. Undefined for what is
 * left to Apollo: subscriptions, documents that do not say which operation is to run, and types that a client weighs
 * against each other.
 */
export function createDirectAnswers(options: DirectOptions) {
  const { schema, conclude, introspection, statusProfile, formatError } = options
  const show = shownResult(formatError)

  /** `status` is what an answer without a status of its own has. */
  function concluded(
    result: ExecutionResult,
    { source, plain: { variables } }: DirectOperation,
    accept: string | undefined,
    context: AdmissionContext,
    status: (data: unknown) => number,
  ): NowOrLater<Answer> {
    const { data, errors } = result
    const shown = shownTo(result, source, variables)
    return andThen(concludeOperation(conclude, context, { data, errors, body: shown }), (concluded) => {
      const { report, denied, extension } = concluded
      const { status: ownStatus, headers } = errorsHead(errors ?? [])
      const hasOwnHeadersOnly = headers.size === 0
      let answered = ownStatus ?? (errors === undefined ? 200 : status(data))
      // Where a part of the data is there, the answer is a success with errors in it, whatever the errors say.
      if (data !== undefined && data !== null) {
        answered = 200
        headers.delete('www-authenticate')
      }
      let { errors: told } = shown
      if (denied !== undefined) {
        told = [{ message: denied.message, extensions: { code: denied.code, ...denied.extensions } }]
        answered = denied.status
        for (const [name, value] of refusalHeaders(denied)) headers.set(name, value)
      }
      reportHeaders(report, Date.now(), conclude.headers?.(), headers)
      if (!headers.has('content-type')) headers.set('content-type', typeNamedFirst(accept) ?? mediaType(accept))
      const code = told?.[0]?.extensions?.['code']
      const body = told === shown.errors ? shown : { ...shown, errors: told }
      return {
        status: profiledStatus(statusProfile, accept, { status: answered, code, hasData: data !== undefined }),
        headers,
        hasOwnHeadersOnly,
        body: bodyOf(result, body, extension),
      }
    })
  }

  function shownTo(result: ExecutionResult, source: string, variables: PlainOperation['variables']): ShownResult {
    try {
      const shown = show(result)
      if (introspection || shown.errors === undefined) return shown
      return { ...shown, errors: concealErrors(shown.errors, { source, variables }) }
    } catch {
      // It has to come to its end, whatever its errors are.
      const { data, extensions } = result
      return {
        errors: [UNSHOWABLE],
        ...(data !== undefined && { data }),
        ...(extensions !== undefined && { extensions }),
      }
    }
  }

  function execute(operation: DirectOperation, context: AdmissionContext): NowOrLater<ExecutionResult> {
    if (context.admission.mode === 'validate') return { data: null }
    const { document, plain } = operation
    const { operationName, variables } = plain
    const args = { schema, document, operationName, variableValues: variables, contextValue: context }
    const isWritten = context.admission.mode === 'headers'
    return andThen(executeAdmitted(args, { isWritten }), nameMistakes)
  }

  return (
    operation: DirectOperation,
    accept: string | undefined,
    context: AdmissionContext,
  ): NowOrLater<Answer> | undefined => {
    const type = getOperationAST(operation.document, operation.plain.operationName)?.operation
    if (type === undefined || type === OperationTypeNode.SUBSCRIPTION) return undefined
    if (typeNamedFirst(accept) === undefined) return undefined
    const finish = (result: ExecutionResult) => concluded(result, operation, accept, context, statusOf)
    const fail = (thrown: unknown) =>
      concluded({ errors: [asGraphQLError(thrown)] }, operation, accept, context, () => 500)
    const { source, document, plain } = operation
    const { operationName, variables } = plain
    const request = { source, document, operationName, variables }
    let isDecided = false
    const admit = () =>
      admitOperationThen(conclude.admission, context, request, (refused) => {
        isDecided = true
        return refused === undefined
          ? attempt(() => execute(operation, context), finish, fail)
          : concluded({ errors: [refused] }, operation, accept, context, () => 500)
      })
    // What is thrown from then on has been answered, or cannot be.
    return rescue(admit, (thrown) => {
      if (isDecided) throw thrown
      return fail(thrown)
    })
  }
}

/** What Apollo answers in the place of an error that cannot be formatted. */
const UNSHOWABLE = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }

/** The body as JSON. Where there are neither errors nor changes, whoever has made the data writes them. */
function bodyOf(
  result: ExecutionResult,
  body: Partial<Record<keyof ShownResult, unknown>> & { readonly extensions?: ShownResult['extensions'] | undefined },
  cost: CostExtension | undefined,
): Answer['body'] {
  const isWritten = result instanceof WrittenResult && body.errors === undefined
  return isWritten ? result.write(cost && { cost }) : `${JSON.stringify(withCost(body, cost))}\n`
}

/** Errors without a status are mistakes where nothing has run. */
function statusOf(data: unknown): number {
  return data === undefined ? 400 : 200
}

/** Goes on with what work comes to, or with what it throws, now or later. */
function attempt<Value, Result>(
  work: () => NowOrLater<Value>,
  next: (value: Value) => NowOrLater<Result>,
  fail: (thrown: unknown) => NowOrLater<Result>,
): NowOrLater<Result> {
  let value: NowOrLater<Value>
  try {
    value = work()
  } catch (thrown) {
    return fail(thrown)
  }
  return value instanceof Promise ? value.then(next, fail) : next(value)
}

/** Answers what work comes to, or what is made of what it throws. */
function rescue<Result>(
  work: () => NowOrLater<Result>,
  fail: (thrown: unknown) => NowOrLater<Result>,
): NowOrLater<Result> {
  try {
    const result = work()
    return result instanceof Promise ? result.catch(fail) : result
  } catch (thrown) {
    return fail(thrown)
  }
}
