// What graphql-cost-analysis answers for the operations of docs/guides/migrating/graphql-cost-analysis.md.
import { buildSchema, parse, specifiedRules, validate } from 'graphql'
import costAnalysis from 'graphql-cost-analysis'
import { compare } from './page.mjs'

// It is a validation rule that tells the cost to a callback.
const rule = (options) => costAnalysis.default({ maximumCost: Number.MAX_SAFE_INTEGER, ...options })

compare('graphql-cost-analysis', (sdl, operation, variables) => {
  let cost
  const onComplete = (total) => {
    cost = total
  }
  const errors = validate(buildSchema(sdl), parse(operation), [rule({ variables, onComplete })])
  if (errors.length > 0) throw errors[0]
  return cost
})

try {
  const cyclic = parse('{ products(first: 10) { ...A } } fragment A on Product { stock ...A }')
  const schema = buildSchema('type Query { products(first: Int): [Product] } type Product { stock: Int }')
  validate(schema, cyclic, [...specifiedRules, rule({ variables: {} })])
  console.log('A fragment that spreads itself is survived; the page says otherwise')
  process.exitCode = 1
} catch (error) {
  console.log(`A fragment that spreads itself: ${error.message}`)
}
