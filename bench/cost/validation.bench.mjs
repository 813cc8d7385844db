// What documents that were made to be costly take to parse and validate, in time on the processor: the first time in a
// process and the best of five. Run with `node --import tsx bench/cost/validation.bench.mjs`; with a number, that is `maxTokens`.
import { defaultGuardLimits } from '../../src/guard/guard-limits.ts'
import { inspectSource } from '../../src/guard/inspect-source.ts'
import { costlyDocuments, costlySchema } from '../../test/guard/costly-documents.ts'
import { validationMs } from '../../test/guard/validation-time.ts'

const maxTokens = Number(process.argv[2] ?? defaultGuardLimits.maxTokens)
validationMs(costlySchema, '{ a }')
const rows = costlyDocuments.map(({ name, source }) => {
  const text = source(maxTokens)
  const { kind, violation } = inspectSource(text, { ...defaultGuardLimits, maxTokens })
  if (kind !== 'passed') return { name, best: 0, outcome: `${violation?.limit ?? kind} ${violation?.found}` }
  const times = Array.from({ length: 5 }, () => validationMs(costlySchema, text))
  return { name, best: Math.min(...times), outcome: `${times[0].toFixed(1)} | ${Math.min(...times).toFixed(1)}` }
})
console.log(`maxTokens: ${maxTokens}\n\n| document | first, ms | best of 5, ms |\n|---|---|---|`)
for (const { name, outcome } of rows.sort((a, b) => b.best - a.best)) console.log(`| ${name} | ${outcome} |`)
