import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'
import { type AdmissionContext, isAdmissionContext } from '../admission/admission-context.ts'
import { admissionPlugin } from '../admission/apollo-plugin.ts'
import type { ConcludeOptions } from '../admission/conclude-operation.ts'
import { executeAdmitted } from '../admission/execute-admitted.ts'
import type { Logger } from '../telemetry/logger.ts'
import { maskError } from './mask-error.ts'
import { MAX_VALIDATION_ERRORS } from './websocket-operation.ts'

export interface ApolloServerOptions {
  readonly schema: GraphQLSchema
  readonly conclude: ConcludeOptions
  /** Whether clients may ask for the schema, and browsers get a page to try operations on. */
  readonly introspection: boolean
  readonly logger: Logger
  readonly plugins?: readonly ApolloServerPlugin<AdmissionContext>[]
}

/** Apollo Server with every operation admitted first and executed under its tier's deadline. Not started yet. */
export function createApolloServer(options: ApolloServerOptions): ApolloServer<AdmissionContext> {
  const { schema, introspection, logger } = options
  return new ApolloServer<AdmissionContext>({
    gateway: {
      // Apollo takes a schema together with its executor from a gateway only; there is no other server behind it.
      async load() {
        return {
          executor: async ({ document, request: { variables }, operationName, context }) => {
            if (!isAdmissionContext(context)) throw new Error('An operation came without its admission context')
            return executeAdmitted({
              schema,
              document,
              operationName,
              variableValues: variables,
              contextValue: context,
            })
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
    // Automatic persisted queries would be a second way in for documents.
    persistedQueries: false,
    validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
    includeStacktraceInErrorResponses: false,
    formatError: maskError(logger),
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ...(introspection ? [] : [ApolloServerPluginLandingPageDisabled()]),
      admissionPlugin(options.conclude),
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
