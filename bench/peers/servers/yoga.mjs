import { once } from 'node:events'
import { createServer } from 'node:http'
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor'
import { createSchema, createYoga } from 'graphql-yoga'
import { resolvers, SDL } from '../schema.mjs'
import { clientOf, createLimiter, MAX_DEPTH } from './protection.mjs'

/** GraphQL Yoga on Node's own HTTP server, as its guide starts it, but for the page to try operations on. */
export async function yogaServer(isProtected) {
  const yoga = createYoga({
    schema: createSchema({ typeDefs: SDL, resolvers }),
    graphiql: false,
    landingPage: false,
    logging: 'error',
    plugins: isProtected ? [armor(), chargeRequest(await createLimiter())] : [],
  })
  const server = createServer(yoga).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${server.address().port}/graphql`
}

function armor() {
  return EnvelopArmorPlugin({
    // It counts fragments as levels too: 30 where graphql-depth-limit counts 9.
    maxDepth: { n: 3 * MAX_DEPTH },
    maxAliases: { n: 30 },
    maxDirectives: { n: 50 },
    maxTokens: { n: 1_000 },
    // It knows nothing of list sizes, and counts each level as dearer than the one around it.
    costLimit: { maxCost: 1_000_000_000 },
  })
}

/** Armor tells its cost to nobody who could charge it, so each operation is charged as one. */
function chargeRequest(charge) {
  return {
    async onExecute({ args: { contextValue } }) {
      const { req } = contextValue
      await charge(clientOf(req.headers, req.socket.remoteAddress), 1)
    },
  }
}
