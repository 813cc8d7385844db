// What a large schema takes: GitHub's, with list sizes on its connections, loaded and an operation of 40 lines planned
// and estimated against it. Run with `npm run github` in bench/.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createCostModel } from '../../dist/cost/index.js'

const product = new URL('../../', import.meta.url)
const { buildASTSchema, parse } = createRequire(new URL('package.json', product))('graphql')
const read = (path) => readFileSync(new URL(path, product), 'utf8')

const LIST_SIZE = '@listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])'
const github = read('node_modules/@octokit/graphql-schema/schema.graphql')
const sdl = read('schema/cost.graphql') + github.replaceAll(/\): \w+Connection!?/g, `$& ${LIST_SIZE}`)
const document = parse(read('test/cost/schema/github-query.graphql'))
const variables = { owner: 'graphql', repositories: 20, search: 'cost' }

const RUNS = 9
const times = { parse: [], build: [], model: [], 'first plan': [], 'plan (cold)': [], estimate: [] }
let estimate
for (let run = 0; run < RUNS; run++) {
  const ast = timed(times.parse, () => parse(sdl, { noLocation: true }))
  // As it is published, two of its fields are defined twice, which validation would refuse.
  const schema = timed(times.build, () => buildASTSchema(ast, { assumeValidSDL: true }))
  const model = timed(times.model, () => createCostModel(schema))
  timed(times['first plan'], () => model.plan(document))
  const plan = timed(times['plan (cold)'], () => model.plan(document), 50)
  estimate = timed(times.estimate, () => plan.estimate(variables), 5_000)
}
const loadMs = times.parse.map((parseMs, run) => parseMs + times.build[run] + times.model[run])

console.log(`${sdl.length} characters of SDL; ${JSON.stringify(estimate)}; medians of ${RUNS} runs`)
console.log('| step | median | lowest | highest |\n|---|---|---|---|')
row('load: parse, build, model', loadMs, 'ms')
for (const [name, values] of Object.entries(times)) row(name, values, name === 'estimate' ? 'µs' : 'ms')

/** Runs a task `count` times, and notes the milliseconds that one took. */
function timed(into, task, count = 1) {
  const startMs = performance.now()
  let result
  for (let n = 0; n < count; n++) result = task()
  into.push((performance.now() - startMs) / count)
  return result
}

function row(name, valuesMs, unit) {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  const figures = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)]
  const shown = figures.map((ms) => `${(unit === 'µs' ? ms * 1000 : ms).toPrecision(3)} ${unit}`)
  console.log(`| ${name} | ${shown.join(' | ')} |`)
}
