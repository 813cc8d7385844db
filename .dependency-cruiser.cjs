// The arrows between rooms. Each room lists the rooms it may import; everything else is a mistake.
// `npm run check:arrows` enforces it.
const rooms = {
  errors: [],
  config: [],
  cost: [],
  budget: [],
  guard: [],
  events: [],
  database: [],
  telemetry: [],
  accounts: [],
  execution: ['accounts'],
  storefront: ['accounts', 'database', 'errors', 'execution'],
  admission: ['accounts', 'budget', 'cost', 'errors', 'events', 'execution', 'guard'],
  server: ['accounts', 'admission', 'errors', 'execution', 'telemetry'],
  cli: ['cost'],
  workers: [],
  // It wires the others together.
  composition: [
    'accounts',
    'admission',
    'budget',
    'config',
    'cost',
    'database',
    'events',
    'execution',
    'guard',
    'server',
    'storefront',
    'telemetry',
    'workers',
  ],
}

// Packages that one place alone may import.
const packages = [
  { name: 'ioredis', only: '^(src/(budget|events)/redis|test)/' },
  { name: 'graphql-depth-limit', only: '^src/guard/' },
  { name: 'kysely|pg|@electric-sql/pglite', only: '^(src/(database|storefront)|test)/' },
  { name: 'zod|yaml', only: '^(src/config|test/config|test/support)/' },
  { name: 'fastify|@fastify/.*|graphql-ws', only: '^(src/server|test)/' },
]

module.exports = {
  forbidden: [
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `arrows-from-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      // `tollgate serve` is what `npm start` is.
      to: {
        path: '^src/',
        pathNot: `^src/(${[room, ...allowed].join('|')})/${room === 'cli' ? '|^src/main\\.ts$' : ''}`,
      },
    })),
    ...packages.map(({ name, only }) => ({
      name: `package-${name.replaceAll(/[^a-z]+/g, '-')}`,
      severity: 'error',
      from: { path: '^(src|test)/', pathNot: only },
      to: { path: `^node_modules/(${name})/` },
    })),
    {
      name: 'cost-imports-graphql-alone',
      severity: 'error',
      from: { path: '^src/cost/' },
      to: { dependencyTypesNot: ['local'], pathNot: '^node_modules/graphql/' },
    },
    {
      name: 'unknown-room',
      comment: 'Add the room and its arrows to the list above.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(rooms).join('|')})/` },
      to: {},
    },
    {
      name: 'nothing-imports-cli-or-main',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/(cli/|main\\.ts)' },
    },
    {
      name: 'no-import-of-public-entries',
      comment: 'index.ts files are the public face of the package; inside, import from the file.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/.*/index\\.ts$' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
