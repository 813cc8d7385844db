const HAND_WIRED = {
  protection:
    'graphql-depth-limit (once per document), graphql-query-complexity (each operation), rate-limiter-flexible on Redis ' +
    'charged the complexity (each operation)',
  packages: ['graphql-depth-limit', 'graphql-query-complexity', 'rate-limiter-flexible', 'ioredis'],
}

const TOLLGATE = {
  server: 'tollgate',
  protection:
    'everything that is shipped: connection limits, a budget of the address, guard, price, three budgets of the client, ' +
    'settling, overload control, deadline, containment, rate-limit headers',
  packages: ['@apollo/server', 'fastify'],
}

/**
 * What is compared. `settings` is what differs from what the server's own guide shows; each runs with
 * NODE_ENV=production.
 */
export const PEERS = {
  apollo: {
    name: 'Apollo Server, standalone',
    server: 'apollo',
    settings: 'startStandaloneServer, nothing set',
    packages: ['@apollo/server'],
  },
  'apollo-protected': {
    name: 'Apollo Server, standalone, protected by hand',
    server: 'apollo',
    settings: 'startStandaloneServer',
    ...HAND_WIRED,
    packages: ['@apollo/server', ...HAND_WIRED.packages],
  },
  'apollo-fastify': {
    name: 'Apollo Server in Fastify',
    server: 'apollo-fastify',
    settings: '@as-integrations/fastify, nothing set',
    packages: ['@apollo/server', '@as-integrations/fastify', 'fastify'],
  },
  'apollo-fastify-protected': {
    name: 'Apollo Server in Fastify, protected by hand',
    server: 'apollo-fastify',
    settings: '@as-integrations/fastify',
    ...HAND_WIRED,
    packages: ['@apollo/server', '@as-integrations/fastify', 'fastify', ...HAND_WIRED.packages],
  },
  yoga: {
    name: 'GraphQL Yoga',
    server: 'yoga',
    settings: 'on node:http; graphiql and landingPage off, logging of errors alone',
    packages: ['graphql-yoga'],
  },
  'yoga-protected': {
    name: 'GraphQL Yoga with Armor',
    server: 'yoga',
    settings: 'as above; maxDepth 36, maxAliases 30, maxTokens 1000, maxDirectives 50, costLimit 1e9',
    protection: 'GraphQL Armor, and rate-limiter-flexible on Redis charged 1 (each operation; Armor tells no cost)',
    packages: ['graphql-yoga', '@escape.tech/graphql-armor', 'rate-limiter-flexible', 'ioredis'],
  },
  mercurius: {
    name: 'Mercurius',
    server: 'mercurius',
    settings: 'nothing set',
    packages: ['mercurius', 'fastify'],
  },
  'mercurius-protected': {
    name: 'Mercurius, protected by hand',
    server: 'mercurius',
    settings: 'complexity and limiter in preExecution',
    ...HAND_WIRED,
    packages: ['mercurius', 'fastify', ...HAND_WIRED.packages],
  },
  'mercurius-jit': {
    name: 'Mercurius, compiled',
    server: 'mercurius-jit',
    settings: 'jit: 1',
    packages: ['mercurius', 'graphql-jit', 'fastify'],
  },
  'mercurius-jit-protected': {
    name: 'Mercurius, compiled, protected by hand',
    server: 'mercurius-jit',
    settings: 'jit: 1; complexity and limiter in preExecution',
    ...HAND_WIRED,
    packages: ['mercurius', 'graphql-jit', 'fastify', ...HAND_WIRED.packages],
  },
  'tollgate-off': {
    ...TOLLGATE,
    name: 'Tollgate, protection off',
    settings:
      'the same server with an admission that lets everything run, and resolvers that are not contained; limits of ' +
      'connections, security headers and metrics stay',
    protection: undefined,
  },
  tollgate: {
    ...TOLLGATE,
    name: 'Tollgate, all on, each operation asks Redis',
    settings: 'tollgate.yaml as shipped with larger budgets, and budgetStore.leases: false',
    leases: false,
  },
  'tollgate-leases': {
    ...TOLLGATE,
    name: 'Tollgate, all on, as shipped',
    settings: 'tollgate.yaml as shipped with larger budgets: slices of budgets are taken in advance',
  },
}

/** What is not compared, and why. */
export const LEFT_OUT = {
  'Hive Gateway':
    '@graphql-hive/gateway 2.15.1 does not install where engines are heeded: 21 of the 745 packages that it brings, ' +
    'such as @whatwg-node/promise-helpers 2, want Node 22.15. And it serves subgraphs over the network: each operation ' +
    'would be one of another server too.',
}

/** Those that PEERS names, by default all; `tollgate*` names all that begin so. */
export function chosen(all, variable) {
  const names = process.env[variable]?.split(',').map((name) => name.trim())
  if (names === undefined) return Object.keys(all)
  const found = Object.keys(all).filter((key) =>
    names.some((name) => (name.endsWith('*') ? key.startsWith(name.slice(0, -1)) : key === name)),
  )
  if (found.length > 0) return found
  throw new Error(`${variable} names none of ${Object.keys(all).join(', ')}`)
}
