// What pricing an operation takes: Tollgate's cost engine against graphql-query-complexity and GraphQL Armor's cost
// limit, on one schema and one operation, interleaved in one process. Run with `npm run cost` in bench/.
import { createRequire } from 'node:module'
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit'
import * as peerGraphql from 'graphql'
import { getComplexity, simpleEstimator } from 'graphql-query-complexity'
import { Bench } from 'tinybench'
import { createCostModel } from '../../dist/cost/index.js'
import { documentOf, OPERATION, responseOf, SDL, VARIABLES } from './facts.mjs'

// Tollgate resolves graphql from the product, the peers from this package; a schema belongs to one of the two.
const { buildSchema, parse } = createRequire(new URL('../../package.json', import.meta.url))('graphql')

const model = createCostModel(buildSchema(SDL))
const document = parse(OPERATION)
const plan = model.plan(document)

const peerSchema = peerGraphql.buildSchema(SDL)
const peerDocument = peerGraphql.parse(OPERATION)
const listEstimator = ({ args, childComplexity }) =>
  1 + (typeof args.first === 'number' ? args.first : 1) * childComplexity
const estimators = [listEstimator, simpleEstimator({ defaultComplexity: 1 })]

function queryComplexity() {
  return getComplexity({ schema: peerSchema, query: peerDocument, variables: VARIABLES, estimators })
}

const armorRule = costLimitRule({ maxCost: 1_000_000, ignoreIntrospection: true })
function armor() {
  return peerGraphql.validate(peerSchema, peerDocument, [armorRule])
}

console.log(
  `Tollgate: ${JSON.stringify(plan.estimate(VARIABLES))}; graphql-query-complexity: ${queryComplexity()}; errors of Armor: ${armor().length}`,
)

const response = responseOf(50, 50)
const tasks = {
  'Tollgate estimate': () => plan.estimate(VARIABLES),
  'Tollgate plan (cold)': () => model.plan(document),
  'graphql-query-complexity': queryComplexity,
  'GraphQL Armor cost limit': armor,
  'Tollgate measure, 5 051 objects': () => plan.measure(response, VARIABLES),
}
const rounds = await interleaved(tasks)
const micros = Object.fromEntries(Object.entries(rounds).map(([name, values]) => [name, median(values)]))
table(
  ['task', 'median µs', 'lowest', 'highest'],
  Object.entries(rounds).map(([name, values]) => [
    name,
    micros[name].toFixed(3),
    Math.min(...values).toFixed(3),
    Math.max(...values).toFixed(3),
  ]),
)
const slowest = Math.min(micros['graphql-query-complexity'], micros['GraphQL Armor cost limit'])
console.log(`estimate is ${(slowest / micros['Tollgate estimate']).toFixed(0)}× faster than the faster of the two;`)
console.log(`a cold plan takes ${(micros['Tollgate plan (cold)'] / slowest).toFixed(2)}× one run of it`)

console.log('\nGrowth with the document: four sizes, each about four times the one before')
const rows = []
for (const aliases of [4, 16, 64, 256]) {
  const source = documentOf(2, aliases)
  const grown = parse(source)
  const grownPlan = model.plan(grown)
  const {
    plan: [planUs],
    estimate: [estimateUs],
  } = await interleaved({ plan: () => model.plan(grown), estimate: () => grownPlan.estimate({}) }, 1)
  rows.push([source.length, planUs.toFixed(1), ((planUs / source.length) * 1000).toFixed(2), estimateUs.toFixed(3)])
}
table(['characters', 'plan µs', 'plan ns per character', 'estimate µs'], rows)

/** Every task once a round, in turn, so that a change of the machine's speed meets all of them. */
async function interleaved(tasks, roundCount = 5) {
  const rounds = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]))
  for (let round = 0; round < roundCount; round++) {
    const bench = new Bench({ time: 200, warmupTime: 50 })
    for (const [name, task] of Object.entries(tasks)) bench.add(name, task)
    await bench.run()
    for (const { name, result } of bench.tasks) rounds[name].push(result.latency.p50 * 1000)
  }
  return rounds
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

function table(head, rows) {
  console.log(`| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}
