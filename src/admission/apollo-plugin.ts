import { type ApolloServerPlugin, type GraphQLRequestContext, HeaderMap } from '@apollo/server'
import { OperationTypeNode } from 'graphql'
import { isErrorCode } from '../errors/error-registry.ts'
import { refusal } from '../errors/refusal.ts'
import { toGraphQLError } from '../errors/to-graphql-error.ts'
import type { Admission } from './admission.ts'
import type { AdmissionContext } from './admission-context.ts'
import { costExtension } from './cost-extension.ts'
import type { OperationObserver } from './operation-observer.ts'
import { reportHeaders } from './report-headers.ts'

export interface AdmissionPluginOptions {
  readonly admission: Admission
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number
  readonly observe?: OperationObserver
}

/**
 * Takes every operation of an Apollo Server through admission: priced and charged before it runs, settled after, with
 * the headers that say so. The context value has to be an `AdmissionContext`.
 */
export function admissionPlugin<Context extends AdmissionContext>(
  options: AdmissionPluginOptions,
): ApolloServerPlugin<Context> {
  const { admission, now = Date.now, observe } = options
  return {
    async requestDidStart({ contextValue: { client, admission: record } }) {
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
          // What never got as far as a price still costs a request.
          record.report ??= await admission.refuse(client)
          if (record.admitted !== undefined && response.body.kind === 'single') {
            const estimated = record.report.estimate?.cost ?? 0
            const { data } = response.body.singleResult
            const actual = record.cutOff ? estimated : admission.measure(record.admitted, data).cost
            record.report = admission.settle(record.admitted, record.report, actual)
          }
          for (const [name, value] of reportHeaders(record.report, now())) response.http.headers.set(name, value)
          const cost = costExtension(record.report, record.mode)
          if (cost !== undefined && response.body.kind === 'single') {
            const { singleResult } = response.body
            singleResult.extensions = { ...singleResult.extensions, cost }
          }
          observe?.({
            tier: client.tier,
            outcome: outcome(record.mode, errors),
            estimatedCost: record.report.estimate?.cost ?? 0,
            actualCost: record.report.actualCost ?? 0,
            durationMs: now() - record.startedAtMs,
          })
        },
      }
    },
  }
}

const SUBSCRIPTION_OVER_HTTP =
  'This is a subscription, and subscriptions are not answered over plain HTTP. Connect a WebSocket to this address with ' +
  'the subprotocol graphql-transport-ws.'

function outcome(
  mode: AdmissionContext['admission']['mode'],
  errors: GraphQLRequestContext<AdmissionContext>['errors'],
) {
  if (errors === undefined || errors.length === 0) return mode === 'validate' ? 'validated' : 'completed'
  const code = errors[0]?.extensions['code']
  return isErrorCode(code) ? code : 'failed'
}
