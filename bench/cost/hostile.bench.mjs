// What hostile documents cost to plan, check and estimate, or to refuse, in time on the processor: the first time in a
// process, when nothing is compiled yet, and the best of four. Run with `npm run hostile` in bench/.
import { parse } from 'graphql'
import { createCostModel } from '../../dist/cost/index.js'
import { hostileDocuments } from '../../test/support/hostile-documents.ts'
import { hostileSchema } from '../../test/support/hostile-schema.ts'

const only = process.argv[2]
const rows = []
for (const { name, source } of hostileDocuments()) {
  if (only !== undefined && name !== only) continue
  const document = parse(source)
  const times = []
  let outcome = ''
  for (let round = 0; round < 4; round++) {
    const model = createCostModel(hostileSchema)
    const start = process.cpuUsage()
    try {
      const plan = model.plan(document, document.definitions.filter(({ operation }) => operation).at(-1)?.name?.value)
      plan.violations({})
      outcome = `priced: ${plan.estimate({}).cost}`
    } catch (error) {
      outcome = error.reason ?? String(error)
    }
    const { user, system } = process.cpuUsage(start)
    times.push((user + system) / 1_000)
  }
  rows.push({ name, characters: source.length, first: times[0], best: Math.min(...times), outcome })
}
rows.sort((a, b) => b.best - a.best)
console.log('| document | characters | first, ms | best of 4, ms | outcome |\n|---|---|---|---|---|')
for (const { name, characters, first, best, outcome } of rows) {
  console.log(`| ${name} | ${characters} | ${first.toFixed(1)} | ${best.toFixed(1)} | ${outcome} |`)
}
console.log(
  `${rows.length} documents; over 50 ms: ${rows.filter(({ best }) => best > 50).length} at best, ${rows.filter(({ first }) => first > 50).length} the first time`,
)
