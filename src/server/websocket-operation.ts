import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql'
import type { Client } from '../accounts/client.ts'
import { type AdmissionContext, admissionContext } from '../admission/admission-context.ts'
import { admitOperation } from '../admission/admit-operation.ts'
import { type ConcludeOptions, concludeOperation } from '../admission/conclude-operation.ts'
import type { ReportMode } from '../admission/report/operation-report.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import { concealNames, mayNameSchema } from './conceal-names.ts'

export interface WebSocketOperationOptions {
  readonly schema: GraphQLSchema
  readonly conclude: ConcludeOptions
  readonly introspection: boolean
}

/** Who is at the other end of a socket. */
export interface Connection {
  /** Asked for each operation: a key may be taken away, and its tier may change, while the socket is open. */
  readonly identify: () => Client | Refusal
  readonly ip: string
  readonly mode: ReportMode
  /** What is running on it: a `complete` of the client stops no query that has begun. */
  readonly open: Set<AbortController>
}

/** How many operations one socket may have open at once. */
const MAX_OPERATIONS_PER_SOCKET = 100

const TOO_MANY_OPERATIONS = refusal('BAD_REQUEST', {
  reason:
    `This socket has ${MAX_OPERATIONS_PER_SOCKET} operations open, as many as it may. Complete one of them, or open ` +
    'another socket.',
})

/** More of them help nobody, and each can be as long as the names in the document. */
export const MAX_VALIDATION_ERRORS = 10

/** What a client sends to start an operation. */
export interface OperationPayload {
  readonly query: string
  readonly operationName?: string | null | undefined
  readonly variables?: Record<string, unknown> | null | undefined
}

/** An operation that may run, for whoever executes it. */
export interface AdmittedArgs extends ExecutionArgs {
  readonly contextValue: AdmissionContext
}

/**
 * Takes an operation that came over a socket the way that Apollo and its plugin take one over HTTP: guard, parser,
 * validation, admission. The answer is what to execute, or the errors that say why not.
 */
export async function beginWebSocketOperation(
  options: WebSocketOperationOptions,
  { identify, ip, mode, open }: Connection,
  { query, operationName, variables }: OperationPayload,
): Promise<AdmittedArgs | readonly GraphQLError[]> {
  const { schema, conclude, introspection } = options
  const { admission } = conclude
  const client = identify()
  if ('code' in client) {
    const refused = await admission.arrive(ip)
    return [toGraphQLError(refused?.refusal ?? client)]
  }
  const context = admissionContext(client, mode, Date.now())
  const full = open.size >= MAX_OPERATIONS_PER_SOCKET
  open.add(context.controller)

  async function refuse(errors: readonly GraphQLError[]): Promise<readonly GraphQLError[]> {
    open.delete(context.controller)
    const sent = { source: query, variables: variables ?? {} }
    for (const error of errors) {
      if (!introspection && mayNameSchema(error)) error.message = concealNames(error.message, sent)
    }
    const { denied } = await concludeOperation(conclude, context, { errors, body: { errors } })
    return denied === undefined ? errors : [toGraphQLError(denied)]
  }
  const refused = await admission.arrive(ip)
  if (refused !== undefined) {
    open.delete(context.controller)
    return [toGraphQLError(refused.refusal)]
  }
  if (full) return refuse([toGraphQLError(TOO_MANY_OPERATIONS)])
  const verdict = admission.inspect(query)
  if (verdict !== undefined) return refuse([toGraphQLError(verdict)])
  const document = parseAndValidate(query, options)
  if (!('kind' in document)) return refuse(document)

  const denied = await admitOperation(admission, context, {
    source: query,
    document,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
  })
  if (denied !== undefined) return refuse([denied])
  return { schema, document, operationName, variableValues: variables, contextValue: context }
}

function parseAndValidate(
  query: string,
  { schema, introspection }: WebSocketOperationOptions,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query)
    const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule]
    const errors = validate(schema, document, rules, {
      maxErrors: MAX_VALIDATION_ERRORS,
      hideSuggestions: !introspection,
    })
    return errors.length === 0 ? document : errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'))
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')]
    throw error
  }
}

/** Over HTTP Apollo sets these codes. */
function withCode(error: GraphQLError, code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED'): GraphQLError {
  error.extensions['code'] = code
  return error
}
