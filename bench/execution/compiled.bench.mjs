// What compiled execution saves against graphql-js, alone and within containment. Those that are compared take turns, and
// a ratio is the median of those of all rounds. Run with `npm --prefix bench run compiled`.
import { makeExecutableSchema } from '@graphql-tools/schema'
// The product's own graphql: two copies do not know each other's schemas.
import { execute, parse, validate } from '../../node_modules/graphql/index.js'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { createExecutor } from '../../src/execution/compiled/executor.ts'
import { beginContainment, containSchema } from '../../src/execution/containment/contain-schema.ts'

const ROUNDS = Number(process.env.ROUNDS ?? 600)
const WARM_UP = 150

const typeDefs = `
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query {
    users(first: Int): [User] @listSize(slicingArguments: ["first"])
    lateUsers(first: Int): [User] @listSize(slicingArguments: ["first"])
    items(first: Int): [Item] @listSize(slicingArguments: ["first"])
    user(id: ID): User
  }
  interface Named { id: ID name: String }
  type User implements Named {
    id: ID name: String email: String
    posts(first: Int): [Post] @listSize(slicingArguments: ["first"])
    latePosts(first: Int): [Post] @listSize(slicingArguments: ["first"])
    friend: User
  }
  type Post { id: ID title: String likes: Int author: User lateAuthor: User }
  type Item implements Named { id: ID name: String price: Float count: Int live: Boolean }
`
const users = Array.from({ length: 100 }, (_, id) => ({
  id: `u${id}`,
  name: `user ${id}`,
  email: `u${id}@example.com`,
}))
const posts = Array.from({ length: 1_000 }, (_, id) => ({ id: `p${id}`, title: `post ${id}`, likes: id, by: id % 100 }))
const postsOf = new Map(users.map((user, index) => [user, posts.filter(({ by }) => by === index)]))
const items = Array.from({ length: 1_000 }, (_, id) => ({
  ...{ id, name: `item ${id}`, price: id / 7, count: id, live: id % 2 === 0 },
}))
const resolvers = {
  Named: { __resolveType: (value) => ('email' in value ? 'User' : 'Item') },
  Query: {
    users: (_, { first }) => users.slice(0, first),
    lateUsers: async (_, { first }) => users.slice(0, first),
    items: (_, { first }) => items.slice(0, first),
    user: () => users[0],
  },
  User: {
    posts: (user, { first }) => postsOf.get(user).slice(0, first),
    latePosts: async (user, { first }) => postsOf.get(user).slice(0, first),
    friend: (user) => users[(users.indexOf(user) + 1) % 100],
  },
  Post: { author: ({ by }) => users[by], lateAuthor: async ({ by }) => users[by] },
}
const deep = (levels) => (levels === 0 ? 'id' : `...F${levels} friend { ...F${levels} ${deep(levels - 1)} }`)
const fragments = Array.from(
  { length: 12 },
  (_, level) => `fragment F${level + 1} on User { id name ... on Named { name id } ... on User { email } }`,
)
const operations = {
  'users(10) → posts(5) → author': '{ users(first: 10) { id name posts(first: 5) { id title author { id name } } } }',
  'the same, every resolver async':
    '{ lateUsers(first: 10) { id name latePosts(first: 5) { id title lateAuthor { id name } } } }',
  '1 000 objects': '{ items(first: 1000) { id name price count live } }',
  'deep, of fragments': `{ users(first: 5) { ${deep(12)} } } ${fragments.join(' ')}`,
  tiny: '{ user { id name } }',
}

const plain = makeExecutableSchema({ typeDefs, resolvers })
const contained = containSchema(makeExecutableSchema({ typeDefs, resolvers }), { eventLoopBudgetMs: 60_000 })
const model = createCostModel(contained)
const executor = createExecutor({ interpretedRuns: 0 })

/** One run of an operation, as the product does it, but for the deadline. */
function runner(schema, document, run) {
  if (schema === plain) return async () => run({ schema, document, contextValue: {} })
  const plan = model.plan(document)
  return async () => {
    const controller = new AbortController()
    const contextValue = {}
    beginContainment(schema, contextValue, { controller, sizeOf: plan.sizes({}) })
    return run({ schema, document, contextValue })
  }
}

async function timed(run) {
  const startedAt = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - startedAt) / 1_000
}

/** Whoever executed: the text is the same, and the time that it takes is not. */
async function writing(run) {
  const answer = await run()
  return async () => JSON.stringify(answer)
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

const columns = ['operation', 'graphql-js, µs', 'compiled', 'times faster', 'contained', 'contained, compiled']
console.log(`| ${[...columns, 'times faster', 'as JSON', 'compiled, as JSON', 'times faster'].join(' | ')} |`)
console.log(`|${'---|'.repeat(columns.length + 4)}`)
for (const [name, source] of Object.entries(operations)) {
  const document = parse(source)
  const mistakes = validate(plain, document)
  if (mistakes.length > 0) throw mistakes[0]
  const keys = [{}, {}]
  const runs = [
    runner(plain, document, execute),
    runner(plain, document, (args) => executor.execute(args, keys[0])),
    runner(contained, document, execute),
    runner(contained, document, (args) => executor.execute(args, keys[1])),
  ]
  const answers = await Promise.all(runs.map(async (run) => JSON.stringify(await run())))
  if (new Set(answers).size > 1) throw new Error(`The answers to ${name} differ`)
  runs.push(await writing(runs[0]), await writing(runs[1]))
  const rounds = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times = []
    // Whoever goes first in one round goes later in the next.
    for (let turn = 0; turn < runs.length; turn++) {
      const index = (turn + round + WARM_UP) % runs.length
      times[index] = await timed(runs[index])
    }
    if (round >= 0) rounds.push(times)
  }
  const time = (index) => median(rounds.map((times) => times[index])).toFixed(1)
  const ratio = (slow, fast) => median(rounds.map((times) => times[slow] / times[fast])).toFixed(2)
  const cells = [0, 2, 4].flatMap((slow) => [time(slow), time(slow + 1), ratio(slow, slow + 1)])
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
