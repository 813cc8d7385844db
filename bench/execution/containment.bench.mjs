// What containment adds to the execution of list-heavy operations: begun, watched, and its answer measured, against
// graphql-js alone. The two take turns, and the ratio is the median of those of the pairs. Run with
// `npm --prefix bench run containment`.
import { makeExecutableSchema } from '@graphql-tools/schema'
// The product's own graphql: two copies do not know each other's schemas.
import { execute, parse } from '../../node_modules/graphql/index.js'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { answerSize } from '../../src/execution/containment/answer-size.ts'
import { beginContainment, containSchema } from '../../src/execution/containment/contain-schema.ts'

const PAIRS = 400
const WARM_UP = 100

const typeDefs = `
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
  type Query { items(first: Int): [Item] @listSize(slicingArguments: ["first"]) }
  type Item { id: ID name: String price: Float count: Int live: Boolean parts: [Part] called: String later: String }
  type Part { id: ID name: String price: Float count: Int live: Boolean }
`
const item = (id) => ({ id, name: `item ${id}`, price: id / 7, count: id, live: id % 2 === 0 })
const items = Array.from({ length: 1_000 }, (_, id) => ({
  ...item(id),
  parts: Array.from({ length: 10 }, (_, part) => item(part)),
}))
const resolvers = {
  Query: { items: (_, { first }) => items.slice(0, first) },
  Item: { called: ({ name }) => name, later: async ({ name }) => name },
}
const operations = {
  '1 000 items × 5 properties': '{ items(first: 1000) { id name price count live } }',
  '100 lists of 10 × 5 properties': '{ items(first: 100) { id parts { id name price count live } } }',
  '1 000 resolvers': '{ items(first: 1000) { id called } }',
  '1 000 resolvers that are async': '{ items(first: 1000) { id later } }',
  'one item': '{ items(first: 1) { id name price count live } }',
}

const plain = makeExecutableSchema({ typeDefs, resolvers })
const contained = containSchema(makeExecutableSchema({ typeDefs, resolvers }), { eventLoopBudgetMs: 60_000 })
const model = createCostModel(contained)

function alone(document) {
  return execute({ schema: plain, document, contextValue: {} })
}

async function held(document, plan) {
  const controller = new AbortController()
  const contextValue = {}
  const { signal } = controller
  beginContainment(contained, contextValue, { controller, signal, sizeOf: plan.sizes({}) })
  const result = await execute({ schema: contained, document, contextValue })
  if (answerSize(result, 10_485_760).kind !== 'fits') throw new Error('It has to fit')
  return result
}

async function timed(run) {
  const startedAt = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - startedAt) / 1_000
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

console.log('| operation | alone, µs | contained, µs | ratio |\n|---|---|---|---|')
for (const [name, source] of Object.entries(operations)) {
  const document = parse(source)
  const plan = model.plan(document)
  const pairs = []
  for (let pair = -WARM_UP; pair < PAIRS; pair++) {
    const first = pair % 2 === 0
    const before = first ? await timed(() => alone(document)) : undefined
    const contained_ = await timed(() => held(document, plan))
    const without = before ?? (await timed(() => alone(document)))
    if (pair >= 0) pairs.push({ without, contained_, ratio: contained_ / without })
  }
  const of = (key) => median(pairs.map((pair) => pair[key]))
  console.log(`| ${name} | ${of('without').toFixed(0)} | ${of('contained_').toFixed(0)} | ${of('ratio').toFixed(3)} |`)
}
