import { type ApolloServerPlugin, HeaderMap } from '@apollo/server'
import { OperationTypeNode } from 'graphql'
import { refusal } from '../errors/refusal.ts'
import { refusalHeaders, toGraphQLError } from '../errors/to-graphql-error.ts'
import type { AdmissionContext } from './admission-context.ts'
import { type ConcludeOptions, concludeOperation } from './conclude-operation.ts'
import { costExtension } from './report/cost-extension.ts'
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
      const { client, admission: record } = contextValue
      return {
        async didResolveOperation({ request, source, document, operation }) {
          if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
            throw toGraphQLError(refusal('BAD_REQUEST', { reason: SUBSCRIPTION_OVER_HTTP }))
          }
          const result = await admission.admit({
            client,
            source,
            document,
            operationName: request.operationName ?? undefined,
            variables: request.variables ?? {},
            mode: record.mode,
          })
          record.report = result.report
          if (result.kind === 'refused') throw toGraphQLError(result.refusal)
          if (result.kind === 'admitted') record.admitted = result.admitted
        },

        async responseForOperation() {
          if (record.mode !== 'validate') return null
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: null } } }
        },

        async willSendResponse({ response, errors }) {
          const single = response.body.kind === 'single' ? response.body.singleResult : undefined
          // Where a part of the data is there, the answer is a success with errors in it, whatever the errors say.
          if (single?.data !== null && single?.data !== undefined) {
            response.http.status = 200
            response.http.headers.delete('www-authenticate')
          }
          const { report, denied } = await concludeOperation(options, contextValue, { data: single?.data, errors })
          if (denied !== undefined && single !== undefined) {
            const { code, status, message, extensions } = denied
            single.errors = [{ message, extensions: { code, ...extensions } }]
            response.http.status = status
            for (const [name, value] of refusalHeaders(denied)) response.http.headers.set(name, value)
          }
          for (const [name, value] of reportHeaders(report, now())) response.http.headers.set(name, value)
          const cost = costExtension(report, record.mode)
          if (cost !== undefined && single !== undefined) single.extensions = { ...single.extensions, cost }
        },
      }
    },
  }
}

const SUBSCRIPTION_OVER_HTTP =
  'This is a subscription, and subscriptions are not answered over plain HTTP. Connect a WebSocket to this address with ' +
  'the subprotocol graphql-transport-ws.'
