import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { type AdmissionContext, isAdmissionContext } from '../../admission/admission-context.ts'
import { admissionPlugin } from '../../admission/apollo-plugin.ts'
import type { ConcludeOptions } from '../../admission/conclude-operation.ts'
import { executeAdmitted } from '../../admission/execute-admitted.ts'
import { MAX_VALIDATION_ERRORS } from '../../admission/validate-source.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { type StatusProfile, statusProfilePlugin } from '../http/status-profile.ts'
import { concealNames, mayNameSchema } from './conceal-names.ts'
import { maskError } from './mask-error.ts'
import { nameMistakes } from './name-mistakes.ts'

export interface ApolloServerOptions {
  readonly schema: GraphQLSchema
  readonly conclude: ConcludeOptions
  /** Whether clients may ask for the schema, and browsers get a page to try operations on. */
  readonly introspection: boolean
  /** A document that has been found valid before, by the SHA-256 hash of its text. Others Apollo looks at by itself. */
  readonly validDocument?: (sha256: string) => DocumentNode | undefined
  readonly logger: Logger
  /** @default 'audits' */
  readonly statusProfile?: StatusProfile
  readonly plugins?: readonly ApolloServerPlugin<AdmissionContext>[]
}

/** Apollo Server with every operation admitted first and executed under its tier's deadline. Not started yet. */
export function createApolloServer(options: ApolloServerOptions): ApolloServer<AdmissionContext> {
  const { schema, introspection, logger, statusProfile = 'audits' } = options
  return new ApolloServer<AdmissionContext>({
    gateway: {
      // Apollo takes a schema together with its executor from a gateway only; there is no other server behind it.
      async load() {
        return {
          executor: async ({ document, request: { variables }, operationName, context }) => {
            if (!isAdmissionContext(context)) throw new Error('An operation came without its admission context')
            const result = await executeAdmitted({
              schema,
              document,
              operationName,
              variableValues: variables,
              contextValue: context,
            })
            return nameMistakes(result)
          },
        }
      },
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => undefined
      },
      async stop() {},
    },
    introspection,
    documentStore: {
      // Before the hash, Apollo names the schema.
      get: async (key) => options.validDocument?.(key.slice(-64)),
      set: async () => undefined,
      delete: async () => undefined,
    },
    // What foreign pages can send changes nothing here; docs/decisions/0006-csrf.md says why.
    csrfPrevention: false,
    // Documents that are named by a hash have been found by then, whichever way they came.
    persistedQueries: false,
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS, hideSuggestions: !introspection },
    includeStacktraceInErrorResponses: false,
    formatError: maskError(logger),
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ...(introspection ? [] : [ApolloServerPluginLandingPageDisabled(), namesConcealed]),
      admissionPlugin(options.conclude),
      statusProfilePlugin(statusProfile),
      ...(options.plugins ?? []),
    ],
    logger: {
      debug: (message) => logger.debug(message),
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
    },
  })
}

const namesConcealed: ApolloServerPlugin<AdmissionContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, source = '', response: { body } }) {
        if (body.kind !== 'single' || body.singleResult.errors === undefined) return
        const sent = { source, variables: request.variables ?? {} }
        body.singleResult.errors = body.singleResult.errors.map((error) =>
          mayNameSchema(error) ? { ...error, message: concealNames(error.message, sent) } : error,
        )
      },
    }
  },
}
