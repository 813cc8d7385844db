import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { OperationTypeNode } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { refusalHeaders, toGraphQLError } from '../errors/to-graphql-error.ts'
import type { AdmissionContext } from './admission-context.ts'
import { admitOperation } from './admit-operation.ts'
import { type ConcludeOptions, concludeOperation, withCost } from './conclude-operation.ts'
import { reportHeaders } from './report/report-headers.ts'

/**
 * Takes every operation of an Apollo Server through admission: priced and charged before it runs, settled after, with
 * the headers that say so. The context value has to be an `AdmissionContext`.
 */
export function admissionPlugin<Context extends AdmissionContext>(
  options: ConcludeOptions,
): ApolloServerPlugin<Context> {
  const { admission, now = Date.now } = options
  return {
    async requestDidStart({ contextValue }) {
      const { mode } = contextValue.admission
      return {
        async didResolveOperation({ request, source, document, operation }) {
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
            throw toGraphQLError(refusal('BAD_REQUEST', { reason: SUBSCRIPTION_OVER_HTTP }))
          }
          const refused = await admitOperation(admission, contextValue, {
            source,
            document,
            operationName: request.operationName ?? undefined,
            variables: request.variables ?? {},
          })
          if (refused !== undefined) throw refused
        },
        async responseForOperation() {
          if (mode !== 'validate') return null
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: null } } }
        },
        async willSendResponse({ response, errors }) {
          const { headers } = response.http
          const single = response.body.kind === 'single' ? response.body.singleResult : undefined
          // Where a part of the data is there, the answer is a success with errors in it, whatever the errors say.
          if (single?.data !== null && single?.data !== undefined) {
            response.http.status = 200
            headers.delete('www-authenticate')
          }
          const answer = { data: single?.data, errors, body: single }
          const { report, denied, extension } = await concludeOperation(options, contextValue, answer)
          if (denied !== undefined && single !== undefined) {
            const { code, status, message, extensions } = denied
            single.errors = [{ message, extensions: { code, ...extensions } }]
            response.http.status = status
            for (const [name, value] of refusalHeaders(denied)) headers.set(name, value)
          }
          reportHeaders(report, now(), options.headers?.(), headers)
          if (single !== undefined) Object.assign(single, withCost(single, extension))
        },
      }
    },
  }
}

const SUBSCRIPTION_OVER_HTTP =
  'This is a subscription, and subscriptions are not answered over plain HTTP. Connect a WebSocket to this address with ' +
  'the subprotocol graphql-transport-ws, or send it to /graphql/stream for server-sent events.'
