import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import fastifyApollo from '@as-integrations/fastify'
import { fastify } from 'fastify'
import depthLimit from 'graphql-depth-limit'
import { resolvers, SDL } from '../schema.mjs'
import { clientOf, complexityOf, createLimiter, MAX_DEPTH } from './protection.mjs'

/** Apollo Server as its guide starts it. */
export async function apolloStandalone(isProtected) {
  const apollo = await createApollo(isProtected)
  const context = async ({ req }) => ({ client: clientOf(req.headers, req.socket.remoteAddress) })
  const { url } = await startStandaloneServer(apollo, { listen: { port: 0, host: '127.0.0.1' }, context })
  return url
}

/** The same within Fastify. */
export async function apolloFastify(isProtected) {
  const apollo = await createApollo(isProtected)
  await apollo.start()
  const app = fastify()
  const context = async (request) => ({ client: clientOf(request.headers, request.ip) })
  await app.register(fastifyApollo(apollo), { path: '/graphql', context })
  return `${await app.listen({ port: 0, host: '127.0.0.1' })}/graphql`
}

async function createApollo(isProtected) {
  const options = { typeDefs: SDL, resolvers }
  if (!isProtected) return new ApolloServer(options)
  const plugins = [chargeComplexity(await createLimiter())]
  return new ApolloServer({ ...options, validationRules: [depthLimit(MAX_DEPTH)], plugins })
}

function chargeComplexity(charge) {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, request, contextValue }) {
          await charge(contextValue.client, complexityOf(schema, document, request.operationName, request.variables))
        },
      }
    },
  }
}
