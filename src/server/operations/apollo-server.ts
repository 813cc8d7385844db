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
import { concealErrors } from './conceal-names.ts'
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
  /** Plugins of Apollo Server, from anybody. They see each operation as in any other server. */
  readonly plugins?: readonly ApolloServerPlugin<AdmissionContext>[] | undefined
}

/** Apollo Server, which can say whether somebody else has to be told of operations. */
export class AdmittingApolloServer extends ApolloServer<AdmissionContext> {
  /** Whether there are plugins besides those that this server always has. */
  hasOtherPlugins = false

  override addPlugin(plugin: ApolloServerPlugin<AdmissionContext>): void {
    super.addPlugin(plugin)
    this.hasOtherPlugins = true
  }
}

/** Apollo Server with every operation admitted first and executed under its tier's deadline. Not started yet. */
export function createApolloServer(options: ApolloServerOptions): AdmittingApolloServer {
  const { schema, introspection, logger, statusProfile = 'audits', plugins = [] } = options
  const server = new AdmittingApolloServer({
    gateway: {
      // Apollo takes a schema together with its executor from a gateway only; there is no other server behind it.
      async load() {
        return {
          executor: async ({ document, request: { variables }, operationName, context }) => {
            if (!isAdmissionContext(context)) throw new Error('An operation came without its admission context')
            const args = { schema, document, operationName, variableValues: variables, contextValue: context }
            return nameMistakes(await executeAdmitted(args, { plugins: { watchFields: isInstrumented(context) } }))
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
      // It would instrument every field. Whoever has a use for it brings it along.
      ...(plugins.some(isCacheControl) ? [] : [ApolloServerPluginCacheControlDisabled()]),
      ...(introspection ? [] : [ApolloServerPluginLandingPageDisabled(), namesConcealed]),
      admissionPlugin(options.conclude),
      statusProfilePlugin(statusProfile),
    ],
    logger: {
      debug: (message) => logger.debug(message),
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
    },
  })
  for (const plugin of plugins) server.addPlugin(plugin)
  if (bringsPlugins(schema)) server.hasOtherPlugins = true
  return server
}

/** Whether Apollo Server adds plugins by itself: for usage reports, where it has a key, and for traces of a subgraph. */
function bringsPlugins(schema: GraphQLSchema): boolean {
  return Boolean(process.env['APOLLO_KEY']) || schema.getType('_Service') !== undefined
}

/**
 * Whether a plugin is to be told of each field. Apollo has wrapped all resolvers by then, and says with a symbol in the
 * context for which operations it matters.
 */
function isInstrumented(context: object): boolean {
  return Object.getOwnPropertySymbols(context).some(({ description }) => description === WILL_RESOLVE_FIELD)
}

const WILL_RESOLVE_FIELD = 'apolloServerExecutionDispatcherWillResolveField'

/** Apollo's own plugins are known by an id. */
function isCacheControl(plugin: object): boolean {
  return '__internal_plugin_id__' in plugin && plugin.__internal_plugin_id__ === 'CacheControl'
}

const namesConcealed: ApolloServerPlugin<AdmissionContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, source = '', response: { body } }) {
        if (body.kind !== 'single' || body.singleResult.errors === undefined) return
        body.singleResult.errors = concealErrors(body.singleResult.errors, {
          source,
          variables: request.variables ?? {},
        })
      },
    }
  },
}
