// What containment adds to the execution of list-heavy operations, and what counting their answers adds to that, against
// graphql-js alone. They take turns, and a ratio is the median of those of all rounds. Run with
// `npm --prefix bench run containment`.
import { makeExecutableSchema } from '@graphql-tools/schema'
// The product's own graphql: two copies do not know each other's schemas.
import { execute, parse } from '../../node_modules/graphql/index.js'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { createAnswerBound } from '../../src/execution/containment/answer-bound.ts'
import { answerSize } from '../../src/execution/containment/answer-size.ts'
import { beginContainment, containSchema } from '../../src/execution/containment/contain-schema.ts'

const ROUNDS = 400
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

async function alone(document) {
  // Both have a signal, which is there without containment too.
  return execute({ schema: plain, document, contextValue: { controller: new AbortController() } })
}

async function held(document, plan) {
  const controller = new AbortController()
  const contextValue = {}
  beginContainment(contained, contextValue, { controller, sizeOf: plan.sizes({}) })
  return execute({ schema: contained, document, contextValue })
}

async function counted(document, plan, bound) {
  const result = await held(document, plan)
  if (answerSize(result, 10_485_760, bound).kind !== 'fits') throw new Error('It has to fit')
}

async function timed(run) {
  const startedAt = process.hrtime.bigint()
  await run()
  return Number(process.hrtime.bigint() - startedAt) / 1_000
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

console.log('| operation | alone, µs | contained | and its answer counted |\n|---|---|---|---|')
for (const [name, source] of Object.entries(operations)) {
  const document = parse(source)
  const plan = model.plan(document)
  const bound = createAnswerBound(contained, document.definitions[0], new Map())
  const runs = [() => alone(document), () => held(document, plan), () => counted(document, plan, bound)]
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
  const ratio = (index) => median(rounds.map((times) => times[index] / times[0])).toFixed(3)
  console.log(`| ${name} | ${median(rounds.map(([time]) => time)).toFixed(0)} | ${ratio(1)} | ${ratio(2)} |`)
}
