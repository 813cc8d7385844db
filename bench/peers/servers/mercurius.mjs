import { makeExecutableSchema } from '@graphql-tools/schema'
import { fastify } from 'fastify'
import depthLimit from 'graphql-depth-limit'
import mercurius from 'mercurius'
import { resolvers, SDL } from '../schema.mjs'
import { clientOf, complexityOf, createLimiter, MAX_DEPTH } from './protection.mjs'

/** @param isCompiled whether operations that come again are compiled, by graphql-jit */
export async function mercuriusServer(isProtected, isCompiled) {
  const app = fastify()
  await app.register(mercurius, {
    schema: makeExecutableSchema({ typeDefs: SDL, resolvers }),
    context: (request) => ({ client: clientOf(request.headers, request.ip) }),
    ...(isCompiled && { jit: 1 }),
    ...(isProtected && { validationRules: [depthLimit(MAX_DEPTH)] }),
  })
  await app.ready()
  if (isProtected) {
    const charge = await createLimiter()
    app.graphql.addHook('preExecution', async (schema, document, { client }, variables) => {
      await charge(client, complexityOf(schema, document, undefined, variables))
    })
  }
  return `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`
}
