// An Apollo Server of one's own that prices and charges its operations: npm run build && node examples/embed.mjs
import { randomUUID } from 'node:crypto'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { makeExecutableSchema } from '@graphql-tools/schema'
import {
  admissionContext,
  admissionPlugin,
  createAdmission,
  createCostModel,
  createPreparedOperations,
  defaultGuardLimits,
} from 'tollgate/admission'
import { createMemoryBudgetStore, defineBudget } from 'tollgate/budget'

const schema = makeExecutableSchema({
  typeDefs: `
    directive @listSize(slicingArguments: [String!]) on FIELD_DEFINITION
    type Query { books(first: Int!): [Book!]! @listSize(slicingArguments: ["first"]) }
    type Book { title: String! }
  `,
  resolvers: {
    Query: { books: (_, { first }) => Array.from({ length: Math.min(first, 3) }, (_, n) => ({ title: `Book ${n}` })) },
  },
})

const burst = defineBudget({ name: 'burst', algorithm: 'token-bucket', capacity: 100, refillPerSecond: 2 })
const arrivals = { algorithm: 'token-bucket', capacity: 1000, refillPerSecond: 20 }
const policy = {
  ipBudget: defineBudget({ name: 'ip', level: 'ip', meter: 'requests', ...arrivals }),
  globalBudgets: [],
  tiers: new Map([['free', { name: 'free', maxCost: 50, timeoutMs: 5000, priority: 0, budgets: [burst] }]]),
  clientTiers: new Map(),
}
const admission = createAdmission({
  schema,
  store: createMemoryBudgetStore(),
  operations: createPreparedOperations({ schema, model: createCostModel(schema), limits: defaultGuardLimits }),
  policy: () => policy,
  newId: randomUUID,
  onSettleFailure: console.error,
})

const server = new ApolloServer({ schema, plugins: [admissionPlugin({ admission })] })
const { url } = await startStandaloneServer(server, {
  listen: { port: Number(process.env.PORT ?? 4001) },
  // Who the client is, is yours to find out.
  context: async ({ req }) => {
    const id = req.headers['x-user'] ?? 'nobody'
    const client = { id, tenant: id, tier: 'free', role: 'client', anonymous: false }
    return admissionContext(client, req.headers['graphql-cost'] === 'report' ? 'report' : 'headers', Date.now())
  },
})
console.log(`ready at ${url}`)
