import { GraphQLError, type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql'
import type { AdmissionContext } from '../../admission/admission-context.ts'
import { admitOperation } from '../../admission/admit-operation.ts'
import { type ConcludeOptions, concludeOperation } from '../../admission/conclude-operation.ts'
import type { AskedDocument, Documents } from '../../admission/documents/documents.ts'
import type { AdmittedArgs } from '../../admission/execute-admitted.ts'
import type { SubscriptionSlots } from '../../admission/subscriptions/subscription-slots.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import { concealNames, mayNameSchema, type Sent } from './conceal-names.ts'

export interface BeginOperationOptions {
  readonly schema: GraphQLSchema
  readonly documents: Documents
  readonly conclude: ConcludeOptions
  readonly introspection: boolean
  readonly slots: SubscriptionSlots
}

/** What a client sends to start an operation, with nothing checked but that. */
export interface OperationPayload extends AskedDocument {
  readonly operationName?: string | null | undefined
  readonly variables?: Record<string, unknown> | null | undefined
  /** True where it came by a way that is to change nothing, such as GET. */
  readonly readOnly?: boolean | undefined
}

/**
 * Takes an operation the way that Apollo and its plugin take those that come over plain HTTP: document, guard, parser,
 * validation, admission. The answer is what to execute, or the errors that say why not: then it has come to its end.
 */
export async function beginOperation(
  options: BeginOperationOptions,
  context: AdmissionContext,
  payload: OperationPayload,
): Promise<AdmittedArgs | readonly GraphQLError[]> {
  const { schema, documents, conclude, slots } = options
  const { operationName, variables } = payload
  const found = await documents.find(payload)
  if ('code' in found) return refuseOperation(options, context, payload, [toGraphQLError(found)])
  const sent = { ...payload, query: found.source }
  const verdict = conclude.admission.inspect(found.source)
  if (verdict !== undefined) return refuseOperation(options, context, sent, [toGraphQLError(verdict)])
  const document = conclude.admission.validate(found.source)
  // Its variables have nothing to do with it, and may be of any depth.
  if (!('kind' in document)) return refuseOperation(options, context, { query: found.source }, document)
  const type = getOperationAST(document, operationName)?.operation
  if (payload.readOnly && type === OperationTypeNode.MUTATION) {
    return refuseOperation(options, context, sent, [toGraphQLError(MUTATION_BY_GET)])
  }
  const tier = type === OperationTypeNode.SUBSCRIPTION ? conclude.admission.tierOf(context.client) : undefined
  const full = tier && context.admission.mode !== 'validate' ? slots.acquire(context, tier) : undefined
  if (full !== undefined) return refuseOperation(options, context, sent, [toGraphQLError(full)])
  context.admission.known = found.known
  const denied = await admitOperation(conclude.admission, context, {
    source: found.source,
    document,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
  })
  if (denied !== undefined) return refuseOperation(options, context, sent, [denied])
  if (context.admission.admitted !== undefined) documents.keep(found)
  return { schema, document, operationName, variableValues: variables, contextValue: context }
}

const MUTATION_BY_GET: Refusal = {
  ...refusal('BAD_REQUEST', { reason: 'This is a mutation, and GET requests change nothing. Send it with POST.' }),
  status: 405,
}

/** The end of an operation that does not run, which gives up the slot that it had. What it is answered with names nothing that its client may not know. */
export async function refuseOperation(
  { conclude, introspection }: BeginOperationOptions,
  context: AdmissionContext,
  { query, variables }: OperationPayload,
  errors: readonly GraphQLError[],
): Promise<readonly GraphQLError[]> {
  context.controller.abort(NOT_RUN)
  const sent = { source: typeof query === 'string' ? query : '', variables: variables ?? {} }
  const told = introspection ? errors : errors.map((error) => concealed(error, sent))
  const { denied } = await concludeOperation(conclude, context, { errors: told, body: { errors: told } })
  return denied === undefined ? told : [toGraphQLError(denied)]
}

const NOT_RUN = new DOMException('The operation was refused', 'AbortError')

function concealed(error: GraphQLError, sent: Sent): GraphQLError {
  if (!mayNameSchema(error)) return error
  const { source, positions, extensions } = error
  return new GraphQLError(concealNames(error.message, sent), {
    source: source ?? null,
    positions: positions ?? null,
    extensions,
  })
}
